//! Lists of more than a page, and what every result says of itself, its entries and who serves them.

use std::path::Path;
use std::sync::Arc;

use rmcp::ServiceExt;
use rmcp::model::PaginatedRequestParams;
use serde_json::{Value, json};
use tooldoo::access::Caller;
use tooldoo::catalog::Catalog;
use tooldoo::definition::Definitions;
use tooldoo::definition::complete::Complete;
use tooldoo::definition::load_texts;
use tooldoo::definition::resource::Resource;
use tooldoo::definition::tool::{Input, Tool};
use tooldoo::definition::uri::UriTemplate;
use tooldoo::mcp::Hub;
use tooldoo::source::Format;

use crate::common::backend::Fake;
use crate::common::line::{Client, connect};
use crate::common::{self, modern, request};

/// More than two pages.
const MANY: usize = 600;

/// Method, the key of its list, what entries are known by.
const LISTS: [(&str, &str, &str); 4] = [
    ("tools/list", "tools", "name"),
    ("prompts/list", "prompts", "name"),
    ("resources/list", "resources", "uri"),
    ("resources/templates/list", "resourceTemplates", "uriTemplate"),
];

fn tool(name: &str) -> Tool {
    Tool { sequence: if name.ends_with("7") { -1 } else { 0 }, ..common::tool(name) }
}

fn resource(name: &str, uri: &str) -> Resource {
    let schema = json!({"type": "object", "properties": {"id": {"type": "string"}}}).as_object().unwrap().clone();
    let input = Input::new(schema, None).unwrap();
    Resource {
        tool: Arc::new(Tool { input, ..tool(name) }),
        uri: UriTemplate::parse(uri).unwrap(),
        mime_type: Some("text/plain".to_owned()),
        size: None,
        watch: None,
        complete: vec![("id".to_owned(), Complete::Values(vec!["1".to_owned()]))],
        annotations: json!({"audience": ["user"], "priority": 0.5}).as_object().unwrap().clone(),
        written: 0,
    }
}

/// One tool, prompt, resource and template for each of these numbers.
fn catalog(numbers: impl IntoIterator<Item = usize>) -> Catalog {
    let numbers: Vec<usize> = numbers.into_iter().collect();
    let prompt = |n: &usize| {
        format!(
            "[[prompt]]\nname = \"p{n:04}\"\ntitle = \"The prompt\"\ndescription = \"About it.\"\nmeta = {{ \"example.com/kind\" = \"test\" }}\n\
             icons = [{{ src = \"https://example.com/icon.png\" }}]\n[[prompt.argument]]\nname = \"word\"\ncomplete.values = [\"a\"]\n\
             [[prompt.message]]\ntext = \"{{{{ word }}}}\"\n"
        )
    };
    let text: String = numbers.iter().map(prompt).collect();
    let loaded = load_texts([(Path::new("prompts.toml"), text.as_str(), Format::Toml)]);
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    let both = |n: &usize| {
        [
            resource(&format!("r{n:04}"), &format!("test://fixed/{n:04}")),
            resource(&format!("t{n:04}"), &format!("test://{n:04}/{{id}}")),
        ]
    };
    Catalog::of(Definitions {
        tools: numbers.iter().map(|n| tool(&format!("t{n:04}"))).collect(),
        resources: numbers.iter().flat_map(both).collect(),
        prompts: loaded.definitions.prompts,
        bundles: Vec::new(),
    })
}

fn hub(numbers: impl IntoIterator<Item = usize>) -> Arc<Hub> {
    let (_, hub) = Fake::hub();
    hub.replace(catalog(numbers));
    hub
}

