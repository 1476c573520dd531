//! Resources through the real binary over stdio: what ships, every form of one, and several Odoos. Against the embedded Odoo always,
//! and against a real one where `TOOLDOO_TEST_ODOO_URL` names one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

#[path = "tools/client.rs"]
#[allow(dead_code, reason = "only its targets are used here")]
mod client;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::{Server, Target};
use serde_json::{Map, Value, json};
use tooldoo::demo;

/// A red pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

/// An id that nobody has.
const NOBODY: i64 = 99_999_999;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn start(target: &Target, bundles: &str) -> Server {
    let files = [root("tools.d"), root("tests/tools/definitions"), root("tests/resources/shapes.toml")];
    Server::start_with(target, (&target.login, &target.api_key), bundles, &files)
}

/// What a resource holds, part by part.
fn read(server: &mut Server, uri: &str) -> Vec<Value> {
    let response = server.request("resources/read", json!({"uri": uri}));
    let contents = response["result"]["contents"].as_array().unwrap_or_else(|| panic!("{uri}: {response}")).clone();
    assert!(!contents.is_empty() && contents.iter().all(|part| part["uri"] == uri), "{uri}: {response}");
    contents
}

fn text(server: &mut Server, uri: &str, mime_type: &str) -> String {
    let contents = read(server, uri);
    assert_eq!(contents[0]["mimeType"], mime_type, "{uri}: {contents:?}");
    contents[0]["text"].as_str().unwrap_or_else(|| panic!("{uri}: {contents:?}")).to_owned()
}

fn parsed(server: &mut Server, uri: &str) -> Value {
    serde_json::from_str(&text(server, uri, "application/json")).unwrap()
}

/// The code of the error, its kind and its sentence. It names its address.
fn refused(server: &mut Server, uri: &str) -> (i64, String, String) {
    let response = server.request("resources/read", json!({"uri": uri}));
    let error = &response["error"];
    assert_eq!(error["data"]["uri"], uri, "{response}");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (error["code"].as_i64().unwrap(), word(&error["data"]["kind"]), word(&error["message"]))
}

fn create(server: &mut Server, values: &Value) -> i64 {
    let made = server.call("odoo_create", json!({"model": "res.partner", "values": values}));
    made["ids"][0].as_i64().unwrap()
}

fn remove(server: &mut Server, ids: &[i64]) {
    server.call("probe_unlink", json!({"model": "res.partner", "ids": ids}));
}

macro_rules! cases {
    (everywhere: $($case:ident),*; on_the_embedded: $($own:ident),* $(;)?) => {
        mod embedded {
            $(#[test]
            fn $case() {
                super::on_the_embedded(super::$case);
            })*
            $(#[test]
            fn $own() {
                super::Target::on_embedded(super::demo::Profile::V19, "json2", super::$own);
            })*
        }
        mod real {
            $(#[test]
            fn $case() {
                super::on_a_real_one(super::$case);
            })*
        }
    };
}

cases! {
    everywhere:
        records_and_lists_are_what_the_tools_answer,
        what_ships_is_listed_and_read,
        what_is_not_there_is_not_found_and_nothing_leaves_its_template,
        links_in_answers_lead_to_files_and_whole_texts,
        every_form_has_its_type;
    on_the_embedded:
        what_is_bound_is_in_the_address,
        another_odoo_is_there_for_whoever_reaches_it;
}

fn on_the_embedded(case: fn(&Target)) {
    Target::on_embedded(demo::Profile::V19, "json2", case);
    Target::on_embedded(demo::Profile::V14, "jsonrpc", case);
}

fn on_a_real_one(case: fn(&Target)) {
    for protocol in ["json2", "jsonrpc"] {
        Target::on_real(protocol, case);
    }
}

