//! The methods that every model has, each with the arguments that every version takes.
//!
//! Argument names changed between versions (`args` became `domain`, `fields_list` became `fields`), positions did not: over
//! JSON-RPC they go by position, over JSON-2 by the names of 19.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::client::{Client, Wire};
use super::error::{Error, Kind};
use super::metadata::{self, Model};
use super::once;
use super::request::{Effect, Patience, Request};
use super::user::User;

/// The context of a call, as others give it.
pub(super) type Context = Map<String, Value>;

impl Client {
    /// The user that this client is, in Odoo. Remembered as long as the metadata.
    ///
    /// # Errors
    /// As [`Client::execute`].
    pub async fn user(&self, patience: &Patience) -> Result<Arc<User>, Error> {
        once::shared(&self.users, (), patience, || self.ask_user(patience)).await
    }

    /// A model's fields, as this user sees them, with labels in the language of the instance's context or the user.
    /// Remembered, and asked once however many ask.
    ///
    /// # Errors
    /// [`Kind::UnknownModel`] where there is none of that name; else as [`Client::execute`].
    pub async fn model(&self, name: &str, patience: &Patience) -> Result<Arc<Model>, Error> {
        self.model_in(name, None, patience).await
    }

    /// The same, with labels in that language: a call whose own context names one writes and reads labels in it.
    ///
    /// # Errors
    /// As [`Client::model`].
    pub async fn model_in(&self, name: &str, lang: Option<&str>, patience: &Patience) -> Result<Arc<Model>, Error> {
        let key = (name.to_owned(), lang.map(str::to_owned));
        once::shared(&self.models, key, patience, || self.ask_model(name, lang, patience)).await
    }

    /// The number of records that meet a domain.
    ///
    /// # Errors
    /// As [`Client::execute`].
    pub async fn search_count(
        &self,
        model: &str,
        domain: Value,
        context: &Context,
        patience: &Patience,
    ) -> Result<u64, Error> {
        let count =
            self.method(model, "search_count", None, vec![("domain", domain)], Effect::Read, context, patience).await?;
        count.as_u64().ok_or_else(|| unexpected(model, "search_count"))
    }

    /// Ids and display names of the records that Odoo finds by a text.
    ///
    /// # Errors
    /// As [`Client::execute`].
    #[expect(clippy::too_many_arguments, reason = "they are the method's")]
    pub async fn name_search(
        &self,
        model: &str,
        text: &str,
        domain: Value,
        operator: &str,
        limit: u32,
        context: &Context,
        patience: &Patience,
    ) -> Result<Vec<(i64, String)>, Error> {
        let arguments = vec![
            ("name", text.into()),
            ("domain", domain),
            ("operator", operator.into()),
            ("limit", limit.max(1).into()),
        ];
        let found = self.method(model, "name_search", None, arguments, Effect::Read, context, patience).await?;
        let pairs = found.as_array().ok_or_else(|| unexpected(model, "name_search"))?;
        Ok(pairs.iter().filter_map(metadata::id_and_name).collect())
    }

