//! The same method over both protocols and on old versions: positions where names changed, one shape of groups.

use serde_json::{Map, Value, json};
use tooldoo::odoo::{Applied, Effect, GroupQuery, Kind, Request};

use crate::server::{Reply, Server, raise};

fn groups(group_by: &[&str], aggregates: &[&str], order: Option<&str>) -> GroupQuery {
    GroupQuery {
        model: "sale.order".into(),
        domain: json!([]),
        group_by: group_by.iter().map(ToString::to_string).collect(),
        aggregates: aggregates.iter().map(ToString::to_string).collect(),
        order: order.map(str::to_owned),
        offset: 0,
        limit: Some(2),
        context: Map::new(),
    }
}

#[tokio::test]
async fn methods_go_by_position_over_jsonrpc_and_by_name_over_json2() {
    for (version, positional) in [("14.0", true), ("19.0", false)] {
        let server = Server::odoo(version, |seen, _| match seen.call().as_str() {
            "res.partner.name_search" => Some(Reply::Ok(json!([[9, "Acme"], [10, "Azure"]]))),
            "res.partner.default_get" => Some(Reply::Ok(json!({"type": "contact"}))),
            "ir.model.data.check_object_reference" => Some(Reply::Ok(json!(["res.country", 20]))),
            _ => None,
        })
        .await;
        let client = server.warm(server.settings()).await;
        let (context, patience) = (json!({"active_test": false}).as_object().unwrap().clone(), client.patience());
        let values = json!({"name": "Azure"}).as_object().unwrap().clone();
        let domain = json!([["is_company", "=", true]]);
        assert_eq!(client.search_count("res.partner", domain.clone(), &context, &patience).await.unwrap(), 1);
        let found =
            client.name_search("res.partner", "A", domain.clone(), "ilike", 5, &context, &patience).await.unwrap();
        assert_eq!(found, [(9, "Acme".to_owned()), (10, "Azure".to_owned())]);
        assert_eq!(client.create("res.partner", vec![values.clone()], &context, &patience).await.unwrap(), [41]);
        client.write("res.partner", &[9], values, &context, &patience).await.unwrap();
        client.unlink("res.partner", &[9, 10], &context, &patience).await.unwrap();
        let defaults = client.default_get("res.partner", &["type".into()], &context, &patience).await.unwrap();
        assert_eq!(json!(defaults), json!({"type": "contact"}));
        assert_eq!(client.xml_id("base.be", &patience).await.unwrap(), ("res.country".to_owned(), 20));
        let sent = |call: &str| {
            let seen = server.of(call).remove(0);
            let mut kwargs = seen.kwargs();
            kwargs.as_object_mut().unwrap().remove("context");
            if positional {
                assert_eq!(kwargs, json!({}), "{call}");
                seen.args()
            } else {
                kwargs
            }
        };
        for (call, by_position, by_name) in [
            ("res.partner.search_count", json!([domain]), json!({"domain": domain})),
            (
                "res.partner.name_search",
                json!(["A", domain, "ilike", 5]),
                json!({"name": "A", "domain": domain, "operator": "ilike", "limit": 5}),
            ),
            ("res.partner.create", json!([[{"name": "Azure"}]]), json!({"vals_list": [{"name": "Azure"}]})),
            ("res.partner.write", json!([[9], {"name": "Azure"}]), json!({"vals": {"name": "Azure"}, "ids": [9]})),
            ("res.partner.unlink", json!([[9, 10]]), json!({"ids": [9, 10]})),
            ("res.partner.default_get", json!([["type"]]), json!({"fields": ["type"]})),
            ("ir.model.data.check_object_reference", json!(["base", "be"]), json!({"module": "base", "xml_id": "be"})),
        ] {
            assert_eq!(sent(call), if positional { by_position } else { by_name }, "{call}");
        }
        let context = server.of("res.partner.write")[0].kwargs()["context"].clone();
        assert_eq!(context, json!({"lang": "fr_FR", "tz": "Europe/Brussels", "active_test": false}));
    }
}

