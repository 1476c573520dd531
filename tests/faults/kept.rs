//! `cache`: what is answered again without asking Odoo, to whom, and until when.

use serde_json::json;

use crate::common::process::Process;
use crate::common::{modern, request};
use crate::server::{Reply, Server, raise};
use crate::{called, started, with_odoo};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/cache.toml");
const SEARCH: &str = "res.partner.web_search_read";

async fn process(server: &Server, more: &[&str]) -> Process {
    let mut arguments = vec!["serve", "--definitions", FILE];
    arguments.extend(more);
    let mut command = with_odoo(&arguments, &server.url);
    started(&mut command).await
}

#[tokio::test]
async fn a_kept_answer_is_given_again_until_something_is_written() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let mut process = process(&server, &[]).await;
    let first = called(&mut process, "kept_partner", json!({"name": "azure"})).await;
    assert_ne!(first["isError"], true, "{first}");
    assert_eq!(called(&mut process, "kept_partner", json!({"name": "azure"})).await, first);
    assert_eq!(server.count(SEARCH), 1, "the same call asked Odoo again");
    called(&mut process, "kept_partner", json!({"name": "deco"})).await;
    assert_eq!(server.count(SEARCH), 2, "another call was answered with that answer");
    // A tool without `cache` always asks.
    called(&mut process, "find_partner", json!({"name": "azure"})).await;
    called(&mut process, "find_partner", json!({"name": "azure"})).await;
    assert_eq!(server.count(SEARCH), 4);
    called(&mut process, "create_partner", json!({"name": "New"})).await;
    let before = server.count(SEARCH);
    called(&mut process, "kept_partner", json!({"name": "azure"})).await;
    assert_eq!(server.count(SEARCH), before + 1, "what was written is hidden by an answer from before");
    process.end().await;
}

#[tokio::test]
async fn a_client_keeps_a_resource_no_longer_than_the_server_would() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let mut process = process(&server, &[]).await;
    let read = modern(request(7, "resources/read", json!({"uri": "test://kept/azure"})));
    let first = process.ask(&read).await["result"].clone();
    assert_eq!(first["ttlMs"], 60_000, "{first}");
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let second = process.ask(&read).await["result"].clone();
    assert_eq!((server.count(SEARCH), &second["contents"]), (1, &first["contents"]), "the second is the first");
    assert!(second["ttlMs"].as_u64().unwrap() < 60_000, "{second}");
    process.end().await;
}

#[tokio::test]
async fn a_failure_is_not_kept() {
    let server = Server::odoo("19.0", |seen, before| {
        (seen.call() == SEARCH && before == 0).then(|| raise("odoo.exceptions.AccessError", "Not yours."))
    })
    .await;
    let mut process = process(&server, &[]).await;
    let failed = called(&mut process, "kept_partner", json!({"name": "azure"})).await;
    assert_eq!(failed["isError"], true, "{failed}");
    let fine = called(&mut process, "kept_partner", json!({"name": "azure"})).await;
    assert_ne!(fine["isError"], true, "{fine}");
    process.end().await;
}

#[tokio::test]
async fn a_file_that_changes_takes_its_answers_away() {
    let server = Server::odoo("19.0", |seen, _| {
        (seen.call() == SEARCH).then(|| {
            let fields = seen.kwargs()["specification"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            Reply::Ok(json!({"length": 1, "records": [{"id": 1, "name": fields.join(" "), "email": false}]}))
        })
    })
    .await;
    let files = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(FILE).unwrap();
    crate::common::process::save(files.path(), "a.toml", &text);
    let mut command = crate::common::process::tooldoo(&["serve", "--definitions", crate::path(files.path())]);
    command.envs([("ODOO_URL", server.url.as_str()), ("ODOO_DB", "erp")]);
    command.envs([("ODOO_USERNAME", "bot@example.com"), ("ODOO_API_KEY", crate::server::KEY)]);
    let mut process = started(&mut command).await;
    let older = called(&mut process, "kept_partner", json!({})).await;
    assert!(older.to_string().contains("email"), "{older}");
    crate::common::process::save(files.path(), "a.toml", &text.replace("[\"name\", \"email\"]", "[\"name\"]"));
    let newer = async {
        loop {
            let newer = called(&mut process, "kept_partner", json!({})).await;
            if newer != older {
                return newer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let newer = tokio::time::timeout(crate::common::line::PATIENCE, newer).await.unwrap();
    assert_ne!(newer["isError"], true, "{newer}");
    process.end().await;
}
