//! Rows, totals and relations: how many requests they cost, and that they look the same on every version.

use serde_json::{Map, Value, json};
use tooldoo::odoo::{FieldSpecification, Related, Search, Settings, Specification};

use crate::server::{Reply, Server, raise};

fn specification(fields: &[(&str, Option<Related>)]) -> Specification {
    Specification {
        fields: fields
            .iter()
            .map(|(name, related)| ((*name).to_owned(), FieldSpecification { related: related.clone() }))
            .collect(),
    }
}

fn related(fields: &[&str]) -> Related {
    Related {
        fields: specification(&fields.iter().map(|name| (*name, None)).collect::<Vec<_>>()),
        ..Related::default()
    }
}

fn search(fields: &[(&str, Option<Related>)]) -> Search {
    Search {
        model: "sale.order".into(),
        domain: json!([["state", "=", "sale"]]),
        specification: specification(fields),
        order: None,
        offset: 0,
        limit: Some(2),
        count: true,
        context: Map::new(),
    }
}

/// Orders with a customer, lines with products, and a source.
fn everything() -> Search {
    let mut lines = related(&["name"]);
    lines.limit = Some(2);
    lines.fields.fields.insert("product_id".into(), FieldSpecification { related: Some(related(&["display_name"])) });
    search(&[
        ("name", None),
        ("partner_id", Some(related(&["display_name", "email"]))),
        ("user_id", Some(related(&["display_name"]))),
        ("order_line", Some(lines)),
        ("tag_ids", Some(related(&["display_name"]))),
        ("origin_ref", Some(related(&["display_name"]))),
    ])
}

fn expected() -> Value {
    json!([
        {"id": 1, "name": "S1", "partner_id": {"id": 9, "display_name": "Acme", "email": "a@acme.example"},
         "user_id": {"id": 7, "display_name": "Bot"},
         "order_line": [{"id": 11, "name": "Desk", "product_id": {"id": 5, "display_name": "[D] Desk"}}, {"id": 12, "name": "Lamp", "product_id": false}],
         "order_line_total": 3, "tag_ids": [{"id": 3, "display_name": "VIP"}],
         "origin_ref": {"id": {"id": 4, "model": "crm.lead"}, "display_name": "Lead"}},
        {"id": 2, "name": "S2", "partner_id": false, "user_id": false, "order_line": [], "tag_ids": [], "origin_ref": false},
    ])
}

/// What 17 and later answer.
fn modern() -> Value {
    json!({"length": 26, "records": [
        {"id": 1, "name": "S1", "partner_id": {"id": 9, "display_name": "Acme", "email": "a@acme.example"},
         "user_id": {"id": 7, "display_name": "Bot"},
         "order_line": [{"id": 11, "name": "Desk", "product_id": {"id": 5, "display_name": "[D] Desk"}}, {"id": 12, "name": "Lamp", "product_id": false}, {"id": 13}],
         "tag_ids": [{"id": 3, "display_name": "VIP"}], "origin_ref": {"id": {"id": 4, "model": "crm.lead"}, "display_name": "Lead"}},
        {"id": 2, "name": "S2", "partner_id": false, "user_id": false, "order_line": [], "tag_ids": [], "origin_ref": false},
    ]})
}

/// What 14 to 16 answer, each read by its model.
fn old(call: &str) -> Option<Reply> {
    let rows = json!([
        {"id": 1, "name": "S1", "partner_id": [9, "Acme"], "user_id": [7, "Bot"], "order_line": [11, 12, 13], "tag_ids": [3], "origin_ref": "crm.lead,4"},
        {"id": 2, "name": "S2", "partner_id": false, "user_id": false, "order_line": [], "tag_ids": [], "origin_ref": false},
    ]);
    let value = match call {
        "sale.order.web_search_read" => json!({"length": 26, "records": rows}),
        "sale.order.search_read" => rows,
        "res.partner.read" => json!([{"id": 9, "display_name": "Acme", "email": "a@acme.example"}]),
        "sale.order.line.read" => {
            json!([{"id": 11, "name": "Desk", "product_id": [5, "[D] Desk"]}, {"id": 12, "name": "Lamp", "product_id": false}])
        }
        "crm.tag.read" => json!([{"id": 3, "display_name": "VIP"}]),
        "crm.lead.read" => json!([{"id": 4, "display_name": "Lead"}]),
        "sale.order.search_count" => json!(26),
        _ => return None,
    };
    Some(Reply::Ok(value))
}