#[tokio::test]
async fn an_external_id_that_is_missing_malformed_or_hidden_is_said() {
    let server = Server::odoo("19.0", |seen, _| match (seen.call().as_str(), seen.kwargs()["xml_id"].as_str()) {
        ("ir.model.data.check_object_reference", Some("hidden")) => Some(Reply::Ok(json!(["res.users", false]))),
        ("ir.model.data.check_object_reference", _) => {
            Some(raise("builtins.ValueError", "External ID not found in the system: base.nope"))
        }
        _ => None,
    })
    .await;
    let client = server.client();
    for (id, kind) in
        [("base.nope", Kind::NotFound), ("base.hidden", Kind::AccessDenied), ("nope", Kind::InvalidArguments)]
    {
        let error = client.xml_id(id, &client.patience()).await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(error.message.contains(&format!("`{id}`")), "{}", error.message);
    }
}

#[tokio::test]
async fn creating_nothing_sends_nothing() {
    let server = Server::odoo("19.0", |_, _| None).await;
    let client = server.client();
    assert_eq!(client.create("res.partner", vec![], &Map::new(), &client.patience()).await.unwrap(), [0; 0]);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_method_of_records_called_without_them_says_so() {
    let server = Server::odoo("17.0", |seen, _| {
        (seen.call() == "sale.order.action_confirm").then(|| raise("builtins.IndexError", "list index out of range"))
    })
    .await;
    let client = server.client();
    let error = client
        .execute(&Request::new("sale.order", "action_confirm", Effect::Write), &client.patience())
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (Kind::InvalidArguments, Applied::No));
    assert!(error.hint.unwrap().contains("`ids`"));
}

#[tokio::test]
async fn groups_look_the_same_from_14_and_from_19() {
    let query = groups(
        &["partner_id", "date_order:month"],
        &["amount_total:sum", "amount_total:avg", "__count"],
        Some("amount_total:sum desc, partner_id"),
    );
    let month = json!([
        "&",
        ["partner_id", "=", 9],
        "&",
        ["date_order", ">=", "2026-10-31 23:00:00"],
        ["date_order", "<", "2026-11-30 23:00:00"]
    ]);
    let expected = json!([
        {"partner_id": {"id": 9, "display_name": "Acme"}, "date_order:month": {"from": "2026-11-01", "to": "2026-12-01", "label": "November 2026"},
         "amount_total:sum": 63500.0, "amount_total:avg": 31750.0, "__count": 2},
        {"partner_id": null, "date_order:month": null, "amount_total:sum": 0, "amount_total:avg": null, "__count": 1},
    ]);
    let old = json!([
        {"partner_id": [9, "Acme"], "date_order:month": "November 2026", "a0": 63500.0, "a1": 31750.0, "__count": 2, "__domain": month},
        {"partner_id": false, "date_order:month": false, "a0": false, "a1": false, "__count": 1, "__domain": []},
    ]);
    let new = json!([
        {"partner_id": [9, "Acme"], "date_order:month": ["2026-10-31 23:00:00", "November 2026"], "amount_total:sum": 63500.0, "amount_total:avg": 31750.0, "__count": 2, "__extra_domain": month},
        {"partner_id": false, "date_order:month": false, "amount_total:sum": false, "amount_total:avg": false, "__count": 1, "__extra_domain": []},
    ]);
    for version in ["14.0", "17.0", "19.0"] {
        let (old, new) = (old.clone(), new.clone());
        let server = Server::odoo(version, move |seen, _| match seen.call().as_str() {
            "sale.order.read_group" => Some(Reply::Ok(old.clone())),
            "sale.order.formatted_read_group" => Some(Reply::Ok(new.clone())),
            _ => None,
        })
        .await;
        let client = server.client();
        assert_eq!(json!(client.read_group(&query, &client.patience()).await.unwrap()), expected, "{version}");
        assert_eq!(server.calls().len(), 1);
        if version == "19.0" {
            let kwargs = server.of("sale.order.formatted_read_group")[0].kwargs();
            assert_eq!(
                (&kwargs["groupby"], &kwargs["aggregates"], &kwargs["order"]),
                (
                    &json!(["partner_id", "date_order:month"]),
                    &json!(["amount_total:sum", "amount_total:avg", "__count"]),
                    &json!("amount_total:sum desc, partner_id")
                )
            );
        } else {
            let args = server.of("sale.order.read_group")[0].args();
            assert_eq!(
                args,
                json!([
                    [],
                    ["a0:sum(amount_total)", "a1:avg(amount_total)"],
                    ["partner_id", "date_order:month"],
                    0,
                    2,
                    "a0 desc, partner_id",
                    false
                ])
            );
        }
    }
}

