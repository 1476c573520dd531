//! From the start of the process to its answer to `initialize`, which was written at once.

use std::io::{BufReader, Write};
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;

use crate::Effort;
use crate::common;
use crate::figures::{Section, milliseconds, with_spread};
use crate::odoo::{Embedded, Target};
use crate::server::{Process, command, initialize, line};

pub fn measure(effort: Effort) -> Section {
    let odoo = Embedded::start(19);
    let target = odoo.target("json2");
    let over_tls = Target { url: "https://127.0.0.1:1".to_owned(), ..target.clone() };
    let mut rows = Vec::new();
    rows.push(row("the shipped tools", effort, || command(&target)));
    rows.push(row("the shipped tools, Odoo behind TLS", effort, || command(&over_tls)));
    for tools in [100, 1000] {
        let directory = catalog(tools);
        rows.push(row(&format!("{} tools", common::count(tools)), effort, || {
            let mut command = command(&target);
            command.arg("--definitions").arg(directory.path());
            command
        }));
    }
    Section {
        title: "Start to the answer of `initialize`, over stdio",
        head: vec!["catalog", "ms (least … most)"],
        rows,
    }
}

fn row(name: &str, effort: Effort, command: impl Fn() -> Command) -> Vec<String> {
    let starts: Vec<f64> = (0..effort.starts).map(|_| start(command())).collect();
    vec![name.to_owned(), with_spread(&starts, 1)]
}

fn start(mut command: Command) -> f64 {
    let begin = Instant::now();
    let mut process = Process(command.spawn().expect("the binary starts"));
    process.0.stdin.as_mut().expect("a pipe").write_all(initialize().as_bytes()).expect("the server reads");
    let answer = line(&mut BufReader::new(process.0.stdout.take().expect("a pipe")));
    let took = milliseconds(begin.elapsed());
    assert!(answer.contains("protocolVersion"), "no answer of initialize: {answer}");
    took
}

/// A directory with a catalog of at least so many tools.
pub fn catalog(tools: usize) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (path, text) in common::files(tools) {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }
    directory
}
