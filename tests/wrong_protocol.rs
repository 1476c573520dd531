//! What is wrong with a request, and what is answered: the real binary, every revision, both transports. The tables are in
//! `wrong_protocol/`; every row has a time after which it counts as hanging.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod common;
mod wrong_protocol {
    pub mod lines;
    pub mod requests;
    pub mod row;
    pub mod served;
    pub mod transport;
}

use std::fmt::Write;

use wrong_protocol::row::{BARE, Row};
use wrong_protocol::served::{Lines, Served};
use wrong_protocol::{lines, requests, transport};

#[tokio::test]
async fn over_http_everything_wrong_gets_the_error_of_its_revision() {
    let served = Served::start().await;
    let mut wrong = String::new();
    for row in transport::rows().into_iter().chain(requests::rows()) {
        for &revision in &row.revisions {
            if let Err(found) = served.check(&row, revision).await {
                writeln!(wrong, "{} at {revision}: {found}", row.name).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    served.still_serves().await;
}

#[tokio::test]
async fn over_stdio_everything_wrong_gets_the_error_of_its_revision() {
    let mut wrong = String::new();
    let rows: Vec<Row> = requests::rows().into_iter().chain(lines::rows()).filter(|row| row.stdio).collect();
    for revision in common::LEGACY.into_iter().chain([common::MODERN]) {
        let mut process = Lines::start(revision).await;
        // What stands by itself over HTTP has no revision here.
        for row in rows.iter().filter(|row| row.revisions.contains(&revision) && revision != BARE) {
            if let Err(found) = process.check(row).await {
                writeln!(wrong, "{} at {revision}: {found}", row.name).unwrap();
                // Whatever it was, the next row begins afresh.
                process = Lines::start(revision).await;
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
