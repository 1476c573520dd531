//! The guide is walked from its first line to its last, in a fresh folder: every tool that it shows is saved, every command is
//! run, and what it prints is what came.
//!
//! What a fenced block is, its first line says: `toml` is a file to save; `toml wrong` one that `check` explains, `toml wrong-online` one
//! that `check --online` explains, `toml wrong-call forgot` one, saved as `forgot.toml`, that only a call shows to be wrong; `sh` commands that succeed, `sh fails` that
//! fail, `sh demo` not run. The `json` or `text` after one of them is what it answers: `…` stands for anything, a line of `text` for a
//! part of the answer.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use tooldoo::demo;

struct Block {
    line: usize,
    info: String,
    text: String,
}

/// The fenced blocks of a page, in their order.
fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block { line: number + 1, info: info.to_owned(), text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => writeln!(block.text, "{line}").unwrap(),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// The first part of the expectation that the answer does not have, after those before it.
fn missing(answer: &str, expected: &Block) -> Option<String> {
    let answer = squeezed(answer);
    let lines: Vec<&str> =
        if expected.info == "text" { expected.text.lines().collect() } else { vec![expected.text.as_str()] };
    let mut rest = answer.as_str();
    for part in lines.into_iter().flat_map(|line| line.split('…')).map(squeezed).filter(|part| !part.is_empty()) {
        match rest.find(&part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return Some(part),
        }
    }
    None
}

/// An empty folder, and the Odoo that the guide's four variables name.
struct Walk {
    folder: tempfile::TempDir,
    url: String,
}

impl Walk {
    fn on(odoo: &demo::Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("my-tools")).unwrap();
        Self { folder, url: odoo.url() }
    }

    /// What the commands print, and whether all succeeded.
    fn run(&self, commands: &str) -> (bool, String) {
        let programs = Path::new(env!("CARGO_BIN_EXE_tooldoo")).parent().unwrap().display().to_string();
        let output = Command::new("/bin/sh")
            .args(["-e", "-c", commands])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{programs}:/usr/bin:/bin"))
            .env("HOME", self.folder.path())
            .env("ODOO_URL", &self.url)
            .env("ODOO_DB", "demo")
            .env("ODOO_USERNAME", "admin")
            .env("ODOO_PASSWORD", "admin")
            .env("TOOLDOO_DEFINITIONS__PATHS", r#"["my-tools"]"#)
            .output()
            .unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), text)
    }

    fn save(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guide_shows_is_what_happens() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide.md")).unwrap();
    let odoo = demo::Server::start(demo::Options::default()).await.unwrap();
    let walk = Walk::on(&odoo);
    let blocks = blocks(&page);
    let mut faults = String::new();
    let (mut tools, mut answers) = (0, 0);
    let mut answer: Option<String> = None;
    for block in &blocks {
        let place = format!("docs/guide.md:{}", block.line);
        match block.info.as_str() {
            "toml" => {
                let _ = std::fs::remove_file(walk.folder.path().join("my-tools/forgot.toml"));
                walk.save(&format!("my-tools/{:04}.toml", block.line), &block.text);
                tools += 1;
                let (sound, text) = walk.run("tooldoo check --deny-warnings");
                if !sound {
                    writeln!(faults, "{place}: it is not clean:\n{text}").unwrap();
                }
            }
            "toml wrong-call forgot" => walk.save("my-tools/forgot.toml", &block.text),
            "toml wrong" | "toml wrong-online" => {
                walk.save("wrong.toml", &block.text);
                let online = if block.info == "toml wrong" { "" } else { "--online" };
                let (sound, text) = walk.run(&format!("tooldoo check {online} --definitions wrong.toml"));
                if sound {
                    writeln!(faults, "{place}: nothing was found wrong:\n{text}").unwrap();
                }
                answer = Some(text);
            }
            "sh" | "sh fails" => {
                let (done, text) = walk.run(&block.text);
                if done != (block.info == "sh") {
                    writeln!(faults, "{place}: succeeded: {done}\n{text}").unwrap();
                }
                answer = Some(text);
            }
            "json" | "text" => {
                let came = answer.as_deref().unwrap_or_else(|| panic!("{place}: the answer of what?"));
                if let Some(part) = missing(came, block) {
                    writeln!(faults, "{place}: the answer has no `{part}`:\n{came}").unwrap();
                }
                answers += 1;
            }
            "sh demo" => {}
            other => panic!("{place}: what is `{other}`?"),
        }
    }
    odoo.stop().await;
    assert!(faults.is_empty(), "{faults}");
    assert!(tools >= 12 && answers >= 20, "the guide shows tools and answers: {tools}, {answers}");
}

/// What the guide says to be the same on every version: the lines of an order, and what a lost opportunity is marked with.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_all_versions_works_on_the_older_ones() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide.md")).unwrap();
    let blocks = blocks(&page);
    for version in [demo::Profile::V14, demo::Profile::V17] {
        let odoo = demo::Server::start(demo::Options { version, ..demo::Options::default() }).await.unwrap();
        let walk = Walk::on(&odoo);
        for block in blocks.iter().filter(|block| block.info == "toml") {
            walk.save(&format!("my-tools/{:04}.toml", block.line), &block.text);
        }
        let at = blocks.iter().position(|block| block.text.contains("tooldoo call order_lines")).unwrap();
        let (call, answer) = (blocks.get(at).unwrap(), blocks.get(at + 1).unwrap());
        let (done, text) = walk.run(&call.text);
        // Before 17 no order has that field.
        let expected = if version == demo::Profile::V14 {
            answer.text.replace(r#""locked":false,"#, "")
        } else {
            answer.text.clone()
        };
        let expected = Block { text: expected, line: answer.line, info: answer.info.clone() };
        assert!(done, "{version:?}: {text}");
        assert_eq!(missing(&text, &expected), None, "{version:?}: {text}");
        let (done, text) =
            walk.run(r#"tooldoo call lose_opportunity '{"opportunity": "5 VP Chairs", "reason": "Too expensive"}'"#);
        assert!(done && text.contains("result"), "{version:?}: {text}");
        odoo.stop().await;
    }
}

#[test]
fn the_links_of_the_pages_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let anchors = |text: &str| -> Vec<String> {
        let headings =
            text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
        let kept = |letter: char| match letter {
            ' ' => Some('-'),
            letter if letter.is_alphanumeric() || letter == '-' || letter == '_' => Some(letter),
            _ => None,
        };
        headings.map(|heading| heading.to_lowercase().chars().filter_map(kept).collect()).collect()
    };
    let mut broken = String::new();
    for page in ["docs/guide.md", "docs/gallery.md", "docs/reference.md", "docs/definitions.md", "README.md"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("http") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { root.join(page) } else { root.join(page).parent().unwrap().join(file) };
            match std::fs::read_to_string(&path) {
                Ok(there) if !anchor.is_empty() && !anchors(&there).iter().any(|known| known == anchor) => {
                    writeln!(broken, "{page}: {target}: no such section").unwrap();
                }
                Err(_) if !path.is_dir() => writeln!(broken, "{page}: {target}: no such file").unwrap(),
                _ => {}
            }
        }
    }
    assert!(broken.is_empty(), "{broken}");
}