fn records_and_lists_are_what_the_tools_answer(target: &Target) {
    let mut server = start(target, "default+generic+admin");
    let city = format!("City of {}", target.name);
    let ids: Vec<i64> =
        ["A", "B", "C"].iter().map(|name| create(&mut server, &json!({"name": name, "city": city}))).collect();
    let record = parsed(&mut server, &format!("odoo://res.partner/{}", ids[0]));
    let tool = server.call("odoo_get_record", json!({"model": "res.partner", "id": ids[0]}));
    let domain = json!([["city", "=", city]]).to_string();
    let encoded = percent_encoding::utf8_percent_encode(&domain, percent_encoding::NON_ALPHANUMERIC);
    let list = parsed(&mut server, &format!("odoo://res.partner?domain={encoded}&limit=2"));
    let rest = parsed(&mut server, &format!("odoo://res.partner?domain={encoded}&limit=2&offset=2"));
    remove(&mut server, &ids);
    assert_eq!(record, Value::Object(tool));
    assert_eq!(
        (list["records"].as_array().unwrap().len(), &list["total"], &list["next_offset"]),
        (2, &json!(3), &json!(2))
    );
    assert_eq!((rest["records"].as_array().unwrap().len(), rest.get("next_offset")), (1, None));
}

fn what_ships_is_listed_and_read(target: &Target) {
    let mut server = start(target, "default");
    let list = server.request("resources/list", json!({}));
    let uris: Vec<&str> =
        list["result"]["resources"].as_array().unwrap().iter().filter_map(|one| one["uri"].as_str()).collect();
    assert_eq!(uris, ["odoo:///companies", "odoo:///modules", "odoo:///server"]);
    let templates = server.request("resources/templates/list", json!({}));
    let templates = templates["result"]["resourceTemplates"].to_string();
    for uri in [
        "odoo://{model}/{id}\"",
        "odoo://{model}{?domain,limit,offset}",
        "odoo://{model}/{id}/{field}",
        "odoo:///fields/{model}",
        "odoo:///access/{model}",
        "odoo://ir.attachment/{id}",
    ] {
        assert!(templates.contains(&uri.replace('"', "\\\"").replace("\\\"", "\"")), "{uri}: {templates}");
    }
    let connection = parsed(&mut server, "odoo:///server");
    assert_eq!(connection["user"]["login"], target.login.as_str());
    assert!(!parsed(&mut server, "odoo:///companies")["records"].as_array().unwrap().is_empty());
    assert!(parsed(&mut server, "odoo:///modules").to_string().contains("\"base\""));
    assert_eq!(parsed(&mut server, "odoo:///access/res.partner")["read"], true);
    assert!(parsed(&mut server, "odoo:///fields/res.partner").to_string().contains("country_id"));
}

fn what_is_not_there_is_not_found_and_nothing_leaves_its_template(target: &Target) {
    let mut server = start(target, "default");
    for (uri, code, kind) in [
        (format!("odoo://res.partner/{NOBODY}"), -32002, "not_found"),
        (format!("odoo://res.partner/{NOBODY}/name"), -32002, "not_found"),
        (format!("odoo://ir.attachment/{NOBODY}"), -32002, "not_found"),
        ("odoo://no.such.model/1".to_owned(), -32002, "unknown_model"),
        ("odoo://res.partner/base.no_such".to_owned(), -32002, "not_found"),
        ("odoo://res.partner/nobody".to_owned(), -32602, "invalid_arguments"),
        ("odoo://res.partner/1/no_such".to_owned(), -32002, "unknown_field"),
        ("odoo://res.partner/1/country_id".to_owned(), -32602, "invalid_arguments"),
        ("odoo://res.partner?domain=%5B".to_owned(), -32602, "invalid_arguments"),
        ("odoo://res.partner?domain=%5B%5B%22nope%22,%22=%22,1%5D%5D".to_owned(), -32602, "unknown_field"),
        ("odoo://../res.partner".to_owned(), -32002, "not_found"),
        ("odoo://res.partner/..%2Fres.users/2".to_owned(), -32002, "not_found"),
        ("odoo://res.partner%2F1".to_owned(), -32002, "not_found"),
        ("odoo://res.partner?limit=1&limit=2".to_owned(), -32002, "not_found"),
        ("odoo://res.partner?fields=name".to_owned(), -32002, "not_found"),
        ("odoo+other://res.partner/1".to_owned(), -32002, "not_found"),
        ("file:///etc/passwd".to_owned(), -32002, "not_found"),
    ] {
        let (found, told, message) = refused(&mut server, &uri);
        assert_eq!((found, told.as_str()), (code, kind), "{uri}: {message}");
        assert!(!message.is_empty() && !message.contains("Traceback"));
    }
    let employee = (target.employee.0.as_str(), target.employee.1.as_str());
    let mut employee = Server::start_with(target, employee, "default", &[root("tools.d")]);
    let (code, kind, message) = refused(&mut employee, "odoo://ir.config_parameter/1/value");
    assert_eq!((code, kind.as_str()), (-32603, "access_denied"), "{message}");
}