#[tokio::test]
async fn from_17_on_one_request_brings_rows_total_and_relations() {
    for version in ["17.0", "saas~18.2", "19.0"] {
        let server =
            Server::odoo(version, |seen, _| (seen.call() == "sale.order.web_search_read").then(|| Reply::Ok(modern())))
                .await;
        let client = server.warm(server.settings()).await;
        let before = server.seen().len();
        let page = client.search_read(&everything(), &client.patience()).await.unwrap();
        assert_eq!((json!(page.records), page.total), (expected(), Some(26)), "{version}");
        assert_eq!(server.seen().len(), before + 1, "{version}");
        let kwargs = server.of("sale.order.web_search_read")[0].kwargs();
        assert_eq!(kwargs["domain"], json!([["state", "=", "sale"]]));
        assert_eq!(
            kwargs["specification"]["order_line"],
            json!({"fields": {"name": {}, "product_id": {"fields": {"display_name": {}}}}, "limit": 2})
        );
        assert_eq!((&kwargs["limit"], &kwargs["count_limit"]), (&json!(2), &Value::Null));
        assert_eq!(kwargs["context"], json!({"lang": "fr_FR", "tz": "Europe/Brussels"}));
    }
}

#[tokio::test]
async fn before_17_each_relation_whose_fields_are_wanted_costs_one_read() {
    let server = Server::odoo("14.0", |seen, _| old(&seen.call())).await;
    let client = server.warm(server.settings()).await;
    let page = client.search_read(&everything(), &client.patience()).await.unwrap();
    assert_eq!((json!(page.records), page.total), (expected(), Some(26)));
    let mut calls = server.calls();
    calls.sort();
    assert_eq!(
        calls,
        ["crm.lead.read", "crm.tag.read", "res.partner.read", "sale.order.line.read", "sale.order.web_search_read"]
    );
    assert_eq!(server.of("sale.order.line.read")[0].args(), json!([[11, 12]]), "what is cut is not read");
    assert_eq!(
        server.of("sale.order.web_search_read")[0].kwargs()["fields"],
        json!(["name", "partner_id", "user_id", "order_line", "tag_ids", "origin_ref"])
    );
}

#[tokio::test]
async fn before_17_names_of_many2one_cost_nothing() {
    let server = Server::odoo("16.0", |seen, _| old(&seen.call())).await;
    let client = server.warm(server.settings()).await;
    let page = client
        .search_read(&search(&[("partner_id", Some(related(&["display_name"]))), ("name", None)]), &client.patience())
        .await
        .unwrap();
    assert_eq!(json!(page.records[0]), json!({"id": 1, "partner_id": {"id": 9, "display_name": "Acme"}, "name": "S1"}));
    assert_eq!(server.calls(), ["sale.order.web_search_read"]);
}

#[tokio::test]
async fn before_17_an_ordered_list_is_ordered_before_it_is_cut() {
    let server = Server::odoo("15.0", |seen, _| match seen.call().as_str() {
        "sale.order.line.search_read" => {
            Some(Reply::Ok(json!([{"id": 13, "name": "A"}, {"id": 11, "name": "B"}, {"id": 12, "name": "C"}])))
        }
        call => old(call),
    })
    .await;
    let client = server.warm(server.settings()).await;
    let lines = Related { order: Some("name".into()), limit: Some(2), ..related(&["name"]) };
    let page = client.search_read(&search(&[("order_line", Some(lines))]), &client.patience()).await.unwrap();
    assert_eq!(page.records[0]["order_line"], json!([{"id": 13, "name": "A"}, {"id": 11, "name": "B"}]));
    assert_eq!(page.records[0]["order_line_total"], json!(3));
    let kwargs = server.of("sale.order.line.search_read")[0].kwargs();
    assert_eq!(
        (&kwargs["domain"], &kwargs["order"], &kwargs["context"]["active_test"]),
        (&json!([["id", "in", [11, 12, 13]]]), &json!("name"), &json!(false))
    );
}

#[tokio::test]
async fn a_total_that_nobody_wants_is_not_counted() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = server.warm(server.settings()).await;
    let page = client
        .search_read(&Search { count: false, offset: 4, ..search(&[("name", None)]) }, &client.patience())
        .await
        .unwrap();
    assert_eq!(page.total, None);
    assert_eq!(server.of("sale.order.web_search_read")[0].kwargs()["count_limit"], json!(6));

    let server = Server::odoo("14.0", |seen, _| old(&seen.call())).await;
    let client = server.warm(server.settings()).await;
    let page =
        client.search_read(&Search { count: false, ..search(&[("name", None)]) }, &client.patience()).await.unwrap();
    assert_eq!((page.records.len(), page.total), (2, None));
    assert_eq!(server.calls(), ["sale.order.search_read"]);
}

