//! Catalogs of growing size.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::figures::{Section, median, milliseconds};
use crate::server::binary;
use crate::start::catalog;
use crate::{Effort, common};

pub fn measure(effort: Effort) -> Section {
    let rows = [100, 1000, 10_000].map(|tools| {
        let directory = catalog(tools);
        let paths = [directory.path().to_owned()];
        let load = middle(effort.loads, || {
            let loaded = tooldoo::definition::load(&paths);
            assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
        });
        let check = middle(effort.loads, || {
            let mut check = Command::new(binary());
            check
                .args(["check", "--definitions"])
                .arg(directory.path())
                .env_clear()
                .env("ODOO_URL", "http://127.0.0.1:1");
            let status = check.stdout(Stdio::null()).status().expect("the binary starts");
            assert!(status.success(), "the generated catalog is not right");
        });
        let count = common::count(tools);
        #[expect(clippy::cast_precision_loss, reason = "a number of tools")]
        let each = load.as_secs_f64() * 1e6 / count as f64;
        vec![
            count.to_string(),
            format!("{:.0}", milliseconds(load)),
            format!("{each:.0}"),
            format!("{:.0}", milliseconds(check)),
        ]
    });
    Section {
        title: "Load, and `tooldoo check`",
        head: vec!["tools", "load, ms", "µs per tool", "`check` as a command, ms"],
        rows: rows.to_vec(),
    }
}

fn middle(times: usize, act: impl Fn()) -> Duration {
    let took: Vec<Duration> = (0..times)
        .map(|_| {
            let begin = Instant::now();
            act();
            begin.elapsed()
        })
        .collect();
    median(&took)
}
