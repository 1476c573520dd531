//! Definition files that change under a running server: no call fails, no tool disappears, and who should know is told.
//!
//! The files have a language of their own here (`name description` on each line, `end` on the last): what is tested is when
//! they are read and what becomes of it, not what they say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use common::backend::{Fake, hub};
use common::line::{Client, PATIENCE};
use common::{call, everyone, request, tool};
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tooldoo::catalog::Catalog;
use tooldoo::mcp::Hub;
use tooldoo::reload::{Definitions, Loaded, Reloader, Status};
use tooldoo::source::{Diagnostic, Severity};

struct Running {
    hub: Arc<Hub>,
    status: Arc<Status>,
    loads: Arc<AtomicUsize>,
    reloader: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.reloader.abort();
    }
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<_> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if !hidden {
                files(&entry, found);
            }
        }
    } else if path.extension().is_some_and(|extension| extension == "toml") {
        found.push(path.to_owned());
    }
}

fn load(paths: &[PathBuf]) -> Result<Loaded, Vec<Diagnostic>> {
    let mut found = Vec::new();
    paths.iter().for_each(|path| files(path, &mut found));
    let (mut tools, mut wrong) = (Vec::new(), Vec::new());
    for file in found {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let Some(lines) = text.trim_end().strip_suffix("end") else {
            wrong.push(problem(&format!("{} has no end", file.display())));
            continue;
        };
        for line in lines.lines() {
            let (name, description) = line.split_once(' ').unwrap_or((line, ""));
            let mut tool = tool(name);
            tool.description = Some(description.to_owned());
            tools.push(Arc::new(tool));
        }
    }
    if wrong.is_empty() { Ok(Loaded { catalog: Catalog::new(tools), diagnostics: Vec::new() }) } else { Err(wrong) }
}

fn problem(message: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message: message.to_owned(),
        place: None,
        hint: None,
        definition: None,
        related: Vec::new(),
    }
}

impl Running {
    fn new(paths: &[&Path]) -> Self {
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
        let loads = Arc::new(AtomicUsize::new(0));
        let (count, read) = (loads.clone(), paths.clone());
        let definitions = Definitions::new(paths, move || {
            count.fetch_add(1, Ordering::Relaxed);
            load(&read)
        });
        let loaded = definitions.load().unwrap();
        let fake = Fake::new(Vec::new());
        let hub = hub(fake);
        let tools = loaded.catalog.len();
        hub.replace(loaded.catalog);
        let status = Arc::new(Status::new(tools, &[]));
        let reloader = Reloader::new(definitions, hub.clone(), status.clone());
        let reloader = tokio::spawn(reloader.run(true, CancellationToken::new()));
        Self { hub, status, loads, reloader }
    }

    fn names(&self) -> Vec<String> {
        let caller = everyone();
        let catalog = self.hub.snapshot();
        catalog.tools(&caller).map(|offered| offered.tool.name.clone()).collect()
    }

