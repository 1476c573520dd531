//! The server itself; what it answers is the contract suite's matter (`tests/contract.rs`).

use serde_json::{Value, json};

use super::{ADMIN, Account, EMPLOYEE, Options, Profile, Server, data, registry::Registry};

async fn start(version: Profile) -> Server {
    Server::start(Options { version, ..Options::default() }).await.unwrap()
}

async fn post(server: &Server, path: &str, key: Option<&str>, body: Value) -> reqwest::Response {
    let mut request = reqwest::Client::new().post(format!("{}{path}", server.url())).json(&body);
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    request.send().await.unwrap()
}

#[test]
fn every_profile_has_its_models_and_its_records() {
    for profile in [Profile::V14, Profile::V17, Profile::V19] {
        let registry = Registry::of(profile).unwrap();
        let store = data::load(registry).unwrap();
        for model in ["res.partner", "crm.lead", "sale.order", "product.product", "res.country"] {
            assert!(store.ids(model).len() > 20, "{model} of {profile:?}");
        }
    }
}

/// What `tooldoo demo` shows must look like a company at work.
#[test]
fn the_sample_company_is_at_work() {
    let store = data::load(Registry::of(Profile::V19).unwrap()).unwrap();
    let all = |model: &str, field: &str| -> Vec<Value> {
        let rows = store.ids(model).into_iter().map(|id| store.get(model, id).unwrap().get(field).cloned());
        rows.flatten().filter(|value| !value.is_null()).collect()
    };
    let distinct = |model: &str, field: &str| {
        let texts: std::collections::BTreeSet<String> = all(model, field).iter().map(Value::to_string).collect();
        texts.len()
    };
    assert!(store.ids("res.partner").len() >= 40 && store.ids("crm.lead").len() >= 40);
    assert!(store.ids("sale.order").len() >= 15);
    assert_eq!(distinct("sale.order.line", "order_id"), store.ids("sale.order").len(), "every order has lines");
    assert_eq!(distinct("crm.lead", "stage_id"), store.ids("crm.stage").len(), "every stage is used");
    assert_eq!(distinct("sale.order", "state"), 4);
    assert!(distinct("res.partner", "country_id") >= 12);
    assert!(distinct("sale.order", "date_order") > store.ids("sale.order").len() / 2, "not all on one day");
    let now = super::clock::print(super::clock::now());
    for (model, field) in [("crm.lead", "create_date"), ("crm.lead", "date_open"), ("sale.order", "date_order")] {
        for moment in all(model, field) {
            assert!(moment.as_str().unwrap() <= now.as_str(), "{model}.{field} lies in the future: {moment}");
        }
    }
}

#[test]
fn no_sample_record_reaches_an_address_of_somebody() {
    for profile in [Profile::V19] {
        let store = data::load(Registry::of(profile).unwrap()).unwrap();
        for (model, field) in [("res.partner", "email"), ("crm.lead", "email_from")] {
            for id in store.ids(model) {
                let email = store.get(model, id).unwrap().get(field).and_then(Value::as_str).unwrap_or("x@example.com");
                assert!(
                    email.ends_with("example.com") || email.ends_with("@yourcompany.com"),
                    "{model}({id}): {email}"
                );
            }
        }
    }
}

