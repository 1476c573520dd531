//! Runs the cases on one Odoo, and says what ran where.

use std::{
    io::Write,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
};

use futures::{FutureExt, future::LocalBoxFuture};
use tooldoo::demo;

use crate::client::{Login, Odoo, Protocol, Target};

/// One behaviour.
pub struct Case {
    /// What is claimed.
    pub name: &'static str,
    /// The first major version that the claim holds for.
    pub since: u8,
    /// The last one.
    pub until: u8,
    /// Where the claim comes from, of a case that cannot run on the real Odoo.
    pub embedded_only: Option<&'static str>,
    pub run: fn(&Odoo) -> LocalBoxFuture<'_, ()>,
}

/// A case that holds for every version.
#[macro_export]
macro_rules! case {
    ($name:literal, $function:ident) => {
        $crate::run::Case {
            name: $name,
            since: 14,
            until: 99,
            embedded_only: None,
            run: |odoo| Box::pin($function(odoo)),
        }
    };
    ($name:literal, $since:literal, $function:ident) => {
        $crate::run::Case {
            name: $name,
            since: $since,
            until: 99,
            embedded_only: None,
            run: |odoo| Box::pin($function(odoo)),
        }
    };
    ($name:literal, $since:literal, $until:literal, $function:ident) => {
        $crate::run::Case {
            name: $name,
            since: $since,
            until: $until,
            embedded_only: None,
            run: |odoo| Box::pin($function(odoo)),
        }
    };
}

/// Lines that are seen without `--nocapture`.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "contract: {line}");
}

/// The Odoo under test is reached directly, whatever proxy the environment names.
fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub async fn embedded(profile: demo::Profile, protocol: Protocol, cases: Vec<Case>) {
    let server = demo::Server::start(demo::Options { version: profile, ..demo::Options::default() }).await.unwrap();
    let target = Arc::new(Target::embedded(&server, protocol, profile.major(), http()));
    let place = format!("the embedded Odoo {} over {protocol:?}", profile.major());
    let ran = all(&target, &cases, &place).await;
    let real = std::env::var("TOOLDOO_TEST_ODOO_URL").is_ok() && profile == demo::Profile::V19;
    let alone: Vec<&str> =
        ran.iter().filter(|case| !real || case.embedded_only.is_some()).map(|case| case.name).collect();
    match alone.len() {
        0 => {}
        count if count == ran.len() => say(&format!(
            "all {count} cases on Odoo {} over {protocol:?} ran on the embedded Odoo only",
            profile.major()
        )),
        _ => say(&format!("only on the embedded Odoo: {}", alone.join("; "))),
    }
    server.stop().await;
}

/// One protocol at a time on the real Odoo: a case that looks at all records of a model would see those of the other protocol's, and two
/// that write to one record (a product's, a user's) would make Odoo give one of them up.
static REAL: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

pub async fn real(protocol: Protocol, cases: Vec<Case>) {
    let _alone = REAL.lock().await;
    let variable =
        |name: &str| std::env::var(format!("TOOLDOO_TEST_ODOO_{name}")).ok().filter(|value| !value.is_empty());
    let Some(url) = variable("URL") else {
        let required = variable("REQUIRED").is_some_and(|value| value == "1");
        assert!(
            !required,
            "TOOLDOO_TEST_ODOO_REQUIRED is set, and there is no real Odoo: TOOLDOO_TEST_ODOO_URL is not set"
        );
        say(&format!("no real Odoo over {protocol:?}: TOOLDOO_TEST_ODOO_URL is not set"));
        return;
    };
    let needed = |name: &str| {
        variable(name).unwrap_or_else(|| panic!("TOOLDOO_TEST_ODOO_{name} is not set beside TOOLDOO_TEST_ODOO_URL"))
    };
    let admin = Login { login: needed("LOGIN"), password: needed("PASSWORD"), api_key: needed("API_KEY") };
    let employee =
        Login { login: needed("USER_LOGIN"), password: needed("USER_PASSWORD"), api_key: needed("USER_API_KEY") };
    let mut target = Target {
        url: url.trim_end_matches('/').to_owned(),
        database: needed("DB"),
        admin,
        employee,
        protocol,
        version: 0,
        real: true,
        http: http(),
        uids: Mutex::default(),
    };
    let version =
        target.service("common", "version", serde_json::json!([])).await.expect("the real Odoo tells its version");
    let major =
        version["server_version_info"][0].as_u64().and_then(|major| u8::try_from(major).ok()).expect("a major version");
    if protocol == Protocol::Json2 && major < 19 {
        say(&format!("Odoo {major} has no JSON-2"));
        return;
    }
    target.version = major;
    let cases: Vec<Case> = cases.into_iter().filter(|case| case.embedded_only.is_none()).collect();
    all(&Arc::new(target), &cases, &format!("a real Odoo {major} over {protocol:?}")).await;
}

/// Runs what holds for the version; fails with all that failed.
async fn all<'c>(target: &Arc<Target>, cases: &'c [Case], place: &str) -> Vec<&'c Case> {
    let mut failed = Vec::new();
    let mut ran = Vec::new();
    let wanted = std::env::var("TOOLDOO_TEST_CASES").ok();
    for case in cases {
        let odoo = Odoo::new(target);
        let asked = wanted.as_deref().is_none_or(|part| case.name.contains(part));
        if !asked || !(case.since..=case.until).contains(&odoo.version) {
            continue;
        }
        ran.push(case);
        let outcome = AssertUnwindSafe((case.run)(&odoo)).catch_unwind().await;
        odoo.clean().await;
        if outcome.is_err() {
            failed.push(case.name);
        }
    }
    say(&format!("{} of {} cases held on {place}", ran.len() - failed.len(), ran.len()));
    assert!(!ran.is_empty(), "no case is named {wanted:?}");
    assert!(failed.is_empty(), "on {place} these do not hold:\n  {}", failed.join("\n  "));
    ran
}
