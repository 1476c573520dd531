//! What is wrong before a method is looked at: bytes, JSON, JSON-RPC, headers, sessions. Over HTTP.

use serde_json::json;

use super::row::Row;
use super::served::MAX_BODY;
use crate::common::{MODERN, initialize, modern_meta, request};

const PING: &str = r#"{"jsonrpc":"2.0","id":"wrong","method":"tools/list","params":{}}"#;

pub fn rows() -> Vec<Row> {
    [json_rows(), rpc(), content(), doors(), revisions(), repeated(), sessions()].concat()
}

fn json_rows() -> Vec<Row> {
    let parse = |name: &str, body: &[u8]| Row::new(name, body).gives(400, -32700);
    vec![
        parse("nothing", b""),
        parse("a brace", b"{"),
        parse("words", b"hello"),
        parse("half a request", br#"{"jsonrpc":"2.0","id":1,"method":"pi"#),
        parse("something after the request", &[PING.as_bytes(), b"}"].concat()),
        parse("two requests", &[PING.as_bytes(), b"\n", PING.as_bytes()].concat()),
        parse("single quotes", br"{'jsonrpc':'2.0','id':1,'method':'ping'}"),
        parse("not UTF-8", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}"),
        parse("half a character", br#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#),
        parse("UTF-16", &PING.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
        parse("a number that is none", br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e999999}}"#)
            .answered_to(1),
        parse("half of a pair", br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud83d"}}"#).answered_to(1),
        parse("deep lists", format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)).as_bytes()),
        parse(
            "deep objects in the parameters",
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}1{}}}"#,
                "{\"a\":".repeat(20_000),
                "}".repeat(20_000)
            )
            .as_bytes(),
        )
        .answered_to(1),
    ]
}

