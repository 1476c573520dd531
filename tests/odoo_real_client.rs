//! The Odoo client against a real Odoo, over both protocols.
//!
//! Runs where `TOOLDOO_TEST_ODOO_URL` names one (with its database, logins and keys beside it); fails where
//! `TOOLDOO_TEST_ODOO_REQUIRED=1` and it does not. What a test writes it removes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "test code"
)]

use std::env::var;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value, json};
use tooldoo::odoo::{
    Applied, Client, Credential, Effect, FieldSpecification, FieldType, GroupQuery, Kind, Protocol, Related, Request,
    Search, Settings, Specification, Version,
};

/// Settings for the real Odoo as its administrator; `None` where there is none to test with.
fn settings() -> Option<Settings> {
    let Ok(url) = var("TOOLDOO_TEST_ODOO_URL") else {
        assert_ne!(
            var("TOOLDOO_TEST_ODOO_REQUIRED").as_deref(),
            Ok("1"),
            "a real Odoo is required, and TOOLDOO_TEST_ODOO_URL names none"
        );
        eprintln!("no real Odoo: TOOLDOO_TEST_ODOO_URL is not set");
        return None;
    };
    Some(Settings {
        url,
        database: var("TOOLDOO_TEST_ODOO_DB").ok(),
        username: var("TOOLDOO_TEST_ODOO_LOGIN").ok(),
        api_key: secret("TOOLDOO_TEST_ODOO_API_KEY"),
        context: json!({"lang": "en_US"}).as_object().unwrap().clone(),
        // A country is removed in half a second, and on a machine that is busy otherwise in half a minute.
        timeout: Duration::from_secs(180),
        ..Settings::default()
    })
}

fn secret(name: &str) -> Option<Credential> {
    var(name).ok().map(SecretString::from).map(Credential::from)
}

/// Whether the real Odoo has JSON-2, which came with 19.
fn has_json2() -> bool {
    let version = var("TOOLDOO_TEST_ODOO_VERSION").unwrap();
    Version::parse(&version).unwrap().major >= 19
}

/// What the real Odoo speaks.
fn protocols() -> &'static [Protocol] {
    if has_json2() { &[Protocol::Json2, Protocol::JsonRpc] } else { &[Protocol::JsonRpc] }
}

/// The administrator over JSON-2 with a key (where there is JSON-2), over JSON-RPC with a key, and over JSON-RPC with a password.
fn clients() -> Vec<(&'static str, Client)> {
    let Some(settings) = settings() else { return vec![] };
    let password = Settings { api_key: None, password: secret("TOOLDOO_TEST_ODOO_PASSWORD"), ..settings.clone() };
    [
        ("json2", Settings { protocol: Protocol::Json2, ..settings.clone() }),
        ("jsonrpc with a key", Settings { protocol: Protocol::JsonRpc, ..settings }),
        ("jsonrpc with a password", Settings { protocol: Protocol::JsonRpc, ..password }),
    ]
    .into_iter()
    .filter(|(_, settings)| protocols().contains(&settings.protocol))
    .map(|(name, settings)| (name, Client::new(settings).unwrap()))
    .collect()
}

/// An ordinary internal user, over every protocol that there is.
fn ordinary() -> Vec<Client> {
    let Some(settings) = settings() else { return vec![] };
    let user = Settings {
        username: var("TOOLDOO_TEST_ODOO_USER_LOGIN").ok(),
        api_key: secret("TOOLDOO_TEST_ODOO_USER_API_KEY"),
        ..settings
    };
    protocols().iter().map(|protocol| Client::new(Settings { protocol: *protocol, ..user.clone() }).unwrap()).collect()
}

fn none() -> Map<String, Value> {
    Map::new()
}

fn fields(names: &[(&str, Option<Related>)]) -> Specification {
    let fields =
        names.iter().map(|(name, related)| ((*name).to_owned(), FieldSpecification { related: related.clone() }));
    Specification { fields: fields.collect() }
}

fn related(names: &[(&str, Option<Related>)]) -> Related {
    Related { fields: fields(names), ..Related::default() }
}

fn name() -> Option<Related> {
    Some(related(&[("display_name", None)]))
}

