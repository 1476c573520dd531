//! JSON-RPC as it arrives: what is put right before rmcp reads it, and what is refused in a sentence.

use std::borrow::Cow;

use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage};
use serde_json::{Map, Value, json};

/// The key of a request's `_meta` that makes it one of the revision without a handshake.
const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// The oldest revision: what a client is answered that names none.
pub const OLDEST: &str = "2024-11-05";

/// The first revision without a handshake. Revisions are dates, and compare as text.
pub const WITHOUT_HANDSHAKE: &str = "2026-07-28";

/// Of a name that does not exist, so many characters are repeated.
const LONGEST_SHOWN: usize = 100;

/// One message, read.
#[derive(Debug)]
pub enum Incoming {
    /// To be handled.
    Message(Box<ClientJsonRpcMessage>),
    /// Nothing that anybody waits for an answer to: an empty line, a notification that MCP does not know.
    Nothing,
    /// Not JSON, and no id in it by which anybody could be answered.
    NotJson(serde_json::Error),
    /// JSON, but not a request that can be served.
    Refused(Refusal),
}

/// An error answer, and to whom.
#[derive(Debug)]
pub struct Refusal {
    /// The request's id, where it has one that can be answered.
    pub id: Option<RequestId>,
    /// What is wrong.
    pub error: ErrorData,
}

impl Refusal {
    /// `-32600`.
    #[must_use]
    pub fn invalid(id: Option<RequestId>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { id, error: ErrorData::invalid_request(message, None) }
    }

    /// `-32700`, to the request that these bytes were meant to be, as far as that can be told.
    #[must_use]
    pub fn not_json(bytes: &[u8], error: &serde_json::Error) -> Self {
        let error = ErrorData::new(ErrorCode::PARSE_ERROR, format!("This is not JSON: {error}."), None);
        Self { id: serde_json::from_slice(bytes).ok().map(|Outline { id, .. }| id), error }
    }

    /// `-32600`, to JSON that is no message.
    #[must_use]
    pub fn unread(id: Option<RequestId>) -> Self {
        Self::invalid(id, "This is not a message of MCP.")
    }

    /// As a message.
    #[must_use]
    pub fn into_message(self) -> ServerJsonRpcMessage {
        ServerJsonRpcMessage::error(self.error, self.id)
    }
}

/// A request of which only this is read. What is passed over may hold a number beyond every bound, half of a surrogate pair, or
/// lists that are too deep: JavaScript and Python write such things, and wait for an answer.
#[derive(serde::Deserialize)]
struct Outline {
    id: RequestId,
    #[serde(rename = "method")]
    _method: String,
}

/// What a caller said, as a message repeats it: not all of it where that is long.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

/// Reads one message from its bytes.
#[must_use]
pub fn read(bytes: &[u8]) -> Incoming {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii();
    if bytes.is_empty() {
        return Incoming::Nothing;
    }
    match serde_json::from_slice::<ClientJsonRpcMessage>(bytes) {
        Ok(message) if !is_unread_initialize(&message) && !may_be_misshapen(&message) => {
            Incoming::Message(Box::new(message))
        }
        Ok(_) | Err(_) => match serde_json::from_slice::<Value>(bytes) {
            Ok(value) => read_value(value),
            Err(error) => {
                let refusal = Refusal::not_json(bytes, &error);
                if refusal.id.is_some() { Incoming::Refused(refusal) } else { Incoming::NotJson(error) }
            }
        },
    }
}

/// Whether it is an `initialize` whose parameters are not those of one.
#[must_use]
pub fn is_misread_initialize(message: &Value) -> bool {
    serde_json::from_value::<ClientJsonRpcMessage>(message.clone())
        .map_or(true, |message| is_unread_initialize(&message))
}

fn is_unread_initialize(message: &ClientJsonRpcMessage) -> bool {
    matches!(message, ClientJsonRpcMessage::Request(request)
        if matches!(&request.request, ClientRequest::CustomRequest(custom) if custom.method == "initialize"))
}

/// Whether something of it may have been passed over: see [`misshapen`].
fn may_be_misshapen(message: &ClientJsonRpcMessage) -> bool {
    let ClientJsonRpcMessage::Request(request) = message else { return false };
    matches!(
        request.request,
        ClientRequest::ListToolsRequest(_)
            | ClientRequest::ListPromptsRequest(_)
            | ClientRequest::ListResourcesRequest(_)
            | ClientRequest::ListResourceTemplatesRequest(_)
            | ClientRequest::SubscriptionsListenRequest(_)
    )
}

