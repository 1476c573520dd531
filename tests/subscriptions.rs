//! Who has subscribed to a resource hears that it has changed: over stdio and HTTP, in both eras, against the embedded Odoo and a real
//! one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    unreachable_pub,
    reason = "test code"
)]

#[path = "tools/client.rs"]
#[allow(dead_code, reason = "only its targets")]
mod client;
#[path = "subscriptions/site.rs"]
mod site;

use std::time::Duration;

use client::Target;
use serde_json::json;
use site::{DOORS, Door, Other, PATIENCE, Site};
use tooldoo::demo::{self, Profile, Recorded};

const DEFINITIONS: &str = r#"
[[resource]]
name  = "partner"
uri   = "odoo://res.partner/{id}"
model = "res.partner"
watch = "1s"
read  = { ids = "{{ id }}", fields = ["name", "comment"] }

[[resource]]
name  = "lead"
uri   = "odoo://crm.lead/{id}"
model = "crm.lead"
watch = "1s"
read  = { ids = "{{ id }}", fields = ["name"] }

[[resource]]
name  = "customers"
uri   = "test://customers/{ref}"
model = "res.partner"
watch = "1s"
search_read = { domain = [["ref", "=", "{{ ref }}"]], fields = ["name"], order = "name, id", limit = { default = 2, max = 2 } }

[[resource]]
name = "number"
uri  = "test://number/{ref}"
model = "res.partner"
watch = "1s"
search_count.domain = [["ref", "=", "{{ ref }}"]]

[[resource]]
name    = "notice"
uri     = "test://notice"
content = [{ text = "One." }]

[[resource]]
name  = "silent"
uri   = "test://silent/{id}"
model = "res.partner"
read  = { ids = "{{ id }}", fields = ["name"] }
"#;

fn uri(model: &str, id: i64) -> String {
    format!("odoo://{model}/{id}")
}

fn tag() -> String {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos();
    format!("zzs{}{nanos}", std::process::id())
}

async fn start(version: Profile) -> (demo::Server, Target) {
    let odoo = demo::Server::start(demo::Options { version, ..demo::Options::default() }).await.unwrap();
    let target = Target::embedded(&odoo, u32::from(version.major()), "auto");
    (odoo, target)
}

macro_rules! cases {
    (everywhere: $($case:ident),*; on_the_embedded: $($own:ident),* $(;)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::on_the_embedded(super::$case).await;
            })*
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $own() {
                super::$own().await;
            })*
        }
        mod real {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                if let Some(target) = super::Target::real("auto") {
                    super::$case(&target).await;
                }
            })*
        }
    };
}

cases! {
    everywhere:
        a_record_that_somebody_changes_removes_or_hides_is_heard_of,
        two_writes_within_a_second_are_both_heard_of,
        a_list_is_heard_of_with_what_is_on_its_page;
    on_the_embedded:
        a_thousand_subscriptions_to_one_model_cost_one_request_per_interval,
        nothing_is_asked_while_nobody_listens,
        what_announces_nothing_and_what_is_not_there_is_not_subscribed_to,
        a_definition_that_changes_is_heard_of_and_subscriptions_survive_it,
        an_outage_is_no_change;
}

async fn on_the_embedded(case: impl AsyncFn(&Target)) {
    for version in [Profile::V14, Profile::V19] {
        let (odoo, target) = start(version).await;
        case(&target).await;
        odoo.stop().await;
    }
}

/// The requests that look for changes.
fn looks(odoo: &demo::Server) -> Vec<Recorded> {
    let asked = odoo.requests().into_iter();
    asked
        .filter(|asked| asked.model.as_deref().is_some_and(|model| ["res.partner", "crm.lead"].contains(&model)))
        .collect()
}