fn search(model: &str, specification: Specification) -> Search {
    Search {
        model: model.into(),
        domain: json!([]),
        specification,
        order: Some("id".into()),
        offset: 0,
        limit: Some(3),
        count: true,
        context: none(),
    }
}

#[tokio::test]
async fn the_version_and_the_user_are_known() {
    for (how, client) in clients() {
        let patience = client.patience();
        let version = client.version(&patience).await.unwrap();
        assert_eq!(Some(version), Version::parse(&var("TOOLDOO_TEST_ODOO_VERSION").unwrap()), "{how}");
        assert_eq!(client.known_version(), Some(version));
        let user = client.user(&patience).await.unwrap();
        assert_eq!(user.login, var("TOOLDOO_TEST_ODOO_LOGIN").unwrap(), "{how}");
        assert!(user.id > 0 && user.company_id > 0 && user.company_ids.contains(&user.company_id));
    }
    for client in ordinary() {
        let user = client.user(&client.patience()).await.unwrap();
        assert_eq!(user.login, var("TOOLDOO_TEST_ODOO_USER_LOGIN").unwrap());
    }
}

#[tokio::test]
async fn a_key_alone_is_enough() {
    let Some(settings) = settings() else { return };
    let client = Client::new(Settings { username: None, ..settings.clone() }).unwrap();
    let user = client.user(&client.patience()).await;
    if has_json2() {
        assert_eq!(user.unwrap().login, settings.username.unwrap());
    } else {
        let error = user.unwrap_err();
        assert_eq!(error.kind, Kind::Unauthenticated);
        assert!(error.message.contains("needs a login") && error.hint.unwrap().contains("`username`"));
    }
}

#[tokio::test]
async fn without_a_database_the_only_one_is_taken() {
    let Some(settings) = settings() else { return };
    for protocol in protocols() {
        let client = Client::new(Settings { protocol: *protocol, database: None, ..settings.clone() }).unwrap();
        assert!(client.search_count("res.partner", json!([]), &none(), &client.patience()).await.unwrap() > 0);
    }
}

#[tokio::test]
async fn fields_are_those_of_the_user() {
    for (how, client) in clients() {
        let model = client.model("sale.order", &client.patience()).await.unwrap();
        let kind = |name: &str| model.fields[name].kind.clone();
        assert_eq!(
            (kind("partner_id"), kind("order_line"), kind("amount_total")),
            (FieldType::Many2one, FieldType::One2many, FieldType::Monetary),
            "{how}"
        );
        assert_eq!(model.fields["partner_id"].relation.as_deref(), Some("res.partner"));
        assert_eq!(model.fields["amount_total"].currency_field.as_deref(), Some("currency_id"));
        assert!(
            model.fields["state"].selection.iter().any(|(value, label)| value == "sale" && label == "Sales Order"),
            "{:?}",
            model.fields["state"].selection
        );
        assert!(model.fields["name"].searchable && model.fields["name"].sortable && model.fields["name"].groupable);
        let error = client.model("sale.ordre", &client.patience()).await.unwrap_err();
        assert_eq!(
            (error.kind, error.hint.as_deref()),
            (Kind::UnknownModel, Some("Did you mean `sale.order`?")),
            "{how}"
        );
    }
}

#[tokio::test]
async fn rows_total_and_relations_come_in_one_shape() {
    let mut lines = related(&[("name", None), ("product_id", name()), ("product_uom_qty", None)]);
    lines.limit = Some(1);
    lines.order = Some("id".into());
    let customer = related(&[("display_name", None), ("email", None), ("country_id", name())]);
    let specification =
        fields(&[("name", None), ("partner_id", Some(customer)), ("order_line", Some(lines)), ("tag_ids", name())]);
    let mut pages = Vec::new();
    for (how, client) in clients() {
        let patience = client.patience();
        let page = client.search_read(&search("sale.order", specification.clone()), &patience).await.unwrap();
        let count = client.search_count("sale.order", json!([]), &none(), &patience).await.unwrap();
        assert_eq!((page.records.len(), page.total), (3, Some(count)), "{how}");
        for record in &page.records {
            assert_eq!(record.keys().next().unwrap(), "id");
            assert!(record["partner_id"]["display_name"].is_string() && record["partner_id"]["id"].is_i64());
            let lines = record["order_line"].as_array().unwrap();
            assert!(lines.len() <= 1);
            assert!(lines.iter().all(|line| line["product_uom_qty"].is_number()));
            assert!(record.get("order_line_total").is_none_or(|total| total.as_u64() > Some(1)));
        }
        assert!(
            page.records.iter().any(|record| record.contains_key("order_line_total")),
            "{how}: no order has two lines"
        );
        pages.push(page);
    }
    for pair in pages.windows(2) {
        assert_eq!(pair[0], pair[1]);
    }
}