#[tokio::test]
async fn beyond_the_end_the_total_is_still_true() {
    let server = Server::odoo("19.0", |seen, _| match seen.call().as_str() {
        "sale.order.web_search_read" => Some(Reply::Ok(json!({"length": 0, "records": []}))),
        "sale.order.search_count" => Some(Reply::Ok(json!(26))),
        _ => None,
    })
    .await;
    let client = server.warm(server.settings()).await;
    let page =
        client.search_read(&Search { offset: 100, ..search(&[("name", None)]) }, &client.patience()).await.unwrap();
    assert_eq!((page.records.len(), page.total), (0, Some(26)));
    let none = client.search_read(&search(&[("name", None)]), &client.patience()).await.unwrap();
    assert_eq!(none.total, Some(0));
    assert_eq!(server.count("sale.order.search_count"), 1);
}

#[tokio::test]
async fn a_limit_of_zero_is_no_rows_and_not_all() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = server.warm(server.settings()).await;
    let page =
        client.search_read(&Search { limit: Some(0), ..search(&[("name", None)]) }, &client.patience()).await.unwrap();
    assert_eq!((page.records.len(), page.total), (0, Some(1)));
    assert_eq!(server.calls(), ["sale.order.search_count"]);
}

#[tokio::test]
async fn without_the_module_web_it_works_all_the_same_and_is_found_out_once() {
    for (version, class, message) in [
        ("19.0", "werkzeug.exceptions.NotFound", "The method 'sale.order.web_search_read' does not exist"),
        ("15.0", "builtins.AttributeError", "type object 'sale.order' has no attribute 'web_search_read'"),
    ] {
        let server = Server::odoo(version, move |seen, _| match seen.call().as_str() {
            "sale.order.web_search_read" => Some(Reply::Raise(404, class, message.into())),
            call => old(call),
        })
        .await;
        let client = server.warm(server.settings()).await;
        for _ in 0..2 {
            let page = client.search_read(&everything(), &client.patience()).await.unwrap();
            assert_eq!((json!(page.records), page.total), (expected(), Some(26)), "{version}");
        }
        assert_eq!(server.count("sale.order.web_search_read"), 1, "{version}");
    }
}

/// A report's view has ids below zero; anything else that is no whole number names no record.
#[tokio::test]
async fn a_row_without_an_id_is_no_record() {
    let ids = [json!(null), json!("x"), json!(1.5), json!(-5)];
    let server = Server::odoo("19.0", move |seen, number| {
        (seen.call() == "sale.order.web_search_read").then(|| {
            let row = json!({"id": ids[number % 4], "name": "S1"});
            Reply::Ok(json!({"length": 1, "records": [row]}))
        })
    })
    .await;
    let client = server.warm(server.settings()).await;
    let mut kinds = Vec::new();
    for _ in 0..4 {
        let page = client.search_read(&search(&[("name", None)]), &client.patience()).await;
        kinds.push(page.map(|page| page.records[0]["id"].clone()).map_err(|error| error.kind));
    }
    assert_eq!(kinds.iter().filter(|kind| kind.is_err()).count(), 3, "{kinds:?}");
    assert!(kinds.contains(&Ok(json!(-5))), "{kinds:?}");
}

#[tokio::test]
async fn fields_are_asked_once_however_many_ask_and_again_when_odoo_knows_better() {
    let server = Server::odoo("19.0", |seen, _| {
        (seen.call() == "sale.order.web_search_read")
            .then(|| raise("builtins.ValueError", "Invalid field 'gone' on 'sale.order'"))
    })
    .await;
    let client = server
        .warm(Settings { context: json!({"lang": "de_DE"}).as_object().unwrap().clone(), ..server.settings() })
        .await;
    let patience = client.patience();
    let models = futures::future::join_all((0..20).map(|_| client.model("sale.order", &patience))).await;
    assert!(models.iter().all(|model| model.as_ref().unwrap().fields.contains_key("amount_total")));
    assert_eq!(server.count("sale.order.fields_get"), 1);
    assert_eq!(server.of("sale.order.fields_get")[0].kwargs()["context"]["lang"], "de_DE");
    let error = client.search_read(&search(&[("gone", None)]), &patience).await.unwrap_err();
    assert_eq!(error.kind, tooldoo::odoo::Kind::UnknownField);
    client.model("sale.order", &patience).await.unwrap();
    assert_eq!(server.count("sale.order.fields_get"), 2);
    client.forget_metadata();
    client.model("sale.order", &patience).await.unwrap();
    assert_eq!(server.count("sale.order.fields_get"), 3);
}
