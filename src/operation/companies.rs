//! The companies that a call may use: those of the Odoo user, below the ceilings of the configuration and of the bundle.
//!
//! A ceiling is sent as `allowed_company_ids` with every request of the call, and Odoo's own company rules do the rest. Nothing that a
//! tool or its caller says goes beyond it: neither `company` nor a context.

use serde_json::{Map, Value, json};

use super::lookup::{self, Within};
use crate::odoo::{Client, Error, Kind, Patience, User};

/// The key of Odoo's context.
pub(super) const KEY: &str = "allowed_company_ids";

/// What a call may use.
#[derive(Debug, Clone)]
pub(super) struct Companies {
    login: String,
    /// The user's own current one.
    current: i64,
    /// All of the user's.
    users: Vec<i64>,
    /// What the ceilings leave of them, in their order; `None` where there is no ceiling. Never empty.
    ceiling: Option<Vec<i64>>,
}

impl Companies {
    /// Of a user, below these ceilings.
    ///
    /// # Errors
    /// `access_denied` where they leave none.
    pub(super) fn new<'a>(user: &User, ceilings: impl IntoIterator<Item = Option<&'a [i64]>>) -> Result<Self, Error> {
        let mut ceiling: Option<Vec<i64>> = None;
        for ids in ceilings.into_iter().flatten() {
            let left = |id: &i64| ceiling.as_ref().is_none_or(|ceiling| ceiling.contains(id));
            ceiling = Some(ids.iter().copied().filter(left).collect());
        }
        let ceiling = ceiling.map(|ids| ids.into_iter().filter(|id| user.company_ids.contains(id)).collect::<Vec<_>>());
        if ceiling.as_ref().is_some_and(Vec::is_empty) {
            let message = format!("The Odoo user `{}` may use none of the companies of this connection.", user.login);
            return Err(Error::new(Kind::AccessDenied, message)
                .hint("Ask the administrator: `company_ids` of the bundle or the instance, or the user's companies in Odoo, have to change."));
        }
        Ok(Self { login: user.login.clone(), current: user.company_id, users: user.company_ids.clone(), ceiling })
    }

    /// The one that a call runs in which names none.
    pub(super) fn current(&self) -> i64 {
        self.ceiling.as_ref().and_then(|ids| ids.first()).copied().unwrap_or(self.current)
    }

    /// All that a call may name.
    pub(super) fn all(&self) -> &[i64] {
        self.ceiling.as_ref().unwrap_or(&self.users)
    }

    /// The context of a call that says nothing of companies, on an instance with that context.
    ///
    /// # Errors
    /// `access_denied` where the ceiling leaves none of the instance's.
    pub(super) fn context(&self, preset: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
        let Some(ceiling) = &self.ceiling else { return Ok(Map::new()) };
        let ids = match preset.get(KEY) {
            None => ceiling.clone(),
            Some(preset) => {
                let ids: Vec<i64> = list(preset)?.into_iter().filter(|id| ceiling.contains(id)).collect();
                if let (true, Some(id)) = (ids.is_empty(), list(preset)?.first()) {
                    return Err(self.refused(*id));
                }
                ids
            }
        };
        Ok(Map::from_iter([(KEY.to_owned(), json!(ids))]))
    }

    /// The company that a step with this context runs in: the first of `allowed_company_ids`, else the current one.
    ///
    /// # Errors
    /// `access_denied` for a company that the call may not use. Odoo notices one that is not the user's only where a method happens
    /// to ask for it; anything else it would answer with another company's records.
    pub(super) fn of(&self, context: &Map<String, Value>, preset: &Map<String, Value>) -> Result<i64, Error> {
        let Some(allowed) = context.get(KEY).or_else(|| preset.get(KEY)) else { return Ok(self.current()) };
        let ids = list(allowed)?;
        match ids.iter().find(|id| !self.all().contains(id)) {
            Some(id) => Err(self.refused(*id)),
            None => ids.first().copied().ok_or_else(|| wrong(allowed)),
        }
    }

    /// The company that a name or an id stands for.
    ///
    /// # Errors
    /// As for a `lookup` table; `access_denied` for one that there is, and that the call may not use.
    pub(super) async fn find(&self, client: &Client, value: &Value, patience: &Patience) -> Result<i64, Error> {
        let model = "res.company";
        let Some(ceiling) = &self.ceiling else {
            return Ok(lookup::one(client, model, value, Within::default(), patience).await?.id);
        };
        let context = Map::from_iter([(KEY.to_owned(), json!(ceiling))]);
        let within = Within { domain: json!([["id", "in", ceiling]]), context: &context };
        let error = match lookup::one(client, model, value, within, patience).await {
            Ok(found) => return Ok(found.id),
            Err(error) if error.kind == Kind::NotFound => error,
            Err(error) => return Err(error),
        };
        match lookup::one(client, model, value, Within::default(), patience).await {
            Ok(found) => Err(self.refused(found.id)),
            Err(other) if other.kind == Kind::NotFound => Err(other.hint(self.choices())),
            // What lies beyond the ceiling is not told.
            Err(_) => Err(error),
        }
    }

    fn refused(&self, id: i64) -> Error {
        if !self.users.contains(&id) {
            let message = format!("The Odoo user `{}` may not use the company {id}.", self.login);
            return Error::new(Kind::AccessDenied, message)
                .hint("Leave the company out, or have it added to the user's allowed companies in Odoo.");
        }
        Error::new(Kind::AccessDenied, format!("The company {id} is not one of those of this connection."))
            .hint(self.choices())
    }

    fn choices(&self) -> String {
        let ids: Vec<String> = self.all().iter().map(i64::to_string).collect();
        format!("Leave the company out, or give one of these ids: {}.", ids.join(", "))
    }
}