#[tokio::test]
async fn the_total_is_true_at_every_offset_and_absent_where_nobody_asks() {
    for (how, client) in clients() {
        let patience = client.patience();
        let all = search("sale.order", fields(&[("name", None)]));
        let total = client.search_count("sale.order", json!([]), &none(), &patience).await.unwrap();
        for offset in [0, total - 1, total, total + 50] {
            let page = client.search_read(&Search { offset, ..all.clone() }, &patience).await.unwrap();
            assert_eq!(page.total, Some(total), "{how} at {offset}");
        }
        let page = client.search_read(&Search { count: false, ..all.clone() }, &patience).await.unwrap();
        assert_eq!((page.records.len(), page.total), (3, None));
        let page = client.search_read(&Search { limit: None, ..all }, &patience).await.unwrap();
        assert_eq!((page.records.len() as u64, page.total), (total, Some(total)));
    }
}

#[tokio::test]
async fn groups_have_one_shape() {
    let query = GroupQuery {
        model: "sale.order".into(),
        domain: json!([]),
        group_by: vec!["partner_id".into(), "date_order:month".into(), "state".into()],
        aggregates: vec!["amount_total:sum".into(), "amount_total:max".into(), "__count".into()],
        order: Some("amount_total:sum desc, partner_id".into()),
        offset: 0,
        limit: Some(4),
        context: none(),
    };
    for (how, client) in clients() {
        let patience = client.patience();
        let groups = client.read_group(&query, &patience).await.unwrap();
        assert!(!groups.is_empty() && groups.len() <= 4, "{how}");
        let sums: Vec<f64> = groups.iter().map(|group| group["amount_total:sum"].as_f64().unwrap()).collect();
        assert!(sums.is_sorted_by(|a, b| a >= b), "{how}: {sums:?}");
        for group in &groups {
            let keys: Vec<&str> = group.keys().map(String::as_str).collect();
            assert_eq!(
                keys,
                ["partner_id", "date_order:month", "state", "amount_total:sum", "amount_total:max", "__count"]
            );
            assert!(group["partner_id"]["display_name"].is_string());
            let (from, to) = (
                group["date_order:month"]["from"].as_str().unwrap(),
                group["date_order:month"]["to"].as_str().unwrap(),
            );
            assert!(from.ends_with("-01") && to.ends_with("-01") && from < to, "{from} {to}");
        }
        let nothing = GroupQuery { domain: json!([["id", "=", -1]]), group_by: vec![], order: None, ..query.clone() };
        let groups = client.read_group(&nothing, &patience).await.unwrap();
        assert_eq!(json!(groups), json!([{"amount_total:sum": 0, "amount_total:max": null, "__count": 0}]), "{how}");
        let by_count = GroupQuery {
            group_by: vec!["partner_id.country_id".into()],
            aggregates: vec!["__count".into()],
            order: Some("__count desc".into()),
            ..query.clone()
        };
        let groups = client.read_group(&by_count, &patience).await;
        if has_json2() {
            let groups = groups.unwrap();
            assert!(groups[0]["partner_id.country_id"]["id"].is_i64(), "{how}: {groups:?}");
        } else {
            assert_eq!(groups.unwrap_err().kind, Kind::Unsupported, "{how}: `read_group` groups through no path");
        }
        let plain = GroupQuery {
            group_by: vec!["date_order".into()],
            aggregates: vec!["__count".into()],
            order: Some("date_order".into()),
            ..query.clone()
        };
        assert!(client.read_group(&plain, &patience).await.unwrap()[0]["date_order"]["label"].is_string());
    }
}

