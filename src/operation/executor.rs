//! One call of a tool, in the order that the definition language promises: arguments, lookups, what only reads, the
//! confirmation, the rest. Nothing is written before a confirmation that is due.

use std::sync::Mutex;
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::instance::Instance;
use super::needed::optional;
use super::prepared::{Body, Prepared};
use super::run::{Run, Window};
use super::{arguments, content, ids, lookup, read};
use crate::answer::{self, Answer, Listing};
use crate::catalog::Apps;
use crate::definition::operation::Operation;
use crate::definition::tool::{Confirm, Tool};
use crate::odoo::{Effect, Error, Kind, Patience, User, Version};
use crate::service::Settings;
use crate::template::{Outcome, Scope};

/// Said with an answer that was cut, by a tool that has no `offset`.
const LESS: &str = "The answer was cut: it is too long. Ask for less at once, e.g. fewer records or fields.";

/// Calls a tool on its Odoo. `apps` says what the tools there are for, should one ask.
///
/// # Errors
/// Every kind of the definition language; the caller of this makes an answer of it.
pub async fn call(
    tool: &Tool,
    instance: Option<&Instance>,
    settings: &Settings,
    apps: &(dyn Fn() -> Apps + Sync),
    arguments: Map<String, Value>,
    cancelled: CancellationToken,
) -> Result<Answer, Error> {
    let input = &tool.input;
    let validator = input.validator().map_err(|error| {
        Error::new(Kind::Internal, format!("The schema of `{}` does not compile: {error}.", tool.name))
    })?;
    let arguments = arguments::put_right(arguments, &input.schema, validator, input.paging)?;
    let budget = tool.result.max_bytes.unwrap_or(settings.max_answer_bytes);
    if let Operation::Content(content) = &tool.operation
        && !content::asks_odoo(tool, content)
    {
        let mut scope = Scope::new(Timestamp::now(), TimeZone::UTC);
        scope.set_arguments(&arguments);
        return Ok(answer::blocks(content::evaluate(content, &scope)?));
    }
    let Some(instance) = instance else {
        return Err(Error::new(Kind::Unavailable, "No Odoo is configured for this tool.")
            .hint("Set `ODOO_URL` and its login, or `[instances]` in the configuration."));
    };
    let timeout = tool.timeout.unwrap_or_else(|| instance.client.timeout());
    let patience = Patience { deadline: Instant::now() + timeout, cancelled };
    let mut run = begin(tool, instance, settings, apps, &arguments, patience).await?;
    let prepared = match decide(&mut run).await {
        Ok(prepared) => prepared,
        // A lookup that depends on a record which is not there finds nothing either: the record is what is missing.
        Err(error) if error.kind == Kind::NotFound => return Err(ids::missing(&run).await.unwrap_or(error)),
        Err(error) => return Err(error),
    };
    confirmed(tool, &run, &prepared).await?;
    let writes = prepared.outline().effect == Effect::Write;
    let mut body = prepared.run(&run).await?;
    if writes {
        name_company(&run, &mut body).await;
    }
    Ok(match body.blocks {
        Some(blocks) => answer::blocks(blocks),
        None => {
            // Who cannot ask for the next page has to ask for less.
            let note = tool.input.paging.is_none().then_some(LESS);
            answer::json(body.answer, body.list.map(|(key, offset)| Listing { key, offset, note }), budget)
        }
    })
}

/// Resolves the lookups, and decides what the operation will do.
async fn decide(run: &mut Run<'_>) -> Result<Prepared, Error> {
    let tool = run.tool;
    lookup::resolve_all(run, &tool.lookups).await?;
    complete_context(run)?;
    Prepared::new(&tool.operation, run).await
}