    async fn until(&self, what: &str, mut condition: impl FnMut(&Self) -> bool) {
        let wait = async {
            while !condition(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "never came: {what}; has {:?}", self.names());
    }

    async fn until_names(&self, names: &[&str]) {
        self.until(&format!("{names:?}"), |running| running.names() == names).await;
    }

    async fn until_failed(&self, message: &str) {
        self.until(message, |running| {
            let reload = running.status.report().reload;
            !reload.ok && reload.diagnostics.iter().any(|diagnostic| diagnostic.contains(message))
        })
        .await;
    }

    /// Waits until a file that is written now would have been seen: another, watched in the same way, has been.
    async fn settled(&self, directory: &Path) {
        let (marker, before) = (directory.join("zz_settled.toml"), self.status.report().reload.at);
        fs::write(&marker, "end\n").unwrap();
        self.until("the marker's load", |running| running.status.report().reload.at != before).await;
        let before = self.status.report().reload.at;
        fs::remove_file(&marker).unwrap();
        // Not its beginning, but its end.
        self.until("the load without the marker", |running| running.status.report().reload.at != before).await;
    }
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_added_changed_moved_or_removed_is_followed() {
    let at = directory(&[("a.toml", "one first\nend\n")]);
    let running = Running::new(&[at.path()]);
    fs::write(at.path().join("b.toml"), "two second\nend\n").unwrap();
    running.until_names(&["one", "two"]).await;
    fs::write(at.path().join("b.toml"), "three third\nend\n").unwrap();
    running.until_names(&["one", "three"]).await;
    fs::create_dir(at.path().join("more")).unwrap();
    running.settled(at.path()).await;
    fs::write(at.path().join("more/c.toml"), "four fourth\nend\n").unwrap();
    running.until_names(&["four", "one", "three"]).await;
    fs::rename(at.path().join("b.toml"), at.path().join("b.off")).unwrap();
    running.until_names(&["four", "one"]).await;
    fs::rename(at.path().join("b.off"), at.path().join("more/b.toml")).unwrap();
    running.until_names(&["four", "one", "three"]).await;
    fs::remove_dir_all(at.path().join("more")).unwrap();
    running.until_names(&["one"]).await;
    // As many editors save: another file takes the name.
    fs::write(at.path().join(".a.swp"), "five fifth\nend\n").unwrap();
    fs::rename(at.path().join(".a.swp"), at.path().join("a.toml")).unwrap();
    running.until_names(&["five"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_wrong_leaves_everything_as_it_was_and_says_so() {
    let at = directory(&[("a.toml", "one first\nend\n")]);
    let running = Running::new(&[at.path()]);
    fs::write(at.path().join("bad.toml"), "two").unwrap();
    fs::write(at.path().join("worse.toml"), "three").unwrap();
    running.until_failed("bad.toml").await;
    running.until_failed("worse.toml").await;
    assert_eq!(running.names(), ["one"]);
    let report = running.status.report();
    assert_eq!((report.status, report.catalog.tools, report.reload.diagnostics.len()), ("degraded", 1, 2));
    fs::write(at.path().join("bad.toml"), "two second\nend\n").unwrap();
    fs::remove_file(at.path().join("worse.toml")).unwrap();
    running.until_names(&["one", "two"]).await;
    assert_eq!(running.status.report().status, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_removed_is_an_error_and_its_return_is_seen() {
    let above = tempfile::tempdir().unwrap();
    let at = above.path().join("tools.d");
    fs::create_dir(&at).unwrap();
    fs::write(at.join("a.toml"), "one first\nend\n").unwrap();
    let running = Running::new(&[&at]);
    fs::rename(&at, above.path().join("away")).unwrap();
    running.until_failed("are not there").await;
    assert_eq!(running.names(), ["one"], "a directory that is gone is not an empty catalog");
    for round in ["two", "three"] {
        fs::create_dir(&at).unwrap();
        fs::write(at.join("a.toml"), format!("{round} again\nend\n")).unwrap();
        running.until_names(&[round]).await;
        fs::rename(&at, above.path().join(round)).unwrap();
        running.until_failed("are not there").await;
    }
    // The directory above goes, too.
    let two = tempfile::tempdir_in(above.path()).unwrap();
    let deep = two.path().join("x/tools.d");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("a.toml"), "deep one\nend\n").unwrap();
    let running = Running::new(&[&deep]);
    fs::remove_dir_all(two.path().join("x")).unwrap();
    running.until_failed("are not there").await;
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("a.toml"), "back again\nend\n").unwrap();
    running.until_names(&["back"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_file_is_followed_too() {
    let at = directory(&[("only.toml", "one first\nend\n"), ("other.toml", "other one\nend\n")]);
    let file = at.path().join("only.toml");
    let running = Running::new(&[&file]);
    fs::write(&file, "two second\nend\n").unwrap();
    running.until_names(&["two"]).await;
    fs::remove_file(&file).unwrap();
    running.until_failed("are not there").await;
    fs::write(at.path().join("new"), "three third\nend\n").unwrap();
    fs::rename(at.path().join("new"), &file).unwrap();
    running.until_names(&["three"]).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn links_are_followed_where_they_lead_now() {
    use std::os::unix::fs::symlink;
    // As Kubernetes mounts a ConfigMap: the files link through `..data`, which is replaced in one rename.
    let mount = tempfile::tempdir().unwrap();
    let publish = |version: &str, text: &str| {
        let data = mount.path().join(format!("..{version}"));
        fs::create_dir(&data).unwrap();
        fs::write(data.join("a.toml"), text).unwrap();
        symlink(format!("..{version}"), mount.path().join("..data_tmp")).unwrap();
        fs::rename(mount.path().join("..data_tmp"), mount.path().join("..data")).unwrap();
    };
    publish("1", "one first\nend\n");
    symlink("..data/a.toml", mount.path().join("a.toml")).unwrap();
    let running = Running::new(&[mount.path()]);
    for (version, name) in [("2", "two"), ("3", "three"), ("4", "four")] {
        publish(version, &format!("{name} next\nend\n"));
        running.until_names(&[name]).await;
    }

    // As a deployment does it: a link somewhere on the way is turned to the next release.
    let releases = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        fs::create_dir_all(releases.path().join(name).join("tools.d")).unwrap();
        fs::write(releases.path().join(name).join("tools.d/a.toml"), format!("{name} x\nend\n")).unwrap();
    }
    let turn = |to: &str| {
        symlink(to, releases.path().join("next")).unwrap();
        fs::rename(releases.path().join("next"), releases.path().join("current")).unwrap();
    };
    turn("one");
    let running = Running::new(&[&releases.path().join("current/tools.d")]);
    assert_eq!(running.names(), ["one"]);
    turn("two");
    running.until_names(&["two"]).await;
    // And the files of the release that it leads to now are watched.
    fs::write(releases.path().join("two/tools.d/a.toml"), "three x\nend\n").unwrap();
    running.until_names(&["three"]).await;
    turn("one");
    running.until_names(&["one"]).await;

    // A file that is linked to from within is watched where it lies.
    let elsewhere = directory(&[("real.toml", "far away\nend\n")]);
    let at = tempfile::tempdir().unwrap();
    symlink(elsewhere.path().join("real.toml"), at.path().join("a.toml")).unwrap();
    let running = Running::new(&[at.path()]);
    fs::write(elsewhere.path().join("real.toml"), "near by\nend\n").unwrap();
    running.until_names(&["near"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_the_files_causes_no_load() {
    let at = directory(&[("a.toml", "one first\nend\n")]);
    let running = Running::new(&[at.path()]);
    running.settled(at.path()).await;
    let before = running.loads.load(Ordering::Relaxed);
    for _ in 0..200 {
        fs::read(at.path().join("a.toml")).unwrap();
        fs::read_dir(at.path()).unwrap().count();
    }
    // The marker's two loads, and whatever the reads had caused before them.
    running.settled(at.path()).await;
    assert_eq!(running.loads.load(Ordering::Relaxed), before + 2);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_half_written_is_waited_for() {
    use std::io::Write;
    let at = directory(&[("a.toml", "one first\ntwo second\nend\n")]);
    let running = Running::new(&[at.path()]);
    let watched = at.path().join("b.toml");
    fs::write(&watched, "end\n").unwrap();
    running.settled(at.path()).await;
    // A load may be under way at this moment: what it reads of this file is not put into service either.
    // What is there after the first half is a whole file to the language, with one tool less.
    let mut file = fs::File::create(at.path().join("a.toml")).unwrap();
    file.write_all(b"one first\nend\n").unwrap();
    file.flush().unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(running.names(), ["one", "two"], "somebody still writes");
    file.set_len(0).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    file.write_all(b"one first\nthree third\nend\n").unwrap();
    drop(file);
    running.until_names(&["one", "three"]).await;
}

/// The one test for everything at once: writers that never stop, and clients that never stop calling.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_fire_no_call_fails_and_no_tool_disappears() {
    let at = directory(&[("kept.toml", "echo answers\nend\n")]);
    let running = Running::new(&[at.path()]);
    let stop = Arc::new(AtomicBool::new(false));
    let (root, stopped) = (at.path().to_owned(), stop.clone());
    let writer = std::thread::spawn(move || {
        let mut round = 0;
        while !stopped.load(Ordering::Relaxed) {
            round += 1;
            // Rewritten in place, half written, replaced, created and deleted, renamed there and back.
            fs::write(root.join("kept.toml"), format!("echo answers {round}\nend\n")).unwrap();
            fs::write(root.join("half.toml"), "half a fi").unwrap();
            std::thread::sleep(Duration::from_millis(3));
            fs::write(root.join("half.toml"), format!("half done {round}\nend\n")).unwrap();
            fs::write(root.join("new"), format!("swapped in {round}\nend\n")).unwrap();
            fs::rename(root.join("new"), root.join("swapped.toml")).unwrap();
            fs::write(root.join("brief.toml"), "brief x\nend\n").unwrap();
            fs::remove_file(root.join("brief.toml")).unwrap();
            fs::rename(root.join("swapped.toml"), root.join("renamed.toml")).unwrap();
            fs::rename(root.join("renamed.toml"), root.join("swapped.toml")).unwrap();
            // Now and then it rests long enough to be read.
            let pause = if round % 10 == 0 { 180 } else { 7 };
            std::thread::sleep(Duration::from_millis(pause));
        }
        round
    });
    let clients = (0..4).map(|_| {
        let hub = running.hub.clone();
        let (stop, loads) = (stop.clone(), running.loads.clone());
        async move {
            let mut client = Client::new(&hub);
            client.handshake("2025-11-25").await;
            let mut calls = 0;
            // Until the definitions were really replaced many times, however fast this machine is.
            while loads.load(Ordering::Relaxed) < 15 {
                let answer = client.ask(&call(calls, "echo", json!({"text": "hi"}))).await;
                assert_eq!(answer["result"]["content"][0]["text"], "hi", "{answer}");
                let listed = client.ask(&request(format!("list {calls}"), "tools/list", json!({}))).await;
                let listed = listed["result"]["tools"].to_string();
                assert!(listed.contains("\"echo\""), "a tool disappeared: {listed}");
                calls += 1;
            }
            stop.store(true, Ordering::Relaxed);
            calls
        }
    });
    let calls = tokio::time::timeout(PATIENCE * 3, futures::future::join_all(clients)).await.unwrap();
    assert!(calls.iter().all(|calls| *calls > 0), "{calls:?}");
    stop.store(true, Ordering::Relaxed);
    let rounds = writer.join().unwrap();
    // What was written last is what is served at last.
    running
        .until("the last state", |running| {
            let caller = everyone();
            let catalog = running.hub.snapshot();
            let shown = |name: &str| catalog.tool(&caller, name).and_then(|offered| offered.tool.description.clone());
            shown("echo").is_some_and(|text| text == format!("answers {rounds}"))
                && shown("half").is_some_and(|text| text == format!("done {rounds}"))
                && shown("swapped").is_some_and(|text| text == format!("in {rounds}"))
                && shown("brief").is_none()
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_client_is_told_of_what_was_saved() {
    let at = directory(&[("a.toml", "one first\nend\n")]);
    let running = Running::new(&[at.path()]);
    let mut client = Client::new(&running.hub);
    client.handshake("2025-11-25").await;
    client.ask(&request(1, "ping", json!({}))).await;
    fs::write(at.path().join("b.toml"), "two second\nend\n").unwrap();
    assert_eq!(client.next().await.unwrap()["method"], "notifications/tools/list_changed");
    let listed = client.ask(&request(2, "tools/list", json!({}))).await;
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), 2);
}