#[tokio::test]
async fn a_record_is_found_made_changed_and_deleted() {
    for (how, client) in clients() {
        let patience = client.patience();
        let defaults =
            client.default_get("res.partner", &["type".into(), "active".into()], &none(), &patience).await.unwrap();
        assert_eq!(defaults["active"], json!(true), "{how}");
        let row = |name: &str| json!({"name": name, "email": "probe@example.com"}).as_object().unwrap().clone();
        let ids = client
            .create("res.partner", vec![row("Tooldoo Probe A"), row("Tooldoo Probe B")], &none(), &patience)
            .await
            .unwrap();
        assert_eq!(ids.len(), 2);
        let found = client
            .name_search("res.partner", "Tooldoo Probe A", json!([["id", "in", ids]]), "=", 5, &none(), &patience)
            .await
            .unwrap();
        assert_eq!(found, [(ids[0], "Tooldoo Probe A".to_owned())], "{how}");
        client
            .write("res.partner", &ids, json!({"city": "Liège"}).as_object().unwrap().clone(), &none(), &patience)
            .await
            .unwrap();
        let mut read = Request::new("res.partner", "read", Effect::Read);
        read.ids = Some(ids.clone());
        read.kwargs = json!({"fields": ["city"]}).as_object().unwrap().clone();
        let rows = client.execute(&read, &patience).await.unwrap();
        assert_eq!(rows, json!([{"id": ids[0], "city": "Liège"}, {"id": ids[1], "city": "Liège"}]));
        client.unlink("res.partner", &ids, &none(), &patience).await.unwrap();
        let error = client.unlink("res.partner", &ids, &none(), &patience).await.unwrap_err();
        assert_eq!((error.kind, error.applied), (Kind::NotFound, Applied::No), "{how}");
        assert_eq!(client.execute(&read, &patience).await.unwrap(), json!([]));
    }
}

#[tokio::test]
async fn an_external_id_is_found_by_ordinary_users_too() {
    let all = clients().into_iter().map(|(_, client)| client).chain(ordinary());
    for client in all {
        let patience = client.patience();
        let (model, id) = client.xml_id("base.be", &patience).await.unwrap();
        assert_eq!(model, "res.country");
        assert!(id > 0);
        assert_eq!(client.xml_id("base.nope", &patience).await.unwrap_err().kind, Kind::NotFound);
    }
}

#[tokio::test]
async fn what_odoo_refuses_is_one_of_the_kinds() {
    for (how, client) in clients() {
        let patience = client.patience();
        let map = |value: Value| value.as_object().unwrap().clone();
        let kind = async |request: Request| {
            let error = client.execute(&request, &patience).await.unwrap_err();
            assert_eq!(error.applied, Applied::No);
            assert!(error.class.is_some() && !format!("{error:?}").contains("Traceback"), "{how}: {error:?}");
            error.kind
        };
        // Odoo's own name of the argument, which 14 calls otherwise.
        let domain = if has_json2() { "domain" } else { "args" };
        let call = |model: &str, method: &str, ids: Option<Vec<i64>>, kwargs: Value| Request {
            ids,
            kwargs: map(kwargs),
            ..Request::new(model, method, Effect::Write)
        };
        assert_eq!(kind(call("res.nope", "search", None, json!({"domain": []}))).await, Kind::UnknownModel, "{how}");
        assert_eq!(kind(call("res.partner", "nope", Some(vec![1]), json!({}))).await, Kind::InvalidArguments, "{how}");
        assert_eq!(
            kind(call("res.partner", "search", None, json!({"dom": []}))).await,
            Kind::InvalidArguments,
            "{how}"
        );
        assert_eq!(
            kind(call("res.partner", "search", None, json!({domain: [["nope", "=", 1]]}))).await,
            Kind::UnknownField,
            "{how}"
        );
        assert_eq!(
            kind(call("res.partner", "write", Some(vec![1]), json!({"vals": {"nope": 1}}))).await,
            Kind::UnknownField,
            "{how}"
        );
        assert_eq!(
            kind(call("res.partner", "write", Some(vec![999_999]), json!({"vals": {"name": "x"}}))).await,
            Kind::NotFound,
            "{how}"
        );
        assert_eq!(
            kind(call("res.partner", "create", None, json!({"vals_list": [{"name": false}]}))).await,
            Kind::Validation,
            "{how}"
        );
        // A country that some contact is in cannot be removed.
        let (_, country) = client.xml_id("base.be", &patience).await.unwrap();
        let contact = map(json!({"name": "Tooldoo Probe of Belgium", "country_id": country}));
        let contact = client.create("res.partner", vec![contact], &none(), &patience).await.unwrap();
        assert_eq!(
            kind(call("res.country", "unlink", Some(vec![country]), json!({}))).await,
            Kind::Validation,
            "{how}"
        );
        client.unlink("res.partner", &contact, &none(), &patience).await.unwrap();
        let unknown = search("res.partner", fields(&[("nope", None)]));
        assert_eq!(client.search_read(&unknown, &patience).await.unwrap_err().kind, Kind::UnknownField, "{how}");
    }
    for client in ordinary() {
        let mut denied = Request::new("ir.model", "search_read", Effect::Read);
        denied.kwargs = json!({"domain": []}).as_object().unwrap().clone();
        let error = client.execute(&denied, &client.patience()).await.unwrap_err();
        assert_eq!((error.kind, error.class.as_deref()), (Kind::AccessDenied, Some("odoo.exceptions.AccessError")));
    }
}