fn links_in_answers_lead_to_files_and_whole_texts(target: &Target) {
    let mut server = start(target, "default+generic+admin");
    let long = "word ".repeat(4_000);
    let values = json!({"name": "With files", "image_1920": PIXEL, "comment": long.trim()});
    let id = create(&mut server, &values);
    let arguments = json!({"model": "res.partner", "id": id, "fields": ["image_1920", "comment"]});
    let record = server.call("odoo_get_record", arguments)["records"][0].clone();
    let image = record["image_1920"]["uri"].as_str().unwrap().to_owned();
    let picture = read(&mut server, &image)[0].clone();
    let comment = record["comment"].as_str().unwrap();
    let whole = comment.rsplit_once("whole: ").unwrap().1.trim_end_matches(')').to_owned();
    let content = read(&mut server, &whole)[0].clone();

    let file =
        |name: &str, key: &str, value: &str| json!({"model": "res.partner", "ids": [id], "file": name, key: value});
    let uri = |answer: &Map<String, Value>| answer["records"][0]["uri"].as_str().unwrap().to_owned();
    let csv = uri(&server.call("probe_attach", file("a.csv", "text", "a;b\n")));
    let png = uri(&server.call("probe_attach", file("a.png", "data", PIXEL)));
    // Whoever knows Odoo's newer name of it gets the same.
    let raw = read(&mut server, &format!("{png}/raw"))[0].clone();
    let (csv, png) = (read(&mut server, &csv)[0].clone(), read(&mut server, &png)[0].clone());
    remove(&mut server, &[id]);

    assert!(picture["mimeType"].as_str().unwrap().starts_with("image/"), "{picture}");
    assert!(!STANDARD.decode(picture["blob"].as_str().unwrap()).unwrap().is_empty());
    assert!(content["text"].as_str().unwrap().len() >= long.trim().len(), "{whole}");
    assert!(!content["text"].as_str().unwrap().contains("(cut"));
    assert_eq!((&csv["mimeType"], &csv["text"]), (&json!("text/csv"), &json!("a;b\n")));
    assert_eq!((&png["mimeType"], &png["blob"]), (&json!("image/png"), &json!(PIXEL)));
    assert_eq!((&raw["mimeType"], &raw["blob"]), (&png["mimeType"], &png["blob"]));
}

fn every_form_has_its_type(target: &Target) {
    let mut maker = start(target, "default+admin");
    let mut server = start(target, "shapes");
    let city = format!("Rows of {}", target.name);
    let path = percent_encoding::utf8_percent_encode(&city, percent_encoding::NON_ALPHANUMERIC).to_string();
    let one = create(&mut maker, &json!({"name": "=1+1", "city": city, "image_1920": PIXEL, "comment": "a **b**"}));
    let two = create(&mut maker, &json!({"name": "B|b", "city": city}));
    let rows = read(&mut server, &format!("odoo:///test/rows/{path}"));
    let first = read(&mut server, &format!("odoo:///test/rows/{path}?limit=1"));
    let page = text(&mut server, &format!("odoo:///test/page/{path}"), "text/markdown");
    let words = text(&mut server, &format!("odoo:///test/words/{one}"), "text/html");
    let picture = read(&mut server, &format!("odoo:///test/picture/{one}"))[0].clone();
    let empty = refused(&mut server, &format!("odoo:///test/picture/{two}"));
    let markup = text(&mut server, &format!("odoo:///test/markup/{one}"), "text/html");
    let wrong = refused(&mut server, "odoo:///test/words/x");
    let columns = text(&mut server, "odoo:///test/columns/res.partner.category", "text/csv");
    let unlinked = server.call("test_partner", json!({"id": one}))["records"][0].clone();
    remove(&mut maker, &[one, two]);

    assert_eq!((rows.len(), &rows[0]["mimeType"]), (1, &json!("text/csv")));
    let sheet = format!("id,name,is_company,color\r\n{one},'=1+1,false,0\r\n{two},B|b,false,0\r\n");
    assert_eq!(rows[0]["text"], sheet.as_str());
    // In the order of the model.
    let mut columns: Vec<&str> = columns.lines().collect();
    columns[1..].sort_unstable();
    assert_eq!(columns, ["name,type,required", "active,boolean,", "name,char,true"]);
    assert_eq!((first.len(), &first[1]["mimeType"]), (2, &json!("text/plain")), "{first:?}");
    assert!(first[1]["text"].as_str().unwrap().contains("next_offset: 1"), "{first:?}");
    assert!(page.contains("| B\\|b |"), "{page}");
    assert_eq!(words, format!("<b>=1+1</b>, {}", one + 1));
    assert!(picture["mimeType"].as_str().unwrap().starts_with("image/"));
    assert_eq!((empty.0, empty.1.as_str()), (-32002, "not_found"), "{}", empty.2);
    // A plain text before 15.
    assert!(target.version < 15 || markup.starts_with('<'), "{markup}");
    assert_eq!((wrong.0, wrong.1.as_str()), (-32602, "invalid_arguments"));
    assert!(unlinked["image_1920"].is_object() && unlinked["image_1920"].get("uri").is_none(), "{unlinked}");

    assert_eq!(text(&mut server, "test://readme", "text/plain"), "Hello");
    let parts = read(&mut server, "test://pixel/a%20b");
    assert_eq!((&parts[0]["text"], &parts[1]["mimeType"]), (&json!("a b"), &json!("image/png")));
    let list = server.request("resources/list", json!({}));
    let readme = &list["result"]["resources"][0];
    assert_eq!((&readme["size"], &readme["annotations"]["priority"]), (&json!(5), &json!(0.5)), "{list}");
}