fn list(allowed: &Value) -> Result<Vec<i64>, Error> {
    let ids = allowed.as_array().map(|ids| ids.iter().map(Value::as_i64).collect::<Option<Vec<_>>>());
    ids.flatten().filter(|ids| !ids.is_empty()).ok_or_else(|| wrong(allowed))
}

fn wrong(allowed: &Value) -> Error {
    Error::new(Kind::InvalidArguments, format!("`{KEY}` is a list of company ids, not {allowed}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        User {
            id: 2,
            login: "admin".into(),
            name: "Admin".into(),
            lang: "en_US".into(),
            tz: None,
            company_id: 1,
            company_ids: vec![1, 2, 3],
        }
    }

    fn context(ids: &[i64]) -> Map<String, Value> {
        Map::from_iter([(KEY.to_owned(), json!(ids))])
    }

    #[test]
    fn ceilings_meet_and_the_first_of_them_leads() {
        let none = Map::new();
        let all = Companies::new(&user(), [None, None]).unwrap();
        assert_eq!((all.current(), all.all(), all.context(&none).unwrap()), (1, [1, 2, 3].as_slice(), none.clone()));
        let within = Companies::new(&user(), [Some([1, 2, 9].as_slice()), Some([9, 2, 1].as_slice())]).unwrap();
        assert_eq!((within.current(), within.all()), (2, [2, 1].as_slice()), "the last one's order");
        assert_eq!(within.context(&none).unwrap(), context(&[2, 1]));
        assert_eq!(
            within.context(&context(&[3, 1])).unwrap(),
            context(&[1]),
            "the instance's context goes on narrowing"
        );
        assert_eq!(within.context(&context(&[3])).unwrap_err().kind, Kind::AccessDenied);
        for ceilings in [[Some([9].as_slice()), None], [Some([1].as_slice()), Some([2].as_slice())]] {
            assert_eq!(Companies::new(&user(), ceilings).unwrap_err().kind, Kind::AccessDenied);
        }
    }

    #[test]
    fn no_context_goes_beyond() {
        let none = Map::new();
        let within = Companies::new(&user(), [Some([2, 3].as_slice())]).unwrap();
        assert_eq!(within.of(&context(&[3]), &none).unwrap(), 3);
        for beyond in [[1].as_slice(), &[2, 1], &[9]] {
            assert_eq!(within.of(&context(beyond), &none).unwrap_err().kind, Kind::AccessDenied, "{beyond:?}");
        }
        for wrong in [json!(2), json!([]), json!(["2"]), json!(null)] {
            let context = Map::from_iter([(KEY.to_owned(), wrong)]);
            assert_eq!(within.of(&context, &none).unwrap_err().kind, Kind::InvalidArguments, "{context:?}");
        }
    }
}
