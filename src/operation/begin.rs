//! What a call has in hand before its first step: who calls, in which zone and company.

use std::sync::Mutex;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::companies::{self, Companies};
use super::executor::Call;
use super::instance::Instance;
use super::lookup;
use super::needed::optional;
use super::run::{Run, Window};
use crate::answer::Links;
use crate::odoo::{Error, Patience, User, Version};
use crate::template::Scope;

/// Everything but what belongs to one step: see [`Run::enter`].
///
/// # Errors
/// Those of the login and of the company; `invalid_arguments` for a zone that is none.
pub(super) async fn begin<'a>(
    call: &Call<'a>,
    instance: &'a Instance,
    arguments: &Map<String, Value>,
    patience: Patience,
) -> Result<Run<'a>, Error> {
    let tool = call.tool();
    let user = instance.client.user(&patience).await?;
    let version = instance.client.version(&patience).await?;
    let preset = instance.client.instance_context();
    let ceilings = [instance.client.company_ids(), call.offered.companies.as_deref()];
    let companies = Companies::new(&user, ceilings)?;
    let base = companies.context(preset)?;
    let mut scope = Scope::new(call.now, zone([preset.get("tz").and_then(Value::as_str), user.tz.as_deref()]));
    scope.set_arguments(arguments);
    environment(&mut scope, &user, version, (companies.current(), companies.all()));
    scope.set("bundle", json!(call.offered.parameters));

    let lang = preset.get("lang").and_then(Value::as_str).unwrap_or(&user.lang).to_owned();
    let window = Window {
        limit: tool.input.paging.and_then(|_| arguments.get("limit")?.as_u64()?.try_into().ok()),
        offset: tool.input.paging.and_then(|_| arguments.get("offset")?.as_u64()).unwrap_or(0),
    };
    let clear = arguments.get("clear").and_then(Value::as_array).into_iter().flatten();
    let mut run = Run {
        tool,
        step: None,
        instance,
        patience,
        given: arguments.keys().cloned().chain(["user", "odoo", "bundle"].map(str::to_owned)).collect(),
        zone: zone([preset.get("tz").and_then(Value::as_str), user.tz.as_deref()]),
        scope,
        context: base.clone(),
        base,
        lang,
        company: companies.current(),
        companies,
        user,
        window,
        clear: clear.filter_map(|word| word.as_str().map(str::to_owned)).collect(),
        max_records: call.settings.max_records,
        max_bytes: tool.result.max_bytes.unwrap_or(call.settings.max_answer_bytes),
        found: Mutex::default(),
        variables: Vec::new(),
        links: Links { scheme: &instance.scheme, readable: call.readable },
        apps: call.apps,
        keeper: call.keeper,
    };
    // The zone decides what dates mean that come before the operation: in a lookup, in the company.
    if let Some(only) = tool.steps.first().filter(|_| tool.is_single()) {
        run.enter(only)?;
    }
    if let Some(company) = optional("company", tool.company.as_ref(), &run.scope)? {
        let argument = tool.company.as_ref().and_then(|company| run.scope.first_argument(company.names()));
        let found = run.companies.find(&instance.client, &company, &run.patience).await;
        let found = lookup::named(found, argument.as_deref())?;
        run.base.insert(companies::KEY.to_owned(), json!([found]));
        run.context.insert(companies::KEY.to_owned(), json!([found]));
    }
    run.company = run.companies.of(&run.context, preset)?;
    Ok(run)
}

/// The names that every template knows: who calls, and which Odoo it is.
pub(super) fn environment(scope: &mut Scope, user: &User, version: Version, companies: (i64, &[i64])) {
    scope.set(
        "user",
        json!({
            "id": user.id, "login": user.login, "name": user.name, "lang": user.lang, "tz": user.tz,
            "company_id": companies.0, "company_ids": companies.1,
        }),
    );
    scope.set("odoo", json!({ "version": number(version) }));
}

/// A scope with nothing but these names, as a call of that moment has it; the moment may depend on the zone of the user.
///
/// # Errors
/// As those of the login.
pub async fn scope(
    instance: &Instance,
    moment: impl FnOnce(&TimeZone) -> Timestamp,
    patience: &Patience,
) -> Result<(Scope, Timestamp), Error> {
    let user = instance.client.user(patience).await?;
    let version = instance.client.version(patience).await?;
    let preset = instance.client.instance_context();
    let zone = zone([preset.get("tz").and_then(Value::as_str), user.tz.as_deref()]);
    let now = moment(&zone);
    let mut scope = Scope::new(now, zone);
    environment(&mut scope, &user, version, (user.company_id, &user.company_ids));
    Ok((scope, now))
}

/// 14, 17, 18.2.
fn number(version: Version) -> Value {
    if version.minor == 0 {
        json!(version.major)
    } else {
        version.to_string().parse().map_or(Value::Null, |number: f64| json!(number))
    }
}

/// The first of these that is the name of a zone; else UTC.
pub(super) fn zone<'a>(names: impl IntoIterator<Item = Option<&'a str>>) -> TimeZone {
    names.into_iter().flatten().find_map(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    #[test]
    fn the_first_name_that_is_a_zone_counts() {
        let found = zone([None, Some("Nowhere/At_All"), Some("Europe/Brussels"), Some("Asia/Tokyo")]);
        assert_eq!(found.iana_name(), Some("Europe/Brussels"));
        assert_eq!(zone([None, Some("Nowhere/At_All")]), TimeZone::UTC);
    }

    #[test]
    fn the_zones_are_in_the_program_where_the_machine_has_none() {
        assert!(TimeZoneDatabase::bundled().get("Europe/Brussels").is_ok());
    }
}