#[tokio::test]
async fn wrong_keys_logins_and_databases_each_have_a_sentence() {
    let Some(settings) = settings() else { return };
    let wrong = || Some(SecretString::from("0123456789abcdef0123456789abcdef01234567").into());
    let json2 = Settings { protocol: Protocol::Json2, ..settings.clone() };
    let jsonrpc = Settings { protocol: Protocol::JsonRpc, ..settings };
    // JSON-2 alone tells whether it is the key or the login that is wrong.
    let wrong_key = if has_json2() { "refused the API key" } else { "refused the login `admin` with its API key" };
    let nobody = if has_json2() {
        "it is not the key of the login `nobody@example.com`"
    } else {
        "refused the login `nobody@example.com` with its API key"
    };
    let expired = secret("TOOLDOO_TEST_ODOO_EXPIRED_KEY");
    let cases = [
        (Settings { api_key: wrong(), ..json2.clone() }, "refused the API key"),
        (Settings { api_key: expired.clone(), ..json2.clone() }, "refused the API key: it is wrong, has expired"),
        (Settings { database: Some("no_such_db".into()), ..json2 }, "has no database `no_such_db`"),
        (Settings { api_key: wrong(), ..jsonrpc.clone() }, wrong_key),
        (Settings { api_key: expired, ..jsonrpc.clone() }, wrong_key),
        (Settings { username: Some("nobody@example.com".into()), ..jsonrpc.clone() }, nobody),
        (Settings { api_key: None, password: wrong(), ..jsonrpc.clone() }, "with its password"),
        (Settings { database: Some("no_such_db".into()), ..jsonrpc.clone() }, "has no database `no_such_db`"),
        (Settings { url: format!("{}/web", jsonrpc.url), ..jsonrpc }, "No Odoo answers at"),
    ];
    for (settings, words) in cases.into_iter().filter(|(settings, _)| protocols().contains(&settings.protocol)) {
        let client = Client::new(settings).unwrap();
        let error = client.search_count("res.partner", json!([]), &none(), &client.patience()).await.unwrap_err();
        assert!(error.message.contains(words), "{words}: {}", error.message);
        assert!(error.hint.is_some());
    }
}

#[tokio::test]
async fn positional_arguments_work_beside_json2() {
    let Some(settings) = settings() else { return };
    let client = Client::new(settings).unwrap();
    let mut request = Request::new("res.partner", "search_count", Effect::Read);
    request.args = vec![json!([["id", "=", 1]])];
    assert_eq!(client.execute(&request, &client.patience()).await.unwrap(), json!(1));
}
