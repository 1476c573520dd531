//! The contract suite: what the tools and the client rely on in Odoo, as one list of cases that run against the embedded Odoo always, and against a
//! real one where `TOOLDOO_TEST_ODOO_URL` names it (with `…_DB`, `…_LOGIN`, `…_PASSWORD`, `…_API_KEY`, and `…_USER_LOGIN`, `…_USER_PASSWORD`,
//! `…_USER_API_KEY` of an ordinary employee). With `TOOLDOO_TEST_ODOO_REQUIRED=1` a missing real Odoo is a failure.
//!
//! `TOOLDOO_TEST_CASES` runs only the cases whose name contains it.
//!
//! A case creates what it asserts on, under a name of its own, and removes it; it never compares ids or counts of a database it does not own.
//! Where the two differ, the embedded Odoo is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "test code"
)]

#[path = "contract/access.rs"]
mod access;
#[path = "contract/account.rs"]
mod account;
#[path = "contract/attachments.rs"]
mod attachments;
#[path = "contract/business.rs"]
mod business;
#[path = "contract/chatter.rs"]
mod chatter;
#[path = "contract/client.rs"]
mod client;
#[path = "contract/commands.rs"]
mod commands;
#[path = "contract/companies.rs"]
mod companies;
#[path = "contract/concurrent.rs"]
mod concurrent;
#[path = "contract/domains.rs"]
mod domains;
#[path = "contract/fields.rs"]
mod fields;
#[path = "contract/groupings.rs"]
mod groupings;
#[path = "contract/groups.rs"]
mod groups;
#[path = "contract/helpdesk.rs"]
mod helpdesk;
#[path = "contract/hr.rs"]
mod hr;
#[path = "contract/http.rs"]
mod http;
#[path = "contract/knowledge.rs"]
mod knowledge;
#[path = "contract/known.rs"]
mod known;
#[path = "contract/languages.rs"]
mod languages;
#[path = "contract/operators.rs"]
mod operators;
#[path = "contract/paging.rs"]
mod paging;
#[path = "contract/partners.rs"]
mod partners;
#[path = "contract/product.rs"]
mod product;
#[path = "contract/project.rs"]
mod project;
#[path = "contract/purchase.rs"]
mod purchase;
#[path = "contract/reads.rs"]
mod reads;
#[path = "contract/refusals.rs"]
mod refusals;
#[path = "contract/run.rs"]
mod run;
#[path = "contract/sale.rs"]
mod sale;
#[path = "contract/stock.rs"]
mod stock;
#[path = "contract/time.rs"]
mod time;
#[path = "contract/views.rs"]
mod views;
#[path = "contract/web.rs"]
mod web;
#[path = "contract/wizards.rs"]
mod wizards;
#[path = "contract/writes.rs"]
mod writes;

use client::Protocol;
use run::Case;
use tooldoo::demo::Profile;

/// All cases.
fn cases() -> Vec<Case> {
    [
        http::cases(),
        domains::cases(),
        operators::cases(),
        reads::cases(),
        paging::cases(),
        fields::cases(),
        groups::cases(),
        groupings::cases(),
        writes::cases(),
        commands::cases(),
        concurrent::cases(),
        refusals::cases(),
        partners::cases(),
        access::cases(),
        business::cases(),
        known::cases(),
        companies::cases(),
        views::cases(),
        languages::cases(),
        product::cases(),
        sale::cases(),
        stock::cases(),
        project::cases(),
        helpdesk::cases(),
        knowledge::cases(),
        purchase::cases(),
        account::cases(),
        hr::cases(),
        chatter::cases(),
        attachments::cases(),
        web::cases(),
        wizards::cases(),
        time::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn embedded_19_over_json2() {
    run::embedded(Profile::V19, Protocol::Json2, cases()).await;
}

#[tokio::test]
async fn embedded_19_over_jsonrpc() {
    run::embedded(Profile::V19, Protocol::JsonRpc, cases()).await;
}

#[tokio::test]
async fn embedded_17_over_jsonrpc() {
    run::embedded(Profile::V17, Protocol::JsonRpc, cases()).await;
}

#[tokio::test]
async fn embedded_14_over_jsonrpc() {
    run::embedded(Profile::V14, Protocol::JsonRpc, cases()).await;
}

#[tokio::test]
async fn real_over_json2() {
    run::real(Protocol::Json2, cases()).await;
}

#[tokio::test]
async fn real_over_jsonrpc() {
    run::real(Protocol::JsonRpc, cases()).await;
}