/// Waits until so many requests that look for changes were made since the last time.
async fn until_looks(odoo: &demo::Server, number: usize) -> Vec<Recorded> {
    odoo.clear_requests();
    let waiting = async {
        while looks(odoo).len() < number {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it is looked for changes");
    looks(odoo)
}

/// Waits until nothing is asked any more.
async fn until_quiet(odoo: &demo::Server) {
    let waiting = async {
        loop {
            odoo.clear_requests();
            // Longer than the interval.
            tokio::time::sleep(Duration::from_millis(2500)).await;
            if odoo.requests().is_empty() {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("nobody listens, and Odoo is still asked");
}

async fn a_record_that_somebody_changes_removes_or_hides_is_heard_of(target: &Target) {
    for door in DOORS {
        println!("{} {door:?}", target.name);
        let mut other = Other::new(target).await;
        let (employee, tag) = (other.id_of(&target.employee.0).await, tag());
        let changed = other.make("res.partner", json!({"name": tag})).await;
        let removed = other.make("res.partner", json!({"name": tag})).await;
        let hidden = other.make("crm.lead", json!({"name": tag, "user_id": employee})).await;
        let same = other.make("res.partner", json!({"name": tag})).await;
        let nobody = same + 1_000_000;
        let all = [
            uri("res.partner", changed),
            uri("res.partner", removed),
            uri("crm.lead", hidden),
            uri("res.partner", same),
            uri("res.partner", nobody),
        ];
        let mut site = Site::start(target, door, DEFINITIONS).await;
        site.subscribe(&all).await;
        // At the newest revision a change in the second of the subscription itself is told of once more.
        tokio::time::sleep(Duration::from_millis(2500)).await;
        site.heard();

        other.write("res.partner", changed, json!({"comment": "Another one"})).await;
        site.hears(&all[0]).await;
        other.remove("res.partner", removed).await;
        site.hears(&all[1]).await;
        let gone = site.ask("resources/read", json!({"uri": all[1]})).await;
        let not_found = if door.is_newest() { -32602 } else { -32002 };
        assert_eq!(gone["error"]["code"], not_found, "{gone}");
        let somebody_else = other.id_of(&target.login).await;
        other.write("crm.lead", hidden, json!({ "user_id": somebody_else })).await;
        site.hears(&all[2]).await;
        let hidden_now = site.ask("resources/read", json!({"uri": all[2]})).await;
        assert!(hidden_now["error"].is_object(), "{hidden_now}");
        other.write("crm.lead", hidden, json!({"user_id": employee})).await;
        site.hears(&all[2]).await;
        assert!(site.heard().iter().all(|uri| !all[3..].contains(uri)), "nothing happened to these");
        drop(site);
        other.done().await;
    }
}

async fn two_writes_within_a_second_are_both_heard_of(target: &Target) {
    let mut other = Other::new(target).await;
    let id = other.make("res.partner", json!({"name": tag()})).await;
    let mut site = Site::start(target, Door::LineSession, DEFINITIONS).await;
    let uri = uri("res.partner", id);
    // The client reads what it is told of: after the last word it has to have read what is there.
    site.subscribe(std::slice::from_ref(&uri)).await;
    for number in 0..4 {
        other.write("res.partner", id, json!({"comment": format!("{number}")})).await;
        site.hears(&uri).await;
        other.write("res.partner", id, json!({"comment": format!("{number} and more")})).await;
        site.hears(&uri).await;
    }
    drop(site);
    other.done().await;
}

async fn a_list_is_heard_of_with_what_is_on_its_page(target: &Target) {
    for door in [Door::LineSession, Door::WebListen] {
        let mut other = Other::new(target).await;
        let tag = tag();
        let first = other.make("res.partner", json!({"name": "A", "ref": tag})).await;
        let mut site = Site::start(target, door, DEFINITIONS).await;
        let (list, number) = (format!("test://customers/{tag}"), format!("test://number/{tag}"));
        site.subscribe(&[list.clone(), number.clone()]).await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        site.heard();
        other.write("res.partner", first, json!({"name": "B"})).await;
        site.hears(&list).await;
        for name in ["C", "D"] {
            other.make("res.partner", json!({"name": name, "ref": tag})).await;
            site.hears(&number).await;
            site.hears(&list).await;
        }
        other.remove("res.partner", first).await;
        site.hears(&number).await;
        site.hears(&list).await;
        drop(site);
        other.done().await;
    }
}

async fn a_thousand_subscriptions_to_one_model_cost_one_request_per_interval() {
    for door in [Door::LineSession, Door::WebListen] {
        let (odoo, target) = start(Profile::V19).await;
        let mut site = Site::start(&target, door, DEFINITIONS).await;
        let uris: Vec<String> = (1..=1000).map(|id| uri("res.partner", id)).collect();
        let id = site.subscribe(&uris).await;
        // The first look, and what was written a moment ago is looked at once more.
        until_looks(&odoo, 3).await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        for look in until_looks(&odoo, 3).await {
            let text = look.body.to_string();
            let asked: usize = (1..=1000).filter(|id| text.contains(&format!(",{id},"))).count();
            assert!(asked >= 998, "{door:?}: one request asks for all of them, not for {asked}: {text}");
        }
        // And when the last one goes, nothing is asked.
        site.end(id, &uris).await;
        until_quiet(&odoo).await;
        odoo.stop().await;
    }
}

async fn nothing_is_asked_while_nobody_listens() {
    for door in DOORS {
        println!("{door:?}");
        let (odoo, target) = start(Profile::V19).await;
        let mut site = Site::start(&target, door, DEFINITIONS).await;
        site.ask("resources/list", json!({})).await;
        until_quiet(&odoo).await;
        let uris = [uri("res.partner", 7)];
        let id = site.subscribe(&uris).await;
        until_looks(&odoo, 2).await;
        site.end(id, &uris).await;
        until_quiet(&odoo).await;
        // A session's end is theirs too.
        site.subscribe(&uris).await;
        until_looks(&odoo, 2).await;
        if door == Door::WebSession {
            site.close().await;
            until_quiet(&odoo).await;
        }
        drop(site);
        odoo.stop().await;
    }
}

async fn what_announces_nothing_and_what_is_not_there_is_not_subscribed_to() {
    let (odoo, target) = start(Profile::V19).await;
    let asked = ["test://silent/7", "odoo://res.users/2", "test://nothing", "odoo://res.partner/7"].map(str::to_owned);
    for door in [Door::LineListen, Door::WebListen] {
        let mut site = Site::start(&target, door, DEFINITIONS).await;
        assert_eq!(site.try_subscribe(&asked).await.1, ["odoo://res.partner/7"], "{door:?}");
        let answer = site.ask("resources/subscribe", json!({"uri": "odoo://res.partner/7"})).await;
        assert_eq!(answer["error"]["code"], -32601, "that revision has `subscriptions/listen`: {answer}");
    }
    for door in [Door::LineSession, Door::WebSession] {
        let mut site = Site::start(&target, door, DEFINITIONS).await;
        for (uri, code, says) in [
            ("test://silent/7", -32602, "does not announce its changes"),
            ("odoo://res.users/2", -32002, "no resource at this address"),
            ("test://nothing", -32002, "no resource at this address"),
            ("odoo://res.partner/seven", -32602, "seven"),
        ] {
            let error = site.ask("resources/subscribe", json!({ "uri": uri })).await["error"].clone();
            assert_eq!(error["code"], code, "{uri}: {error}");
            assert!(error["message"].as_str().unwrap().contains(says), "{uri}: {error}");
        }
        let error = site.ask("resources/subscribe", json!({"url": "test://notice"})).await["error"].clone();
        assert_eq!(error["code"], -32602, "{error}");
        let nothing = site.ask("resources/unsubscribe", json!({"uri": "test://nothing"})).await;
        assert!(nothing.get("result").is_some(), "{nothing}");
    }
    odoo.stop().await;
}

async fn a_definition_that_changes_is_heard_of_and_subscriptions_survive_it() {
    let (odoo, target) = start(Profile::V19).await;
    for door in DOORS {
        println!("{door:?}");
        let mut other = Other::new(&target).await;
        let id = other.make("res.partner", json!({"name": tag()})).await;
        let partner = uri("res.partner", id);
        let mut site = Site::start(&target, door, DEFINITIONS).await;
        site.subscribe(&["test://notice".to_owned(), partner.clone()]).await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        site.heard();

        let other_text = DEFINITIONS.replace("One.", "Two.");
        site.save(&other_text);
        site.hears("test://notice").await;
        assert!(!site.heard().contains(&partner), "nothing of it was changed");
        let without = other_text.replace("odoo://res.partner/{id}", "odoo://res.partner/{id}/whole");
        site.save(&without);
        site.hears(&partner).await;
        site.save(&other_text);
        site.hears(&partner).await;
        other.write("res.partner", id, json!({"comment": "Still heard of"})).await;
        site.hears(&partner).await;
        drop(site);
        other.done().await;
    }
    odoo.stop().await;
}

async fn an_outage_is_no_change() {
    let (odoo, target) = start(Profile::V19).await;
    let mut site = Site::start(&target, Door::LineSession, DEFINITIONS).await;
    let uris = [uri("res.partner", 7)];
    site.subscribe(&uris).await;
    odoo.stop().await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(site.heard().is_empty());
    let error = site.ask("resources/subscribe", json!({"uri": "odoo://res.partner/8"})).await["error"].clone();
    assert_eq!(error["data"]["kind"], "unavailable", "who cannot be told is not subscribed: {error}");
}