#[tokio::test]
async fn requests_are_recorded_with_their_caller() {
    let server = start(Profile::V19).await;
    let body = json!({"domain": []});
    post(&server, "/json/2/res.partner/search_count", Some(EMPLOYEE.api_key), body.clone()).await;
    post(&server, "/json/2/res.partner/search_count", Some("wrong"), body.clone()).await;
    let args = json!([server.database(), 2, ADMIN.password, "res.users", "context_get", []]);
    post(&server, "/jsonrpc", None, json!({"params": {"service": "object", "method": "execute_kw", "args": args}}))
        .await;
    let seen = server.requests();
    let calls: Vec<_> = seen
        .iter()
        .map(|one| (one.path.as_str(), one.model.as_deref(), one.method.as_deref(), one.login.as_deref()))
        .collect();
    assert_eq!(
        calls,
        [
            ("/json/2/res.partner/search_count", Some("res.partner"), Some("search_count"), Some("demo")),
            ("/json/2/res.partner/search_count", Some("res.partner"), Some("search_count"), None),
            ("/jsonrpc", Some("res.users"), Some("context_get"), Some("admin")),
        ]
    );
    assert_eq!(seen[0].body, body);
    assert_eq!(seen[0].http_method, "POST");
    server.clear_requests();
    assert!(server.requests().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn what_one_server_writes_another_does_not_see() {
    let (one, other) = (start(Profile::V19).await, start(Profile::V19).await);
    let created = json!({"vals_list": [{"name": "Only here"}]});
    assert_eq!(post(&one, "/json/2/res.partner/create", Some(ADMIN.api_key), created).await.status(), 200);
    let count = json!({"domain": [["name", "=", "Only here"]]});
    let counted = async |server: &Server| -> Value {
        post(server, "/json/2/res.partner/search_count", Some(ADMIN.api_key), count.clone()).await.json().await.unwrap()
    };
    assert_eq!(counted(&one).await, 1);
    assert_eq!(counted(&other).await, 0);
}

#[tokio::test]
async fn concurrent_writes_are_all_kept() {
    let server = start(Profile::V19).await;
    let calls = (0..40).map(|number| {
        let body = json!({"vals_list": [{"name": format!("Concurrent {number}")}]});
        post(&server, "/json/2/res.partner/create", Some(ADMIN.api_key), body)
    });
    futures::future::join_all(calls).await;
    let body = json!({"domain": [["name", "like", "Concurrent"]]});
    let counted: Value =
        post(&server, "/json/2/res.partner/search_count", Some(ADMIN.api_key), body).await.json().await.unwrap();
    assert_eq!(counted, 40);
}

#[tokio::test]
async fn a_stopped_server_refuses_and_an_address_in_use_is_an_error() {
    let server = start(Profile::V14).await;
    let listen = server.url().trim_start_matches("http://").parse().unwrap();
    assert!(Server::start(Options { version: Profile::V14, listen, ..Options::default() }).await.is_err());
    let client = reqwest::Client::new();
    let url = format!("{}/web/login", server.url());
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    server.stop().await;
    assert!(client.get(&url).send().await.is_err(), "a connection that was kept open is closed too");
}

/// What each login may do with a model, by the letters of `access`.
#[tokio::test]
async fn every_login_has_the_rights_of_its_role() {
    let server = start(Profile::V19).await;
    let table = [
        (super::SALESPERSON, "crm.lead", "create", true),
        (super::SALESPERSON, "crm.stage", "write", false),
        (super::SALESPERSON, "product.template", "write", false),
        (super::WAREHOUSE, "crm.lead", "read", false),
        (super::WAREHOUSE, "res.partner", "read", true),
        (super::HR_OFFICER, "sale.order", "read", false),
        (super::ACCOUNTANT, "crm.lead", "read", false),
        (super::PORTAL, "crm.lead", "read", false),
        (super::PORTAL, "sale.order", "read", true),
        (super::PORTAL, "sale.order", "create", false),
    ];
    for (account, model, operation, expected) in table {
        assert_eq!(Account::of(account.login), Some(account));
        let body = json!({"ids": [], "operation": operation});
        let path = format!("/json/2/{model}/has_access");
        let told: Value = post(&server, &path, Some(account.api_key), body).await.json().await.unwrap();
        assert_eq!(told, expected, "{} {operation} {model}", account.login);
    }
    server.stop().await;
}

#[test]
fn every_version_knows_every_login() {
    for profile in [Profile::V14, Profile::V17, Profile::V19] {
        let registry = Registry::of(profile).unwrap();
        let store = data::load(registry).unwrap();
        for account in Account::ALL {
            assert!(data::login(&store, account.login).is_some(), "{} of {profile:?}", account.login);
            assert!(!registry.groups.of(account.login).is_empty(), "{} of {profile:?}", account.login);
        }
        assert!(!registry.groups.of(super::PORTAL.login).contains("base.group_user"));
    }
}