#[tokio::test]
async fn a_date_without_a_period_is_by_month_under_the_name_as_asked() {
    let server = Server::odoo("19.0", |seen, _| {
        (seen.call() == "sale.order.formatted_read_group")
            .then(|| Reply::Ok(json!([{"date_order:month": ["2026-10-31 23:00:00", "November 2026"], "__count": 3}])))
    })
    .await;
    let client = server.client();
    let rows = client
        .read_group(&groups(&["date_order"], &["__count"], Some("date_order desc")), &client.patience())
        .await
        .unwrap();
    assert_eq!(
        json!(rows),
        json!([{"date_order": {"from": "2026-11-01", "to": "2026-12-01", "label": "November 2026"}, "__count": 3}])
    );
    assert_eq!(server.of("sale.order.formatted_read_group")[0].kwargs()["order"], "date_order:month desc");
}

#[tokio::test]
async fn an_order_by_count_is_made_here_where_odoo_cannot() {
    let rows = json!([{"state": "a", "__count": 1}, {"state": "b", "__count": 5}, {"state": "c", "__count": 3}]);
    let server =
        Server::odoo("14.0", move |seen, _| (seen.call() == "sale.order.read_group").then(|| Reply::Ok(rows.clone())))
            .await;
    let client = server.client();
    let found =
        client.read_group(&groups(&["state"], &["__count"], Some("__count desc")), &client.patience()).await.unwrap();
    assert_eq!(json!(found), json!([{"state": "b", "__count": 5}, {"state": "c", "__count": 3}]));
    let args = server.of("sale.order.read_group")[0].args();
    assert_eq!(args, json!([[], ["__count"], ["state"], 0, null, false, false]), "every group is needed, in no order");
}

#[tokio::test]
async fn what_a_version_cannot_group_is_refused_before_it_is_asked() {
    let server = Server::odoo("14.0", |_, _| None).await;
    let client = server.client();
    for group_by in ["tag_ids", "partner_id.country_id"] {
        let error = client.read_group(&groups(&[group_by], &["__count"], None), &client.patience()).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unsupported);
        assert!(error.message.contains(group_by) && error.message.contains("14.0"), "{}", error.message);
    }
    let error = client.read_group(&groups(&["nope"], &["__count"], None), &client.patience()).await.unwrap_err();
    assert_eq!(error.kind, Kind::UnknownField);
    assert_eq!(server.count("sale.order.read_group"), 0);
}

#[tokio::test]
async fn a_method_that_gives_nothing_gives_null() {
    let server = Server::odoo("17.0", |seen, _| {
        (seen.call() == "sale.order.action_x")
            .then(|| Reply::Page(200, "application/json", vec![], json!({"jsonrpc": "2.0", "id": 1}).to_string()))
    })
    .await;
    let client = server.client();
    let result =
        client.execute(&Request::new("sale.order", "action_x", Effect::Write), &client.patience()).await.unwrap();
    assert_eq!(result, Value::Null);
}
