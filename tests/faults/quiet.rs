//! What the program writes besides its answers: stdout is the protocol's alone, and no log shows a secret or what was asked.

use serde_json::json;

use crate::common::process::{Process, definition, save};
use crate::common::{initialize, initialized, modern, request};
use crate::server::{KEY, PASSWORD, Reply, Server};
use crate::{clean, path, with_odoo};

const ASKED: &str = "Wilhelmina-of-the-Hill";
const ANSWERED: &str = "answered-secretly";

#[tokio::test]
async fn at_every_level_stdout_carries_frames_only_and_the_log_neither_secrets_nor_data() {
    for (level, format) in [("debug", "text"), ("trace", "json")] {
        for protocol in ["json2", "jsonrpc"] {
            let server = Server::odoo("19.0", |seen, before| match seen.call().as_str() {
                "res.partner.web_search_read" if before == 0 => Some(Reply::Cut),
                "res.partner.web_search_read" => {
                    Some(Reply::Ok(json!({"length": 1, "records": [{"id": 1, "name": ANSWERED, "email": false}]})))
                }
                _ => None,
            })
            .await;
            let files = tempfile::tempdir().unwrap();
            let more = files.path().join("more");
            std::fs::create_dir(&more).unwrap();
            save(&more, "a.toml", &definition("say", "hello"));
            let mut command = with_odoo(&["serve", "--definitions", path(&more)], &server.url);
            command.envs([
                ("RUST_LOG", "trace"),
                ("TOOLDOO_LOG__LEVEL", level),
                ("TOOLDOO_LOG__FORMAT", format),
                ("TOOLDOO_INSTANCES__MAIN__PROTOCOL", protocol),
                ("ODOO_PASSWORD", PASSWORD),
            ]);
            // What is not a frame on stdout fails in `next`.
            let mut process = Process::start(&mut command);
            process.write(b"garbage\n").await;
            process.ask(&initialize("2025-11-25")).await;
            process.write(format!("{}\n", initialized()).as_bytes()).await;
            process.ask(&request(1, "tools/list", json!({}))).await;
            let arguments = json!({"name": "find_partner", "arguments": {"name": ASKED}});
            let answer = process.ask(&request(2, "tools/call", arguments.clone())).await;
            assert!(answer.to_string().contains(ANSWERED), "{answer}");
            process.ask(&request(3, "nonsense/call", json!({"text": ASKED}))).await;
            process.ask(&modern(request(4, "tools/call", arguments))).await;
            save(&more, "b.toml", "[[tool]]\nname = 7\n");
            process.ask(&request(5, "ping", json!({}))).await;
            let (status, log) = process.end().await;
            assert_eq!(status, Some(0));
            clean(&log);
            for never in [KEY, PASSWORD, ASKED, ANSWERED, "uthorization", "bearer"] {
                assert!(!log.contains(never), "{level} {protocol}: `{never}` is in {log}");
            }
            assert!(log.contains("sending again"), "debug is debug: {log}");
        }
    }
}