fn what_is_bound_is_in_the_address(target: &Target) {
    let mut server = start(target, "cities");
    let templates = server.request("resources/templates/list", json!({}));
    let uri = &templates["result"]["resourceTemplates"][0]["uriTemplate"];
    assert_eq!(uri, "odoo:///test/rows/Bound%20City{?limit,offset}", "{templates}");
    assert_eq!(read(&mut server, "odoo:///test/rows/Bound%20City")[0]["text"], "id,name,is_company,color\r\n");
    assert_eq!(refused(&mut server, "odoo:///test/rows/Fremont").0, -32002);
}

fn another_odoo_is_there_for_whoever_reaches_it(target: &Target) {
    let variables = [
        ("TOOLDOO_INSTANCES__OTHER_1__URL", target.url.as_str()),
        ("TOOLDOO_INSTANCES__OTHER_1__DATABASE", &target.database),
        ("TOOLDOO_INSTANCES__OTHER_1__USERNAME", &target.login),
        ("TOOLDOO_INSTANCES__OTHER_1__API_KEY", &target.api_key),
    ];
    let start = |bundles: &str| {
        let login = (target.login.as_str(), target.api_key.as_str());
        Server::begin(target, login, bundles, &[root("tests/resources/instances.toml")], &variables)
    };
    let templates = |server: &mut Server| -> Vec<String> {
        let all = server.request("resources/templates/list", json!({}));
        let all = all["result"]["resourceTemplates"].as_array().unwrap().clone();
        all.iter().map(|one| one["uriTemplate"].as_str().unwrap().to_owned()).collect()
    };
    let other = "odoo+other.5f1://res.partner/15";
    let mut here = start("here");
    assert_eq!(templates(&mut here), ["odoo://{model}/{id}/{field}", "odoo://{model}/{id}"]);
    assert_eq!(refused(&mut here, other).0, -32002);
    let mut there = start("there");
    assert_eq!(templates(&mut there), ["odoo+other.5f1://{model}/{id}/{field}", "odoo+other.5f1://{model}/{id}"]);
    assert!(text(&mut there, other, "application/json").contains("Azure Interior"));
    assert_eq!(refused(&mut there, "odoo://res.partner/15").0, -32002);
    let mut both = start("both");
    assert_eq!(templates(&mut both).len(), 4);
    assert!(text(&mut both, other, "application/json").contains("Azure Interior"));
    assert!(text(&mut both, "odoo://res.partner/15", "application/json").contains("Azure Interior"));
    assert_eq!(templates(&mut start("here+there")).len(), 4);
    // What neither opens by itself is not opened by both: the tool of one, the resource of another.
    assert_eq!(templates(&mut start("here+tools")).len(), 2);
    let linked = both.call("other_partner", json!({"id": 15}));
    assert_eq!(linked["records"][0]["id"], 15);
}