    /// Creates records, all in one transaction, and gives their ids in order.
    ///
    /// # Errors
    /// As [`Client::execute`].
    pub async fn create(
        &self,
        model: &str,
        values: Vec<Map<String, Value>>,
        context: &Context,
        patience: &Patience,
    ) -> Result<Vec<i64>, Error> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let arguments = vec![("vals_list", Value::from_iter(values))];
        let created = self.method(model, "create", None, arguments, Effect::Write, context, patience).await?;
        match &created {
            Value::Number(id) => Ok(id.as_i64().into_iter().collect()),
            Value::Array(ids) => Ok(ids.iter().filter_map(Value::as_i64).collect()),
            _ => Err(unexpected(model, "create").applied(super::Applied::Yes)),
        }
    }

    /// Writes the same values to records.
    ///
    /// # Errors
    /// As [`Client::execute`].
    pub async fn write(
        &self,
        model: &str,
        ids: &[i64],
        values: Map<String, Value>,
        context: &Context,
        patience: &Patience,
    ) -> Result<(), Error> {
        let arguments = vec![("vals", values.into())];
        self.method(model, "write", Some(ids), arguments, Effect::Write, context, patience).await.map(drop)
    }

    /// Deletes records.
    ///
    /// # Errors
    /// As [`Client::execute`].
    pub async fn unlink(&self, model: &str, ids: &[i64], context: &Context, patience: &Patience) -> Result<(), Error> {
        self.method(model, "unlink", Some(ids), vec![], Effect::Write, context, patience).await.map(drop)
    }

    /// The values with which a new record begins.
    ///
    /// # Errors
    /// As [`Client::execute`].
    pub async fn default_get(
        &self,
        model: &str,
        fields: &[String],
        context: &Context,
        patience: &Patience,
    ) -> Result<Map<String, Value>, Error> {
        let arguments = vec![("fields", json!(fields))];
        match self.method(model, "default_get", None, arguments, Effect::Read, context, patience).await? {
            Value::Object(values) => Ok(values),
            _ => Err(unexpected(model, "default_get")),
        }
    }

    /// The record behind an external id such as `base.be`: its model and id. Ordinary users may ask.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where there is none, [`Kind::AccessDenied`] where the user may not see the record.
    pub async fn xml_id(&self, external_id: &str, patience: &Patience) -> Result<(String, i64), Error> {
        let Some((module, name)) =
            external_id.split_once('.').filter(|(module, name)| !module.is_empty() && !name.is_empty())
        else {
            return Err(Error::new(Kind::InvalidArguments, format!("`{external_id}` is not an external id."))
                .hint("An external id is written as `base.be`: module, dot, name."));
        };
        let arguments = vec![("module", module.into()), ("xml_id", name.into())];
        let found = self
            .method("ir.model.data", "check_object_reference", None, arguments, Effect::Read, &Context::new(), patience)
            .await
            .map_err(|mut error| {
                if error.kind == Kind::NotFound {
                    error.message = format!("No record has the external id `{external_id}`.");
                }
                error
            })?;
        match found.as_array().map(Vec::as_slice) {
            Some([Value::String(model), id]) => match id.as_i64() {
                Some(id) => Ok((model.clone(), id)),
                None => Err(Error::new(
                    Kind::AccessDenied,
                    format!(
                        "The record with the external id `{external_id}` (a `{model}`) is not visible to this user."
                    ),
                )),
            },
            _ => Err(unexpected("ir.model.data", "check_object_reference")),
        }
    }

    /// Calls a method whose arguments have both an order and names.
    #[expect(clippy::too_many_arguments, reason = "a call is that much")]
    pub(super) async fn method(
        &self,
        model: &str,
        method: &str,
        ids: Option<&[i64]>,
        arguments: Vec<(&str, Value)>,
        effect: Effect,
        context: &Context,
        patience: &Patience,
    ) -> Result<Value, Error> {
        let mut request = Request::new(model, method, effect);
        request.ids = ids.map(<[i64]>::to_vec);
        request.context = context.clone();
        super::names::model(model)?;
        let wire = self.wire(patience).await?;
        arrange(&mut request, wire, arguments);
        let context = self.context(context, patience).await?;
        self.send(wire, &request, context, patience).await
    }

    async fn ask_user(&self, patience: &Patience) -> Result<Arc<User>, Error> {
        let patience = &patience.unwatched();
        let wire = self.wire(patience).await?;
        let mut known = json!({});
        let id = match wire {
            Wire::JsonRpc => self.login(patience).await?.uid,
            Wire::Json2 => {
                let request = Request::new("res.users", "context_get", Effect::Read);
                known = self.send(wire, &request, Map::new(), patience).await?;
                known.get("uid").and_then(Value::as_i64).ok_or_else(|| unexpected("res.users", "context_get"))?
            }
        };
        let row = self.read_user(wire, id, patience).await?;
        let text = |key: &str| {
            [&row, &known]
                .into_iter()
                .find_map(|from| from.get(key).and_then(Value::as_str))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let company_id = row.get("company_id").and_then(metadata::id).unwrap_or_default();
        let company_ids: Vec<i64> = row
            .get("company_ids")
            .and_then(Value::as_array)
            .map(|ids| ids.iter().filter_map(Value::as_i64).collect())
            .unwrap_or_default();
        let login = text("login").or_else(|| self.username().map(str::to_owned)).unwrap_or_default();
        Ok(Arc::new(User {
            id,
            name: text("name").unwrap_or_else(|| login.clone()),
            login,
            lang: text("lang").unwrap_or_else(|| "en_US".into()),
            tz: text("tz"),
            company_id,
            company_ids: if company_ids.is_empty() { vec![company_id] } else { company_ids },
        }))
    }

    /// The user's own record. A portal user may read fewer fields of it in old versions.
    async fn read_user(&self, wire: Wire, id: i64, patience: &Patience) -> Result<Value, Error> {
        let all = ["login", "name", "lang", "tz", "company_id", "company_ids"];
        let mut last = None;
        for fields in [all.as_slice(), all.get(..5).unwrap_or_default()] {
            let mut request = Request::new("res.users", "read", Effect::Read);
            request.ids = Some(vec![id]);
            request.kwargs.insert("fields".into(), json!(fields));
            match self.send(wire, &request, self.instance_context().clone(), patience).await {
                Ok(Value::Array(rows)) => return Ok(rows.into_iter().next().unwrap_or_default()),
                Ok(_) => return Err(unexpected("res.users", "read")),
                Err(error) if error.kind == Kind::AccessDenied => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        last.map_or(Ok(Value::Null), Err)
    }

    async fn ask_model(&self, name: &str, lang: Option<&str>, patience: &Patience) -> Result<Arc<Model>, Error> {
        let patience = &patience.unwatched();
        let mut request = Request::new(name, "fields_get", Effect::Read);
        request.context.extend(lang.map(|lang| ("lang".to_owned(), lang.into())));
        request.kwargs.insert("attributes".into(), json!(metadata::ATTRIBUTES));
        match self.execute(&request, patience).await? {
            Value::Object(fields) => Ok(Arc::new(Model::from_fields_get(name, &fields))),
            _ => Err(unexpected(name, "fields_get")),
        }
    }
}

/// Puts arguments where the protocol takes them.
pub(super) fn arrange(request: &mut Request, wire: Wire, arguments: Vec<(&str, Value)>) {
    match wire {
        Wire::JsonRpc => request.args = arguments.into_iter().map(|(_, value)| value).collect(),
        Wire::Json2 => request.kwargs.extend(arguments.into_iter().map(|(name, value)| (name.to_owned(), value))),
    }
}

/// The error of an answer that has not the shape that Odoo documents.
pub(super) fn unexpected(model: &str, method: &str) -> Error {
    Error::new(Kind::OdooError, format!("`{method}` on `{model}` gave something that Odoo's own does not give."))
        .hint("A module of this Odoo may have changed the method.")
}
