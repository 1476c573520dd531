//! What is wrong with a line, over stdio.

use super::row::Row;

pub fn rows() -> Vec<Row> {
    // There is no id to answer, and a peer that echoes what it gets would echo for ever.
    let silent = |name: &str, body: &[u8]| Row::new(name, body).silent();
    let invalid = |name: &str, body: &str| Row::new(name, body).stdio().error(-32600);
    // It cannot be read, and its client waits for an answer all the same.
    let unread = |name: &str, params: &str| {
        let line = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
        Row::new(name, line).stdio().error(-32700).answered_to(1)
    };
    vec![
        unread("half of a pair", r#"{"name":"list_stages","arguments":{"a":"\ud83d"}}"#),
        unread("a number that is none", r#"{"name":"list_stages","arguments":{"a":1e400}}"#),
        unread("deep parameters", &format!("{}{}", "[".repeat(20_000), "]".repeat(20_000))),
        silent("an empty line", b""),
        silent("spaces", b" \t\r"),
        silent("words", b"hello"),
        silent("half a request", br#"{"jsonrpc":"2.0","id":1,"method":"pi"#),
        silent("not UTF-8", b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}"),
        silent("zeros", b"\0\0\0"),
        silent("deep lists", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()),
        silent("a notification that nobody knows", br#"{"jsonrpc":"2.0","method":"$/progress","params":{}}"#),
        silent("a notification with a list", br#"{"jsonrpc":"2.0","method":"$/setTrace","params":[1]}"#),
        silent(
            "the end of a request that nobody sent",
            br#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"nobody"}}"#,
        ),
        silent("an answer to a question that nobody asked", br#"{"jsonrpc":"2.0","id":99,"result":{}}"#),
        invalid("a batch", r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#),
        invalid("an empty batch", "[]"),
        invalid("a number", "7"),
        invalid("an empty object", "{}"),
        invalid("an id that is null", r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#),
        invalid("an id that is a fraction", r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#),
        invalid("no version of JSON-RPC", r#"{"id":1,"method":"ping"}"#),
        invalid("no method", r#"{"jsonrpc":"2.0","id":1}"#),
        invalid("a method that is a number", r#"{"jsonrpc":"2.0","id":1,"method":1}"#),
        invalid("a line that is too long", &"x".repeat(17 * 1024 * 1024)),
        Row::new("parameters in a list", r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}"#)
            .stdio()
            .error(-32602),
    ]
}