/// Everything that an operation has in hand: who calls, in which zone, company and context.
async fn begin<'a>(
    tool: &'a Tool,
    instance: &'a Instance,
    settings: &Settings,
    apps: &'a (dyn Fn() -> Apps + Sync),
    arguments: &Map<String, Value>,
    patience: Patience,
) -> Result<Run<'a>, Error> {
    let user = instance.client.user(&patience).await?;
    let version = instance.client.version(&patience).await?;
    let preset = instance.client.instance_context();
    let now = Timestamp::now();
    let mut scope = Scope::new(now, zone(preset.get("tz"), user.tz.as_deref()));
    scope.set_arguments(arguments);
    scope.set(
        "user",
        json!({
            "id": user.id, "login": user.login, "name": user.name, "lang": user.lang, "tz": user.tz,
            "company_id": user.company_id, "company_ids": user.company_ids,
        }),
    );
    scope.set("odoo", json!({ "version": number(version) }));

    let mut context = Map::new();
    for (key, value) in &tool.context {
        if let Some(value) = optional(key, Some(value), &scope)? {
            context.insert(key.clone(), value);
        }
    }
    if let Some(tz) = context.get("tz")
        && tz.as_str().is_none_or(|tz| TimeZone::get(tz).is_err())
    {
        // Odoo would take UTC instead and say nothing.
        return Err(Error::new(Kind::InvalidArguments, format!("`tz` is the name of a time zone, not {tz}."))
            .hint("Time zones are written like `Europe/Brussels`."));
    }
    let zone = zone(context.get("tz").or_else(|| preset.get("tz")), user.tz.as_deref());
    scope.set_zone(zone.clone());
    if let Some(company) = optional("company", tool.company.as_ref(), &scope)? {
        let argument = tool.company.as_ref().and_then(|company| scope.first_argument(company.names()));
        let found = lookup::one(&instance.client, "res.company", &company, &patience).await;
        let found = lookup::named(found, argument.as_deref())?;
        context.insert("allowed_company_ids".to_owned(), json!([found.id]));
    }
    let company = company(&context, preset, &user)?;
    let lang = preset.get("lang").and_then(Value::as_str).unwrap_or(&user.lang).to_owned();
    let window = Window {
        limit: tool.input.paging.and_then(|_| arguments.get("limit")?.as_u64()?.try_into().ok()),
        offset: tool.input.paging.and_then(|_| arguments.get("offset")?.as_u64()).unwrap_or(0),
    };
    let clear = arguments.get("clear").filter(|_| matches!(&tool.operation, Operation::Write(_)));
    let clear = clear.and_then(Value::as_array).into_iter().flatten();
    let clear = clear.filter_map(|word| word.as_str().map(str::to_owned)).collect();
    let max_records = settings.max_records;
    let given = arguments.keys().cloned().chain(["user", "odoo"].map(str::to_owned)).collect();
    Ok(Run {
        tool,
        instance,
        patience,
        scope,
        given,
        zone,
        context,
        lang,
        company,
        window,
        clear,
        max_records,
        found: Mutex::default(),
        apps,
    })
}

/// Keys of the context that name what a lookup found: the lookups themselves ran without them. The zone is known already, since it decides
/// what dates in the arguments mean.
///
/// # Errors
/// As the templates of the keys.
fn complete_context(run: &mut Run<'_>) -> Result<(), Error> {
    if run.tool.lookups.is_empty() {
        return Ok(());
    }
    for (key, value) in run.tool.context.iter().filter(|(key, _)| key.as_str() != "tz") {
        if let Some(value) = optional(key, Some(value), &run.scope)? {
            run.context.insert(key.clone(), value);
        }
    }
    Ok(())
}

/// The company that the call runs in: the first of `allowed_company_ids`, else the user's current one.
///
/// # Errors
/// `access_denied` for a company that the user may not use. Odoo notices only where a method happens to ask for it; anything
/// else it would answer with another company's records.
fn company(context: &Map<String, Value>, preset: &Map<String, Value>, user: &User) -> Result<i64, Error> {
    let key = "allowed_company_ids";
    let Some(allowed) = context.get(key).or_else(|| preset.get(key)) else { return Ok(user.company_id) };
    let wrong = || Error::new(Kind::InvalidArguments, format!("`{key}` is a list of company ids, not {allowed}."));
    let ids: Vec<i64> =
        allowed.as_array().ok_or_else(wrong)?.iter().map(Value::as_i64).collect::<Option<_>>().ok_or_else(wrong)?;
    if let Some(id) = ids.iter().find(|id| !user.company_ids.contains(id)) {
        let message = format!("The Odoo user `{}` may not use the company {id}.", user.login);
        return Err(Error::new(Kind::AccessDenied, message)
            .hint("Leave the company out, or have it added to the user's allowed companies in Odoo."));
    }
    ids.first().copied().ok_or_else(wrong)
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
fn zone(context: Option<&Value>, user: Option<&str>) -> TimeZone {
    [context.and_then(Value::as_str), user]
        .into_iter()
        .flatten()
        .find_map(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC)
}

/// Stops a call that a person would have to confirm.
async fn confirmed(tool: &Tool, run: &Run<'_>, prepared: &Prepared) -> Result<(), Error> {
    let due = match &tool.confirm {
        Confirm::Never => false,
        Confirm::Always => true,
        // What its template names may be absent: then nobody knows, and it counts as true.
        Confirm::When(template) => template.evaluate(&run.scope)? != Outcome::Given(Value::Bool(false)),
    };
    if !due {
        return Ok(());
    }
    let outline = prepared.outline();
    if !outline.ids.is_empty() {
        // Nobody is asked about what is not there.
        read::all_there(run, &run.model()?, &outline.ids).await?;
    }
    let mut error = Error::new(
        Kind::ConfirmationRequired,
        format!("{} needs a person's confirmation, so nothing was done.", outline.what),
    )
    .hint("This server cannot ask for one yet: do it in Odoo, or ask the administrator for a tool that needs none.");
    if !outline.ids.is_empty() {
        error.details.insert("ids".to_owned(), json!(outline.ids));
    }
    Err(error)
}

/// A write's answer says in which company it happened.
async fn name_company(run: &Run<'_>, body: &mut Body) {
    // The write has happened: a name that cannot be read is no reason to report a failure.
    let company = match run.instance.company_name(run.company, &run.patience).await {
        Ok(name) => json!({"id": run.company, "name": &*name}),
        Err(_) => json!({"id": run.company}),
    };
    body.answer.insert("company".to_owned(), company);
}
