//! What a search costs through tooldoo, against the same request without it: interleaved, so that both meet the same machine.

use std::time::{Duration, Instant};

use crate::Effort;
use crate::figures::{Section, median, milliseconds, with_spread};
use crate::odoo::{Bare, Embedded, Target, real};
use crate::server::Server;

pub fn measure(effort: Effort) -> Section {
    let mut rows = Vec::new();
    let v19 = Embedded::start(19);
    let v17 = Embedded::start(17);
    for (target, transport) in [
        (v19.target("json2"), Transport::Http),
        (v19.target("json2"), Transport::Stdio),
        (v19.target("jsonrpc"), Transport::Http),
        (v17.target("jsonrpc"), Transport::Http),
    ] {
        rows.push(row(&target, transport, effort));
    }
    for target in [real("json2"), real("jsonrpc")].into_iter().flatten() {
        rows.push(row(&target, Transport::Http, effort));
        rows.push(row(&target, Transport::Stdio, effort));
    }
    Section {
        title: "A search of ten contacts, p50 in ms (least … most of the rounds)",
        head: vec!["Odoo, protocol, transport", "bare request", "through tooldoo", "more, in ms", "ratio"],
        rows,
    }
}

#[derive(Debug, Clone, Copy)]
enum Transport {
    Http,
    Stdio,
}

fn row(target: &Target, transport: Transport, effort: Effort) -> Vec<String> {
    let bare = Bare::of_a_search(target);
    let (mut server, name) = match transport {
        Transport::Http => (Server::http(target), "HTTP"),
        Transport::Stdio => (Server::stdio(target), "stdio"),
    };
    for _ in 0..effort.calls.min(20) {
        bare.search();
        server.search();
    }
    let rounds: Vec<(f64, f64)> = (0..effort.rounds).map(|_| round(&bare, &mut server, effort.calls)).collect();
    let column = |of: fn(&(f64, f64)) -> f64| rounds.iter().map(of).collect::<Vec<f64>>();
    vec![
        format!("{}, {}, {name}", target.name, if target.protocol == "json2" { "JSON-2" } else { "JSON-RPC" }),
        with_spread(&column(|round| round.0), 3),
        with_spread(&column(|round| round.1), 3),
        with_spread(&column(|round| round.1 - round.0), 3),
        with_spread(&column(|round| round.1 / round.0), 2),
    ]
}

/// The medians of so many calls of both kinds, one after the other.
fn round(bare: &Bare, server: &mut Server, calls: usize) -> (f64, f64) {
    let (mut without, mut with) = (Vec::with_capacity(calls), Vec::with_capacity(calls));
    for _ in 0..calls {
        without.push(timed(|| bare.search()));
        with.push(timed(|| server.search()));
    }
    (milliseconds(median(&without)), milliseconds(median(&with)))
}

fn timed(act: impl FnOnce()) -> Duration {
    let begin = Instant::now();
    act();
    begin.elapsed()
}