fn rpc() -> Vec<Row> {
    let invalid = |name: &str, body: &str| Row::new(name, body).gives(400, -32600);
    vec![
        invalid("a batch", &format!("[{PING}]")),
        invalid("an empty batch", "[]"),
        invalid("null", "null"),
        invalid("a number", "7"),
        invalid("a text", "\"ping\""),
        invalid("an empty object", "{}"),
        invalid("an id that is null", r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#),
        invalid("an id that is a fraction", r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#),
        invalid("an id that is a list", r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#),
        invalid("an id that is true", r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#),
        invalid("no version of JSON-RPC", r#"{"id":1,"method":"ping"}"#),
        invalid("another version of JSON-RPC", r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#),
        invalid("a version that is a number", r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#),
        invalid("no method", r#"{"jsonrpc":"2.0","id":1}"#),
        invalid("a method that is a number", r#"{"jsonrpc":"2.0","id":1,"method":1}"#),
        invalid("an answer to nobody", r#"{"jsonrpc":"2.0","result":{}}"#),
        Row::new("parameters in a list", r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}"#)
            .gives(400, -32602),
        Row::new("parameters that are a text", r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":"x"}"#)
            .gives(400, -32602),
        // Nobody waits for an answer to a notification.
        Row::new("a notification that nobody knows", r#"{"jsonrpc":"2.0","method":"$/progress","params":{}}"#)
            .accepted(202),
        Row::new("a notification with a list", r#"{"jsonrpc":"2.0","method":"$/setTrace","params":[1]}"#).accepted(202),
        Row::new(
            "the end of a request that nobody sent",
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"nobody"}}"#,
        )
        .accepted(202),
        Row::new(
            "a cancellation of nothing in particular",
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}"#,
        )
        .accepted(202),
        Row::new("an answer to a question that nobody asked", r#"{"jsonrpc":"2.0","id":99,"result":{}}"#)
            .sessions()
            .accepted(202),
        Row::new("an answer outside of a session", r#"{"jsonrpc":"2.0","id":99,"result":{}}"#)
            .bare()
            .gives(400, -32600),
    ]
}

fn content() -> Vec<Row> {
    let list = |name: &str| Row::new(name, PING);
    vec![
        list("no content type").without("content-type").gives(415, -32600),
        list("text").header("content-type", "text/plain").gives(415, -32600),
        list("a form").header("content-type", "application/x-www-form-urlencoded").gives(415, -32600),
        list("a web page is wanted").header("accept", "text/html").gives(406, -32600),
        list("nothing is wanted").header("accept", "application/json;q=0").gives(406, -32600),
        list("anything is fine").header("accept", "*/*").accepted(200),
        Row::new("too long", "x".repeat(MAX_BODY + 1)).gives(413, -32600),
        Row::new("JSON that is too long", request(1, "ping", json!({"a": "x".repeat(MAX_BODY)})).to_string())
            .raw()
            .gives(413, -32600),
        list("PUT").method("PUT").gives(405, -32600),
        list("PATCH").method("PATCH").gives(405, -32600),
        list("OPTIONS").method("OPTIONS").gives(405, -32600),
    ]
}

fn doors() -> Vec<Row> {
    let list = |name: &str| Row::new(name, PING);
    let mut rows = vec![
        list("a path that is none").path("/other").plain(404),
        list("a path below a bundle").path("/mcp/default/x").plain(404),
        list("a bundle that there is not").path("/mcp/nothing").without("mcp-session-id").plain(404),
        list("a way out of the path").path("/mcp/..%2f..%2fhealth").without("mcp-session-id").plain(404),
    ];
    for method in ["POST", "GET", "DELETE", "OPTIONS"] {
        for (name, header, value) in [
            ("another host", "host", "evil.example"),
            ("another origin", "origin", "http://evil.example"),
            ("no origin", "origin", "null"),
        ] {
            rows.push(list(&format!("{method} of {name}")).method(method).header(header, value).plain(403));
        }
    }
    rows
}

fn revisions() -> Vec<Row> {
    let list = |name: &str| Row::new(name, PING);
    let newest = |name: &str, meta: serde_json::Value| {
        Row::new(name, request("wrong", "tools/list", json!({"_meta": meta})).to_string()).newest()
    };
    let without = |key: &str| {
        let mut meta = modern_meta();
        meta.as_object_mut().unwrap().remove(key);
        meta
    };
    let with = |key: &str, value: serde_json::Value| {
        let mut meta = modern_meta();
        meta[key] = value;
        meta
    };
    const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
    const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
    vec![
        list("a revision that there never was")
            .header("mcp-protocol-version", "2024-01-01")
            .legacy()
            .gives(400, -32600),
        list("a revision that is none").header("mcp-protocol-version", "x").legacy().gives(400, -32600),
        list("a revision in other letters").header("mcp-protocol-version", "\u{e9}").legacy().gives(400, -32600),
        list("the newest revision, in a header alone")
            .header("mcp-protocol-version", MODERN)
            .legacy()
            .gives(400, -32602),
        // The newest: what every request says of itself.
        newest("no `_meta`", json!({})).gives(400, -32602),
        Row::new("no parameters at all", r#"{"jsonrpc":"2.0","id":"wrong","method":"tools/list"}"#)
            .newest()
            .gives(400, -32602),
        newest("a `_meta` that is a list", json!([])).gives(400, -32602),
        newest("a `_meta` that is null", json!(null)).gives(400, -32602),
        newest("no revision in `_meta`", without(VERSION)).gives(400, -32602),
        newest("no capabilities in `_meta`", without(CAPABILITIES)).gives(400, -32602),
        newest("no client in `_meta`", without("io.modelcontextprotocol/clientInfo")).accepted(200),
        newest("a revision that is a number", with(VERSION, json!(20_260_728))).gives(400, -32602),
        newest("capabilities that are a list", with(CAPABILITIES, json!(["sampling"]))).gives(400, -32602),
        newest("a revision that is not in the header", without("x")).without("mcp-protocol-version").gives(400, -32020),
        newest("another revision than in the header", without("x"))
            .header("mcp-protocol-version", "2025-11-25")
            .gives(400, -32020),
        newest("a revision to come", with(VERSION, json!("2099-01-01")))
            .header("mcp-protocol-version", "2099-01-01")
            .gives(400, -32022)
            .data("supported"),
        newest("a revision that is none", with(VERSION, json!("newest")))
            .header("mcp-protocol-version", "newest")
            .gives(400, -32022)
            .data("requested"),
        Row::request("`initialize` of the newest revision", "initialize", json!({})).newest().gives(404, -32601),
        Row::new(
            "a revision of `initialize` that is a number",
            request("wrong", "initialize", json!({"protocolVersion": 7})).to_string(),
        )
        .bare()
        .gives(400, -32602),
        Row::new("an `initialize` of another revision than the header", initialize("2025-06-18").to_string())
            .bare()
            .header("mcp-protocol-version", "2025-11-25")
            .gives(400, -32600),
        Row::new("an `initialize` with another method in the header", initialize("2025-06-18").to_string())
            .bare()
            .header("mcp-method", "tools/list")
            .header("mcp-protocol-version", "2025-06-18")
            .accepted(200),
        Row::new("GET at the newest revision", "").newest().method("GET").gives(405, -32600),
        Row::new("DELETE at the newest revision", "").newest().method("DELETE").gives(405, -32600),
    ]
}

/// The headers that repeat the body, at the newest revision.
fn repeated() -> Vec<Row> {
    let row = |name: &str, method: &str, params: serde_json::Value| Row::request(name, method, params).newest();
    let mut rows = vec![
        row("no method in the headers", "tools/list", json!({})).without("mcp-method"),
        row("another method in the headers", "tools/list", json!({})).header("mcp-method", "tools/call"),
        row("the method in capitals", "tools/list", json!({})).header("mcp-method", "TOOLS/LIST"),
        row("two methods in the headers", "tools/list", json!({}))
            .header("mcp-method", "tools/list")
            .header("mcp-method", "tools/list"),
        row(
            "an argument that is not in the headers",
            "tools/call",
            json!({"name": "sell", "arguments": {"region": "eu"}}),
        ),
        row("another argument in the headers", "tools/call", json!({"name": "sell", "arguments": {"region": "eu"}}))
            .header("mcp-param-region", "us"),
        row("an argument in the headers alone", "tools/call", json!({"name": "sell", "arguments": {}}))
            .header("mcp-param-region", "eu"),
        row("an argument twice", "tools/call", json!({"name": "sell", "arguments": {"region": "eu"}}))
            .header("mcp-param-region", "eu")
            .header("mcp-param-region", "eu"),
        row("a name that is not Base64", "tools/call", json!({"name": "echo"})).header("mcp-name", "=?base64?%%%?="),
    ];
    for (method, params) in [
        ("tools/call", json!({"name": "echo"})),
        ("prompts/get", json!({"name": "greet"})),
        ("resources/read", json!({"uri": "test://one"})),
    ] {
        rows.push(row(&format!("no name in the headers of `{method}`"), method, params.clone()).without("mcp-name"));
        rows.push(row(&format!("another name in the headers of `{method}`"), method, params).header("mcp-name", "x"));
    }
    rows.into_iter().map(|row| row.gives(400, -32020)).collect()
}

fn sessions() -> Vec<Row> {
    let list = |name: &str| Row::new(name, PING).bare();
    let get = |name: &str| Row::new(name, "").bare().method("GET").header("accept", "text/event-stream");
    let delete = |name: &str| Row::new(name, "").bare().method("DELETE");
    vec![
        list("a session that there never was").header("mcp-session-id", "x").gives(404, -32600),
        list("a session that has ended").header("mcp-session-id", "ENDED").gives(404, -32600),
        list("a session in other letters").header("mcp-session-id", "\u{e9}").gives(404, -32600),
        Row::new("news of a session that has ended", r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            .bare()
            .header("mcp-session-id", "ENDED")
            .gives(404, -32600),
        get("a stream of no session").gives(400, -32600),
        get("a stream of a session that there never was").header("mcp-session-id", "x").gives(404, -32600),
        get("a stream of a session that has ended").header("mcp-session-id", "ENDED").gives(404, -32600),
        get("a resumption in a session that has ended")
            .header("mcp-session-id", "ENDED")
            .header("last-event-id", "1")
            .gives(404, -32600),
        get("a resumption of no session").header("last-event-id", "1").gives(400, -32600),
        Row::new("a stream that is no stream", "")
            .sessions()
            .method("GET")
            .header("accept", "application/json")
            .gives(406, -32600),
        Row::new("a stream of an unknown revision", "")
            .sessions()
            .method("GET")
            .header("mcp-protocol-version", "x")
            .header("accept", "text/event-stream")
            .gives(400, -32600),
        Row::new("an event that there never was", "")
            .sessions()
            .method("GET")
            .header("accept", "text/event-stream")
            .header("last-event-id", "0")
            .gives(400, -32600),
        Row::new("a session at another path", PING).sessions().path("/mcp/default").gives(404, -32600),
        delete("the end of no session").gives(400, -32600),
        delete("the end of a session that there never was").header("mcp-session-id", "x").gives(404, -32600),
        delete("the end of a session that has ended").header("mcp-session-id", "ENDED").gives(404, -32600),
    ]
}