fn read_value(mut value: Value) -> Incoming {
    if let Err(refusal) = check(&value) {
        return Incoming::Refused(refusal);
    }
    complete_initialize(&mut value);
    let is_notification = value.get("method").is_some() && value.get("id").is_none();
    let id = id_of(&value);
    match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(Box::new(message)),
        // Editors send what they send to language servers; a notification is never answered.
        Err(_) if is_notification => Incoming::Nothing,
        Err(_) => Incoming::Refused(Refusal::unread(id)),
    }
}

/// What JSON-RPC and MCP ask of every message.
///
/// # Errors
/// A batch, a null or otherwise unusable id, a missing `jsonrpc`, neither a method nor an answer, or parameters in a list or of a
/// shape that would be passed over.
pub fn check(value: &Value) -> Result<(), Refusal> {
    let Some(message) = value.as_object() else {
        let sentence = if value.is_array() {
            "Batches are not supported: send one message at a time."
        } else {
            "A message is a JSON object."
        };
        return Err(Refusal::invalid(None, sentence));
    };
    let id = id_of(value);
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(Refusal::invalid(id, "A message has `\"jsonrpc\": \"2.0\"`."));
    }
    if message.contains_key("id") && id.is_none() && !message.contains_key("error") {
        return Err(Refusal::invalid(None, "The `id` of a request is a string or a whole number, never null."));
    }
    let is_answer = message.contains_key("result") || message.contains_key("error");
    if !message.get("method").is_some_and(Value::is_string) && !is_answer {
        return Err(Refusal::invalid(id, "A message names its `method`, in a string."));
    }
    if id.is_some() && message.get("params").is_some_and(|params| !params.is_object() && !params.is_null()) {
        let error = ErrorData::invalid_params("The `params` of a request are an object.", None);
        return Err(Refusal { id, error });
    }
    if let (Some(_), Some(params)) = (&id, message.get("params")) {
        let method = message.get("method").and_then(Value::as_str).unwrap_or_default();
        if let Some(sentence) = misshapen(method, params) {
            return Err(Refusal { id, error: ErrorData::invalid_params(sentence, None) });
        }
    }
    Ok(())
}

/// More addresses than this nobody listens to at once: each is looked for before the listener is answered.
const MOST_NAMED: usize = 10_000;

/// So long are all of them together at most, in bytes: what a listener has named is kept for as long as it listens.
const LONGEST_NAMED: usize = 1024 * 1024;

/// What is wrong with parameters that rmcp would read as if they were not there: a list passes for an empty object, and an
/// optional member of another type for none. And what it would take, however much it is.
fn misshapen(method: &str, params: &Value) -> Option<&'static str> {
    let is = |key: &str, shape: fn(&Value) -> bool| params.get(key).is_none_or(shape);
    if !is("_meta", Value::is_object) {
        return Some("The `_meta` of a request is an object.");
    }
    if method.ends_with("/list") && !is("cursor", |cursor| cursor.is_string() || cursor.is_null()) {
        return Some("A `cursor` is a text that an earlier page of the list gave.");
    }
    if method == "subscriptions/listen" && !is("notifications", Value::is_object) {
        return Some("The `notifications` to listen to are an object.");
    }
    let named = || params.get("notifications")?.get("resourceSubscriptions")?.as_array();
    if method == "subscriptions/listen"
        && let Some(named) = named()
        && (named.len() > MOST_NAMED
            || named.iter().filter_map(Value::as_str).map(str::len).sum::<usize>() > LONGEST_NAMED)
    {
        return Some("A listener names at most 10000 resources, of 1 MiB together: listen to those that are shown.");
    }
    None
}

/// The id, where it is one that can be answered.
#[must_use]
pub fn id_of(value: &Value) -> Option<RequestId> {
    value.get("id").and_then(|id| serde_json::from_value(id.clone()).ok())
}

/// Whether the request carries the `_meta` of the revision without a handshake.
#[must_use]
pub fn is_modern(value: &Value) -> bool {
    value.get("params").and_then(|params| params.get("_meta")).is_some_and(|meta| meta.get(PROTOCOL_VERSION).is_some())
}

