//! Files that are rewritten, half written, deleted, renamed and swapped through symlinks while calls run.
#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;

use crate::common::process::{Process, definition, save, tooldoo, unreachable_odoo};
use crate::common::{call, initialize, initialized, request};
use crate::path;

/// One round of what editors, deployments and people do. `keep.toml` always says something.
fn disturb(directory: &Path, round: usize) {
    match round % 8 {
        0 => save(directory, "keep.toml", &definition("keep", &format!("round {round}"))),
        1 => save(directory, "more.toml", &definition("more", "more")),
        2 => save(directory, "more.toml", "[[tool]]\nname = \"mo"),
        3 => std::fs::remove_file(directory.join("more.toml")).unwrap(),
        4 => {
            save(directory, "keep.new", &definition("keep", &format!("round {round}")));
            std::fs::rename(directory.join("keep.new"), directory.join("keep.toml")).unwrap();
        }
        // For a moment there is no such file.
        5 => std::fs::rename(directory.join("keep.toml"), directory.join("kept.toml")).unwrap(),
        6 => std::fs::rename(directory.join("kept.toml"), directory.join("keep.toml")).unwrap(),
        _ => save(directory, "keep.toml", ""),
    }
}

#[tokio::test]
async fn no_call_fails_and_no_tool_disappears() {
    let root = tempfile::tempdir().unwrap();
    // As Kubernetes mounts a ConfigMap: `tools` -> `current` -> one of the versions.
    for version in ["v0", "v1"] {
        std::fs::create_dir(root.path().join(version)).unwrap();
        save(&root.path().join(version), "stay.toml", &definition("stay", "here"));
        save(&root.path().join(version), "keep.toml", &definition("keep", version));
    }
    symlink("v0", root.path().join("current")).unwrap();
    let tools = root.path().join("current");
    let mut command = tooldoo(&["serve", "--definitions", path(&tools)]);
    let mut server = Process::start(unreachable_odoo(&mut command));
    server.ask(&initialize("2025-11-25")).await;
    server.write(format!("{}\n", initialized()).as_bytes()).await;
    let mut calls = 0;
    for round in 0..40 {
        if round % 10 == 9 {
            let version = format!("v{}", round / 10 % 2);
            let version = root.path().join(version);
            save(&version, "keep.toml", &definition("keep", "after a swap"));
            let _ = std::fs::remove_file(version.join("more.toml"));
            symlink(version.file_name().unwrap(), root.path().join("next")).unwrap();
            std::fs::rename(root.path().join("next"), &tools).unwrap();
        } else if round % 10 < 8 {
            disturb(&tools, round % 10);
        }
        for _ in 0..25 {
            calls += 1;
            let answer = server.ask(&call(calls, "stay", json!({}))).await;
            assert_eq!(answer["result"]["content"][0]["text"], "here", "round {round}: {answer}");
            let listed = server.ask(&request(format!("list {calls}"), "tools/list", json!({}))).await;
            let names: Vec<_> =
                listed["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
            assert!(names.contains(&json!("stay")), "round {round}: {names:?}");
        }
    }
    // In the end the files are in service.
    save(&tools, "keep.toml", &definition("last", "one"));
    let last = async {
        loop {
            let answer = server.ask(&call("last", "last", json!({}))).await;
            if answer["result"]["content"][0]["text"] == "one" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(crate::common::line::PATIENCE, last).await.is_ok(), "the last change never came");
    assert_eq!(server.end().await.0, Some(0));
}
