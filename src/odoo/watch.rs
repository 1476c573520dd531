//! What one call sends, noted as it leaves; and a call that only shows what it would write.
//!
//! A watch belongs to one call, and goes with its [`Patience`](super::Patience). What a client remembers between calls (version,
//! user, fields) is asked unwatched: whether it is asked at all depends on the calls before.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use super::request::{Effect, Request};

/// Ids after this one stand for records that were only made up: no Odoo has so many.
pub const MADE_UP: i64 = 2_000_000_000;

/// Sees every request of one call.
#[derive(Debug, Default)]
pub struct Watch {
    withholds: bool,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    sent: Vec<Sent>,
    /// How many records were made up.
    made_up: i64,
}

/// One request as it was sent, its arguments by name whatever the protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The model.
    pub model: String,
    /// The method, as this version of Odoo calls it.
    pub method: String,
    /// The records it was called on.
    pub ids: Option<Vec<i64>>,
    /// Positional arguments whose names nobody knows.
    pub args: Vec<Value>,
    /// Arguments by name.
    pub kwargs: Map<String, Value>,
    /// The whole context.
    pub context: Map<String, Value>,
    /// Read or write.
    pub effect: Effect,
    /// It was noted, and not sent.
    pub withheld: bool,
}

impl Watch {
    /// Notes what is sent, and lets it go.
    #[must_use]
    pub fn noting() -> Self {
        Self::default()
    }

    /// Notes what is sent, and holds back every write: it is answered as if it had been done. A record that would have been
    /// created has an id after [`MADE_UP`], and reading it finds nothing.
    #[must_use]
    pub fn withholding() -> Self {
        Self { withholds: true, ..Self::default() }
    }

    /// Whether it holds back what writes.
    #[must_use]
    pub fn withholds(&self) -> bool {
        self.withholds
    }

    /// Whether that id stands for a record which it only pretended to have created.
    #[must_use]
    pub fn made_up(&self, id: i64) -> bool {
        self.withholds && id > MADE_UP
    }

    /// What was seen so far, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.seen().sent.clone()
    }

    /// Notes a request. `Some` is the answer of one that is not to be sent.
    pub(super) fn see(&self, request: &Request, context: &Map<String, Value>) -> Option<Value> {
        let mut seen = self.seen();
        let made_up = request.ids.as_ref().is_some_and(|ids| ids.iter().any(|id| self.made_up(*id)));
        let withheld = made_up || (self.withholds && request.effect == Effect::Write);
        let sent = Sent::new(request, context, withheld);
        let answer = withheld.then(|| answer(&sent, &mut seen.made_up));
        seen.sent.push(sent);
        answer
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sent {
    fn new(request: &Request, context: &Map<String, Value>, withheld: bool) -> Self {
        let mut args = request.args.clone();
        let mut kwargs = request.kwargs.clone();
        let names = positions(&request.method);
        for (name, value) in names.iter().zip(args.drain(..args.len().min(names.len()))) {
            kwargs.entry(*name).or_insert(value);
        }
        kwargs.shift_remove("context");
        Self {
            model: request.model.clone(),
            method: request.method.clone(),
            ids: request.ids.clone(),
            args,
            kwargs,
            context: context.clone(),
            effect: request.effect,
            withheld,
        }
    }
}

impl Sent {
    /// The same for people: what is written to a field that is named like a secret is not to be seen.
    #[must_use]
    pub fn shown(&self) -> Self {
        Self {
            // The arguments of `change_password` have no names.
            args: self.args.iter().map(|value| shown(&self.method, value)).collect(),
            kwargs: shown_table(&self.kwargs),
            context: shown_table(&self.context),
            ..self.clone()
        }
    }
}

/// Parts of the names of fields that hold secrets.
const SECRET: [&str; 6] = ["password", "passwd", "secret", "token", "api_key", "apikey"];

fn shown_table(table: &Map<String, Value>) -> Map<String, Value> {
    table.iter().map(|(key, value)| (key.clone(), shown(key, value))).collect()
}

/// A value under that name as people may see it: what is named like a secret is not shown, at any depth.
#[must_use]
pub fn shown(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(table) => Value::Object(shown_table(table)),
        Value::Array(items) => match items.as_slice() {
            // A condition of a domain.
            [Value::String(field), operator @ Value::String(_), value] if names_secret(field) => {
                json!([field, operator, shown(field, value)])
            }
            items => items.iter().map(|item| shown(key, item)).collect(),
        },
        Value::String(_) | Value::Number(_) if names_secret(key) => json!("…"),
        other => other.clone(),
    }
}

