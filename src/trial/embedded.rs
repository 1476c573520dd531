//! The tests against embedded Odoos: each test finds the sample data as they are at the start.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Report, Subject, Suite, offered_to, run, scope};
use crate::definition::example::Example;
use crate::definition::tool::{Requirement, Tool};
use crate::demo::{self, ADMIN, Account, Profile};
use crate::mcp::Backend;
use crate::odoo::{Client, Credential, Error, settings};
use crate::operation::Instance;
use crate::service::{Service, Settings};

/// The versions that can be embedded, the preferred one first.
const PROFILES: [Profile; 3] = [Profile::V19, Profile::V17, Profile::V14];

/// Runs the tests, each tool's on the newest version that it is for. As the administrator, where a test names no user.
///
/// # Errors
/// An embedded Odoo cannot be started.
pub async fn on_embedded(suite: &Suite) -> io::Result<Report> {
    let mut report = Report::default();
    for (subject, _) in suite.all().filter(|(subject, _)| profile(subject.tool()).is_none()) {
        report.skip(subject, &format!("the {} is for a version of Odoo that is not embedded", subject.sort()));
    }
    for version in PROFILES {
        let due: Vec<_> = suite.all().filter(|(subject, _)| profile(subject.tool()) == Some(version)).collect();
        if due.is_empty() {
            continue;
        }
        let server = demo::Server::start(demo::Options { version, ..demo::Options::default() }).await?;
        on_version(suite, &due, &server, &mut report).await?;
        server.stop().await;
    }
    Ok(report)
}

async fn on_version(
    suite: &Suite,
    due: &[(&Subject, &Example)],
    server: &demo::Server,
    report: &mut Report,
) -> io::Result<()> {
    let mut services: HashMap<&str, Service> = HashMap::new();
    let administrator = service(suite, server, ADMIN)?;
    let offered = suite.offered(&administrator).await;
    services.insert(ADMIN.login, administrator);
    for (subject, example) in due {
        if !subject.is_among(&offered) {
            report.skip(subject, &format!("the embedded Odoo does not have what the {} needs", subject.sort()));
            continue;
        }
        let account = match &example.user {
            None => ADMIN,
            Some((login, _)) => match Account::of(login) {
                Some(account) => account,
                None => {
                    report.skip(subject, "the embedded Odoo does not have the test's `user`");
                    continue;
                }
            },
        };
        if !services.contains_key(account.login) {
            services.insert(account.login, service(suite, server, account)?);
        }
        let Some(service) = services.get(account.login) else { continue };
        // What keeps the moment from being known keeps the call from being made, which says so.
        let now = match example.now {
            Some(_) => scope(service.instance(&offered_to(&service.snapshot(), subject, example)), example)
                .await
                .ok()
                .map(|(_, now)| now),
            None => None,
        };
        server.reset(now)?;
        let found = run(service, &service.snapshot(), subject, example).await;
        report.add(subject, example, found);
    }
    Ok(())
}

/// The newest embedded version that a tool is for.
fn profile(tool: &Tool) -> Option<Profile> {
    PROFILES.into_iter().find(|profile| {
        tool.requires.iter().all(|requirement| match requirement {
            Requirement::Odoo(comparison, bound) => comparison.holds((u32::from(profile.major()), 0), *bound),
            _ => true,
        })
    })
}

/// A server whose every instance is that Odoo, as that user.
fn service(suite: &Suite, server: &demo::Server, account: Account) -> io::Result<Service> {
    let default = settings::Settings::default().name;
    let client = Client::new(settings::Settings {
        url: server.url(),
        database: Some(server.database().to_owned()),
        username: Some(account.login.to_owned()),
        api_key: Some(Credential::from(secrecy::SecretString::from(account.api_key))),
        ..settings::Settings::default()
    });
    let client = client.map_err(|error: Error| io::Error::other(error.to_string()))?;
    let instance = Arc::new(Instance::new(client));
    let of_bundles = suite.bundles.iter().filter_map(|bundle| Some(bundle.instance.as_ref()?.name.clone()));
    let named = suite.subjects.iter().filter_map(|subject| subject.tool().instance.clone()).chain(of_bundles);
    let instances: IndexMap<String, Arc<Instance>> =
        named.chain([default.clone()]).map(|name| (name, instance.clone())).collect();
    let service = Service::new(instances, default, Settings::default());
    service.replace(suite.catalog());
    Ok(service)
}