/// An `initialize` that leaves out what it should say is that of a client of the oldest revision, with no capability.
/// Returns whether the revision had to be filled in.
pub fn complete_initialize(value: &mut Value) -> bool {
    if value.get("method").and_then(Value::as_str) != Some("initialize") || is_modern(value) {
        return false;
    }
    let Some(message) = value.as_object_mut() else { return false };
    let params = message.entry("params").or_insert(Value::Null);
    if params.is_null() {
        *params = Value::Object(Map::new());
    }
    let Some(params) = params.as_object_mut() else { return false };
    let nameless = !params.contains_key("protocolVersion");
    params.entry("protocolVersion").or_insert_with(|| Value::from(OLDEST));
    params.entry("capabilities").or_insert_with(|| json!({}));
    let client = params.entry("clientInfo").or_insert_with(|| json!({}));
    if let Some(client) = client.as_object_mut() {
        client.entry("name").or_insert_with(|| Value::from("unknown"));
        client.entry("version").or_insert_with(|| Value::from("unknown"));
    }
    nameless
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> Refusal {
        match read(text.as_bytes()) {
            Incoming::Refused(refusal) => refusal,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_batch_a_null_id_and_a_bare_value_are_refused_without_an_id() {
        for text in [
            "[]",
            r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            "7",
        ] {
            let refusal = refusal(text);
            assert_eq!(refusal.error.code, ErrorCode::INVALID_REQUEST, "{text}");
            assert_eq!(refusal.id, None, "{text}");
        }
    }

    #[test]
    fn a_wrong_message_is_refused_by_its_id_where_it_has_one() {
        assert_eq!(refusal(r#"{"id":7,"method":"ping"}"#).id, Some(RequestId::Number(7)));
        assert_eq!(refusal(r#"{"jsonrpc":"2.0","id":"a"}"#).id, Some(RequestId::String("a".into())));
        assert_eq!(refusal(r#"{"jsonrpc":"2.0","id":"a","method":3}"#).id, Some(RequestId::String("a".into())));
    }

    #[test]
    fn what_nobody_waits_for_is_nothing() {
        for text in ["", "  \r", r#"{"jsonrpc":"2.0","method":"$/setTrace","params":[1]}"#] {
            let read = read(text.as_bytes());
            let nothing = matches!(&read, Incoming::Nothing)
                || matches!(&read, Incoming::Message(message) if matches!(**message, ClientJsonRpcMessage::Notification(_)));
            assert!(nothing, "{text}: {read:?}");
        }
        assert!(matches!(read(b"{\"jsonrpc\""), Incoming::NotJson(_)));
    }

    #[test]
    fn who_asks_in_json_that_cannot_be_read_is_told_by_id() {
        let deep = format!(r#"{{"id":"a","method":"x","params":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        for text in
            [r#"{"method":"x","id":"a","params":{"n":1e400}}"#, r#"{"id":"a","method":"x","n":"\ud83d"}"#, &deep]
        {
            let Incoming::Refused(refusal) = read(text.as_bytes()) else { panic!("{text}") };
            assert_eq!(
                (refusal.id, refusal.error.code),
                (Some(RequestId::String("a".into())), ErrorCode::PARSE_ERROR),
                "{text}"
            );
        }
        // An answer is not answered: two that echo would do so for ever.
        assert!(matches!(read(br#"{"id":"a","result":{"n":1e400}}"#), Incoming::NotJson(_)));
    }

    #[test]
    fn of_a_long_name_the_beginning_is_repeated() {
        assert_eq!(shown("short"), "short");
        assert_eq!(shown(&"é".repeat(1_000_000)).chars().count(), LONGEST_SHOWN + 1);
    }

    #[test]
    fn an_initialize_without_params_is_of_the_oldest_revision() {
        for text in [
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":null}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"clientInfo":{"name":"x"}}}"#,
            "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}",
        ] {
            let Incoming::Message(message) = read(text.as_bytes()) else { panic!("{text}") };
            let ClientJsonRpcMessage::Request(request) = *message else { panic!("{text}") };
            let ClientRequest::InitializeRequest(initialize) = request.request else { panic!("{text}") };
            assert_eq!(initialize.params.protocol_version.as_str(), OLDEST, "{text}");
        }
    }

    #[test]
    fn an_initialize_that_names_its_revision_keeps_it() {
        let mut value =
            json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18"}});
        assert!(!complete_initialize(&mut value));
        assert_eq!(value["params"]["protocolVersion"], "2025-06-18");
    }

    #[test]
    fn an_initialize_with_modern_meta_is_left_alone() {
        let value = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {"_meta": {PROTOCOL_VERSION: "2026-07-28"}}});
        let mut same = value.clone();
        assert!(!complete_initialize(&mut same));
        assert_eq!(same, value);
    }
}