fn names_secret(key: &str) -> bool {
    let name = key.to_lowercase();
    SECRET.iter().any(|word| name.contains(word))
}

/// What the arguments of a method are called that are sent by their position.
fn positions(method: &str) -> &'static [&'static str] {
    match method {
        "search_count" => &["domain"],
        "name_search" => &["name", "domain", "operator", "limit"],
        "create" => &["vals_list"],
        "write" => &["vals"],
        "default_get" => &["fields"],
        "check_object_reference" => &["module", "xml_id"],
        "read_group" => &["domain", "fields", "groupby", "offset", "limit", "orderby", "lazy"],
        _ => &[],
    }
}

/// What Odoo could have answered.
fn answer(sent: &Sent, made_up: &mut i64) -> Value {
    let mut another = || {
        *made_up += 1;
        MADE_UP + *made_up
    };
    match (sent.effect, sent.method.as_str(), sent.kwargs.get("vals_list")) {
        (Effect::Read, ..) => json!([]),
        (_, "create", Some(Value::Array(all))) => all.iter().map(|_| another()).collect(),
        (_, "create" | "message_post", _) => json!(another()),
        _ => json!(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, effect: Effect) -> Request {
        Request::new("res.partner", method, effect)
    }

    #[test]
    fn what_goes_by_position_is_noted_by_name() {
        let watch = Watch::noting();
        let mut write = request("write", Effect::Write);
        (write.ids, write.args) = (Some(vec![7]), vec![json!({"name": "A"}), json!("more")]);
        assert_eq!(watch.see(&write, &Map::new()), None);
        let sent = watch.sent();
        assert_eq!((json!(sent[0].kwargs), &sent[0].args), (json!({"vals": {"name": "A"}}), &vec![json!("more")]));
        assert!(!sent[0].withheld);
    }

    #[test]
    fn secrets_are_not_shown() {
        let watch = Watch::noting();
        let mut create = request("create", Effect::Write);
        create.args = vec![json!([{"login": "ann", "new_password": "s3cret", "x_tokens": ["s3cret"], "token": false}])];
        watch.see(&create, &Map::new());
        let shown = json!(watch.sent()[0].shown().kwargs);
        assert_eq!(
            shown,
            json!({"vals_list": [{"login": "ann", "new_password": "…", "x_tokens": ["…"], "token": false}]})
        );
    }

    #[test]
    fn what_is_searched_for_in_a_secret_is_not_shown_either() {
        let domain = json!(["|", ["partner_id.signup_token", "=", "s3cret"], ["name", "in", ["a", "b"]]]);
        let expected = json!(["|", ["partner_id.signup_token", "=", "…"], ["name", "in", ["a", "b"]]]);
        assert_eq!(shown("domain", &domain), expected);
        assert_eq!(shown("change_password", &json!(["old", "new"])), json!(["…", "…"]));
    }

    #[test]
    fn a_write_that_is_held_back_is_answered_and_what_it_made_is_not_read() {
        let watch = Watch::withholding();
        let mut create = request("create", Effect::Write);
        create.kwargs.insert("vals_list".into(), json!([{"name": "A"}, {"name": "B"}]));
        assert_eq!(watch.see(&create, &Map::new()), Some(json!([2_000_000_001, 2_000_000_002])));
        let mut read = request("read", Effect::Read);
        read.ids = Some(vec![2_000_000_001]);
        assert_eq!(watch.see(&read, &Map::new()), Some(json!([])));
        read.ids = Some(vec![1]);
        assert_eq!(watch.see(&read, &Map::new()), None, "what is there is read");
        assert_eq!(watch.see(&request("action_confirm", Effect::Write), &Map::new()), Some(json!(true)));
    }
}