fn entries(page: &Value, key: &str, known_by: &str) -> Vec<String> {
    let list = page["result"][key].as_array().unwrap_or_else(|| panic!("no {key}: {page}"));
    list.iter().map(|entry| entry[known_by].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_real_client_gets_every_page() {
    let hub = hub(0..MANY);
    let (stream, _server) = connect(&hub);
    let client = ().serve(stream).await.unwrap();
    let first = client.list_tools(Some(PaginatedRequestParams::default())).await.unwrap();
    assert!(first.next_cursor.is_some() && first.tools.len() < MANY);
    let tools: Vec<String> =
        client.list_all_tools().await.unwrap().into_iter().map(|tool| tool.name.into_owned()).collect();
    let mut sorted = tools.clone();
    sorted.sort_by_key(|name| (!name.ends_with('7'), name.clone()));
    sorted.dedup();
    assert_eq!((tools.len(), &sorted), (MANY, &tools), "by sequence, then by name");
    assert_eq!(client.list_all_prompts().await.unwrap().len(), MANY);
    assert_eq!(client.list_all_resources().await.unwrap().len(), MANY);
    assert_eq!(client.list_all_resource_templates().await.unwrap().len(), MANY);
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn a_reload_between_two_pages_loses_and_repeats_nothing() {
    // What was there before and after, among what came and went on every page.
    let before = |n: &usize| !n.is_multiple_of(3);
    let after = |n: &usize| !n.is_multiple_of(5);
    for newest in [false, true] {
        for (method, key, known_by) in LISTS {
            let hub = hub((0..MANY).filter(before));
            let mut client = Client::new(&hub);
            client.handshake("2025-06-18").await;
            let as_sent = |message: Value| if newest { modern(message) } else { message };
            let (mut all, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
            loop {
                let params = cursor.as_ref().map_or(json!({}), |cursor| json!({"cursor": cursor}));
                let page = client.ask(&as_sent(request(pages, method, params))).await;
                if newest {
                    let result = &page["result"];
                    assert_eq!((&result["cacheScope"], &result["ttlMs"]), (&json!("private"), &json!(0)), "{method}");
                    let identity = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
                    assert_eq!(identity["name"], "tooldoo", "{method}, page {pages}");
                }
                all.extend(entries(&page, key, known_by));
                cursor = page["result"]["nextCursor"].as_str().map(str::to_owned);
                pages += 1;
                if cursor.is_none() {
                    break;
                }
                if pages == 1 {
                    hub.replace(catalog((0..MANY).filter(after)));
                }
            }
            assert!(pages > 1, "{method}");
            let once: std::collections::BTreeSet<_> = all.iter().collect();
            assert_eq!(once.len(), all.len(), "{method}: something came twice");
            let stayed = (0..MANY).filter(|n| before(n) && after(n));
            for n in stayed {
                let number = format!("{n:04}");
                assert!(all.iter().any(|entry| entry.contains(&number)), "{method} lost {number}");
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_list_and_its_caller_alone() {
    let hub = hub(0..MANY);
    let mut client = Client::new(&hub);
    client.handshake("2025-11-25").await;
    let mut other = Client::of(&hub, Caller { read_only: true, ..common::everyone() });
    other.handshake("2025-11-25").await;
    let mut cursors = Vec::new();
    for (method, ..) in LISTS {
        let page = client.ask(&request(1, method, json!({}))).await;
        cursors.push((method, page["result"]["nextCursor"].as_str().unwrap().to_owned()));
    }
    for (method, cursor) in &cursors {
        let own = client.ask(&request(2, method, json!({"cursor": cursor}))).await;
        assert!(own["result"].is_object(), "{method}: {own}");
        let newest = client.ask(&modern(request(3, method, json!({"cursor": cursor})))).await;
        assert!(newest["result"].is_object(), "{method}: the same at every revision: {newest}");
        let foreign = other.ask(&request(4, method, json!({"cursor": cursor}))).await;
        assert_eq!(foreign["error"]["code"], -32602, "{method}: another caller's");
        for (another, _) in cursors.iter().filter(|(another, _)| another != method) {
            let wrong = client.ask(&request(5, another, json!({"cursor": cursor}))).await;
            assert_eq!(wrong["error"]["code"], -32602, "{another} with a cursor of {method}");
        }
        let middle = cursor.len() / 2;
        let letter = if cursor.as_bytes()[middle] == b'A' { 'B' } else { 'A' };
        let mut tampered = cursor.clone();
        tampered.replace_range(middle..=middle, &letter.to_string());
        let cut = &cursor[..cursor.len() - 1];
        for wrong in [tampered.as_str(), cut, "", "x", "🦀", &"A".repeat(100_000)] {
            for message in
                [request(6, method, json!({"cursor": wrong})), modern(request(7, method, json!({"cursor": wrong})))]
            {
                let answer = client.ask(&message).await;
                assert_eq!(answer["error"]["code"], -32602, "{method}: {answer}");
            }
        }
        for wrong in [json!(1), json!([]), json!({})] {
            let answer = client.ask(&request(8, method, json!({"cursor": wrong}))).await;
            assert_eq!(answer["error"]["code"], -32602, "{method}: {answer}");
        }
    }
}

#[tokio::test]
async fn entries_are_shown_with_all_that_their_files_say() {
    let hub = hub([1]);
    let mut client = Client::new(&hub);
    client.handshake("2025-11-25").await;
    let icons = json!([{"src": "https://example.com/icon.png", "mimeType": "image/png"}]);
    let annotations = json!({"audience": ["user"], "priority": 0.5});
    let resource = client.ask(&request(1, "resources/list", json!({}))).await["result"]["resources"][0].take();
    let shown = json!({
        "uri": "test://fixed/0001", "name": "r0001", "title": "The tool r0001",
        "description": "Does what its name says", "mimeType": "text/plain", "icons": icons,
        "annotations": annotations, "_meta": {"example.com/kind": "test"},
    });
    assert_eq!(resource, shown);
    let template = client.ask(&request(2, "resources/templates/list", json!({}))).await;
    let mut shown = shown.as_object().unwrap().clone();
    shown.remove("uri");
    shown.extend(
        json!({"uriTemplate": "test://0001/{id}", "name": "t0001", "title": "The tool t0001"})
            .as_object()
            .unwrap()
            .clone(),
    );
    assert_eq!(template["result"]["resourceTemplates"][0], Value::Object(shown));
    let prompt = client.ask(&request(3, "prompts/list", json!({}))).await["result"]["prompts"][0].take();
    let shown = json!({
        "name": "p0001", "title": "The prompt", "description": "About it.", "arguments": [{"name": "word"}],
        "icons": [{"src": "https://example.com/icon.png"}], "_meta": {"example.com/kind": "test"},
    });
    assert_eq!(prompt, shown);
}

#[tokio::test]
async fn every_result_of_the_newest_revision_says_who_serves_it() {
    let catalog = catalog([1]).with_bundles(&common::bundles(
        "[[bundle]]\nname = \"sales\"\ntitle = \"Sales\"\ninstructions = \"In euros.\"\ninclude = [\"*\"]\n",
    ));
    let (_, hub) = Fake::hub();
    hub.replace(catalog);
    let mut client = Client::of(&hub, Caller { bundles: vec!["sales".to_owned()], ..common::everyone() });
    let prompt = json!({"type": "ref/prompt", "name": "p0001"});
    let template = json!({"type": "ref/resource", "uri": "test://0001/{id}"});
    let typing = |reference: &Value, name: &str| json!({"ref": reference, "argument": {"name": name, "value": "a"}});
    for (method, params, is_cacheable) in [
        ("server/discover", json!({}), true),
        ("tools/list", json!({}), true),
        ("tools/call", json!({"name": "t0001", "arguments": {"text": "x"}}), false),
        ("prompts/list", json!({}), true),
        ("prompts/get", json!({"name": "p0001"}), false),
        ("resources/list", json!({}), true),
        ("resources/templates/list", json!({}), true),
        ("resources/read", json!({"uri": "test://fixed/0001"}), true),
        ("completion/complete", typing(&prompt, "word"), false),
        ("completion/complete", typing(&template, "id"), false),
    ] {
        let answer = client.ask(&modern(request(1, method, params))).await;
        let result = &answer["result"];
        let identity = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
        assert_eq!((&identity["name"], &identity["title"]), (&json!("tooldoo"), &json!("Sales")), "{method}: {answer}");
        assert_eq!(result["resultType"], "complete", "{method}");
        assert_eq!(result["ttlMs"].is_u64() && result["cacheScope"].is_string(), is_cacheable, "{method}: {answer}");
    }
    let discovered = client.ask(&modern(request(2, "server/discover", json!({})))).await;
    assert!(discovered["result"]["instructions"].as_str().unwrap().ends_with("In euros."), "{discovered}");
    let offered = client.ask(&modern(request(3, "completion/complete", typing(&template, "id")))).await;
    assert_eq!(offered["result"]["completion"], json!({"values": ["a"], "total": 1, "hasMore": false}));
    assert_eq!(offered["result"]["_meta"]["tooldoo/labels"], json!({"a": "The a"}), "an id says little to a person");
    let refused = client.ask(&modern(request(4, "prompts/get", json!({"name": "nothing"})))).await;
    assert!(refused["error"].is_object() && refused.get("_meta").is_none(), "{refused}");
    for (reference, name) in [(&template, "word"), (&prompt, "id")] {
        let refused = client.ask(&modern(request(5, "completion/complete", typing(reference, name)))).await;
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
    }

    // Before, it was said in the handshake, once.
    let mut older = Client::new(&hub);
    older.handshake("2025-11-25").await;
    let read = older.ask(&request(1, "resources/read", json!({"uri": "test://fixed/0001"}))).await;
    let contents = json!([{"uri": "test://fixed/0001", "mimeType": "text/plain", "text": "test://fixed/0001"}]);
    assert_eq!((&read["result"]["contents"], read["result"].get("_meta")), (&contents, None), "{read}");
}
