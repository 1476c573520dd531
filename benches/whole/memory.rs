//! What a server holds that does nothing.

use std::time::Duration;

use serde_json::json;

use crate::Effort;
use crate::figures::Section;
use crate::odoo::{Embedded, Target};
use crate::server::{Server, command, request};

/// After this long, what a start still does in the background is done.
const SETTLED: Duration = Duration::from_secs(2);

pub fn measure(_: Effort) -> Section {
    let odoo = Embedded::start(19);
    let target = odoo.target("json2");
    let over_tls = Target { url: "https://127.0.0.1:1".to_owned(), ..target.clone() };
    let mut rows = Vec::new();
    rows.push(row("stdio, the tools were listed", &mut Server::stdio_of(&mut command(&target))));
    rows.push(row("HTTP, the tools were listed", &mut Server::http_of(&mut command(&target))));
    rows.push(row("stdio, Odoo behind TLS (not reached)", &mut Server::stdio_of(&mut command(&over_tls))));
    for (name, mut server) in
        [("stdio, after 1,000 searches", Server::stdio(&target)), ("HTTP, after 1,000 searches", Server::http(&target))]
    {
        (0..1000).for_each(|_| server.search());
        rows.push(row(name, &mut server));
    }
    Section {
        title: "Memory that is resident while nothing happens, in MB",
        head: vec!["server", "all", "its own", "of the file"],
        rows,
    }
}

fn row(name: &str, server: &mut Server) -> Vec<String> {
    let listed = server.ask(&request(1, "tools/list", &json!({})));
    assert!(listed.contains("\"tools\""), "no list: {listed}");
    std::thread::sleep(SETTLED);
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process.0.id())).unwrap_or_default();
    let megabytes = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kilobytes.map_or_else(|| "not known here".to_owned(), |kilobytes| format!("{:.1}", kilobytes / 1024.0))
    };
    vec![name.to_owned(), megabytes("VmRSS"), megabytes("RssAnon"), megabytes("RssFile")]
}
