//! `server`: what the server itself knows of its Odoo: the connection, which modules and models are there, what the caller may do.

use std::collections::HashMap;

use futures::future::{BoxFuture, join_all, try_join_all};
use serde_json::{Map, Value, json};

use super::faults::{invalid, quote};
use super::needed::{needed, optional};
use super::prepared::{Body, Outline};
use super::run::Run;
use crate::definition::operation::{Named, Server};
use crate::odoo::{
    Effect, Error, FieldSpecification, Kind, Page, Patience, Request, Search, Specification, Version, presence,
};
use crate::personal::{Kept, Saved, Wanted};
use crate::template::Templated;

/// What is asked for.
pub(super) enum Prepared {
    Info,
    Modules(Window),
    Models(Window),
    Access(String),
    SavePrompt(Kept, bool),
    DeletePrompt(String),
}

/// Who keeps prompts for single persons: set where that is configured.
pub trait Keeper: Sync {
    /// Keeps a prompt for the caller.
    ///
    /// # Errors
    /// It may not be kept, its name is taken, or it cannot be written.
    fn save<'a>(&'a self, kept: Kept, overwrite: bool, patience: &'a Patience) -> BoxFuture<'a, Result<Saved, Error>>;

    /// Deletes one that the caller keeps.
    ///
    /// # Errors
    /// There is none, or it was not kept this way.
    fn delete<'a>(&'a self, name: String, patience: &'a Patience) -> BoxFuture<'a, Result<(), Error>>;
}

/// Which of many.
pub(super) struct Window {
    query: Option<String>,
    limit: u32,
}

/// What one may do with a model, as Odoo calls it.
const OPERATIONS: [&str; 4] = ["read", "create", "write", "unlink"];

/// Evaluates the keys.
///
/// # Errors
/// What is missing or of the wrong type.
#[expect(clippy::unused_async, reason = "the shape that all operations share")]
pub(super) async fn prepare(definition: &Server, run: &Run<'_>) -> Result<Prepared, Error> {
    Ok(match definition {
        Server::Info => Prepared::Info,
        Server::Modules(named) => Prepared::Modules(window(named, run)?),
        Server::Models(named) => Prepared::Models(window(named, run)?),
        Server::Access(model) => Prepared::Access(run.model_name(model)?),
        Server::SavePrompt(prompt) => {
            let text = |key: &str, value: Option<&Templated>| match optional(key, value, &run.scope)? {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
                Some(other) => Err(invalid(format!("`{key}` is a text, not {}", quote(&other)))),
            };
            let overwrite = match optional("overwrite", prompt.overwrite.as_ref(), &run.scope)? {
                None | Some(Value::Null) => false,
                Some(Value::Bool(overwrite)) => overwrite,
                Some(other) => return Err(invalid(format!("`overwrite` is true or false, not {}", quote(&other)))),
            };
            let arguments = optional("arguments", prompt.arguments.as_ref(), &run.scope)?;
            let kept = Kept {
                name: name(&prompt.name, run)?,
                title: text("title", prompt.title.as_ref())?,
                description: text("description", prompt.description.as_ref())?,
                text: text("text", Some(&prompt.text))?.unwrap_or_default(),
                arguments: Wanted::list(&arguments.unwrap_or_default())?,
            };
            Prepared::SavePrompt(kept, overwrite)
        }
        Server::DeletePrompt(prompt) => Prepared::DeletePrompt(name(prompt, run)?),
    })
}

/// The name of a prompt.
fn name(name: &Templated, run: &Run<'_>) -> Result<String, Error> {
    match needed("name", name, run)? {
        Value::String(name) => Ok(name.trim().to_owned()),
        other => Err(invalid(format!("`name` is a text, not {}", quote(&other)))),
    }
}

fn window(named: &Named, run: &Run<'_>) -> Result<Window, Error> {
    let query = match optional("query", named.query.as_ref(), &run.scope)? {
        Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Some(Value::Number(number)) => Some(number.to_string()),
        None | Some(Value::Null | Value::Bool(false)) => None,
        Some(other) => return Err(invalid(format!("`query` is a text, not {}", quote(&other)))),
    };
    Ok(Window { query, limit: run.limit(named.limit.default) })
}

impl Prepared {
    pub(super) fn outline(&self) -> Outline {
        let what = match self {
            Self::Info => "Describing the connection".to_owned(),
            Self::Modules(_) => "Listing the installed modules".to_owned(),
            Self::Models(_) => "Listing the models".to_owned(),
            Self::Access(model) => format!("Reading the rights on `{model}`"),
            Self::SavePrompt(kept, _) => format!("Keeping the prompt `{}`", kept.name),
            Self::DeletePrompt(name) => format!("Deleting the prompt `{name}`"),
        };
        // Nothing is written in Odoo.
        Outline { effect: Effect::Read, what, ids: Vec::new() }
    }

    pub(super) async fn run(self, run: &Run<'_>) -> Result<Body, Error> {
        match self {
            Self::Info => info(run).await,
            Self::Modules(window) => modules(&window, run).await,
            Self::Models(window) => models(&window, run).await,
            Self::Access(model) => access(model, run).await,
            Self::SavePrompt(kept, overwrite) => save_prompt(kept, overwrite, run).await,
            Self::DeletePrompt(name) => delete_prompt(name, run).await,
        }
    }
}

fn keeper<'a>(run: &Run<'a>) -> Result<&'a dyn Keeper, Error> {
    run.keeper.ok_or_else(|| {
        Error::new(Kind::Unsupported, "This server keeps no prompts of single persons.")
            .hint("The administrator decides: `definitions.personal` in the configuration.")
    })
}

/// Whether a call only shows what it would do.
fn only_shows(run: &Run<'_>) -> bool {
    run.patience.watch.as_ref().is_some_and(|watch| watch.withholds())
}

async fn save_prompt(kept: Kept, overwrite: bool, run: &Run<'_>) -> Result<Body, Error> {
    let name = json!(kept.name);
    if only_shows(run) {
        return Ok(Body::of([
            ("name", name),
            ("notes", json!(["Nothing was kept: this only shows what would be done."])),
        ]));
    }
    let saved = keeper(run)?.save(kept, overwrite, &run.patience).await?;
    let mut body = Body::of([("name", name), ("replaced", json!(saved.replaced)), ("kept", json!(saved.count))]);
    if !saved.notes.is_empty() {
        body.answer.insert("notes".to_owned(), json!(saved.notes));
    }
    Ok(body)
}

async fn delete_prompt(name: String, run: &Run<'_>) -> Result<Body, Error> {
    let shown = json!(name);
    if !only_shows(run) {
        keeper(run)?.delete(name, &run.patience).await?;
    }
    Ok(Body::of([("name", shown), ("deleted", json!(!only_shows(run)))]))
}

/// Which Odoo this is, as which user, and what the tools here are for. No secret is in it.
async fn info(run: &Run<'_>) -> Result<Body, Error> {
    let client = &run.instance.client;
    let user = client.user(&run.patience).await?;
    let ids = run.companies.all();
    let names = company_names(ids, run).await?;
    let company = |id: &i64| json!({"id": id, "name": names.get(id)});
    let apps = (run.apps)();
    let mut body = Body::of([
        ("instance", json!(client.name())),
        ("url", json!(client.url())),
        ("odoo", json!(client.version(&run.patience).await?.to_string())),
        ("database", json!(client.database())),
        ("user", json!({"id": user.id, "name": user.name, "login": user.login})),
        ("language", json!(run.context.get("lang").and_then(Value::as_str).unwrap_or(&run.lang))),
        ("zone", json!(run.zone.iana_name())),
        ("company", company(&run.company)),
        ("companies", ids.iter().map(company).collect()),
    ]);
    if client.database().is_none() {
        // The only one of its host.
        body.answer.shift_remove("database");
    }
    // Who has only tools for any model has no app.
    if !apps.offered.is_empty() {
        body.answer.insert("apps".to_owned(), json!(apps.offered));
    }
    if !apps.missing.is_empty() {
        body.answer.insert("apps_not_installed".to_owned(), json!(apps.missing));
    }
    Ok(body)
}

/// The names of companies, as far as the user may read them.
async fn company_names(ids: &[i64], run: &Run<'_>) -> Result<HashMap<i64, String>, Error> {
    let mut request = Request::new("res.company", "read", Effect::Read);
    request.ids = Some(ids.to_vec());
    request.kwargs.insert("fields".to_owned(), json!(["name"]));
    // The user's own companies are read whichever the call runs in.
    request.context.insert("allowed_company_ids".to_owned(), json!(ids));
    match run.instance.client.execute(&request, &run.patience).await {
        Ok(rows) => {
            let name = |row: &Value| Some((row.get("id")?.as_i64()?, row.get("name")?.as_str()?.to_owned()));
            Ok(rows.as_array().into_iter().flatten().filter_map(name).collect())
        }
        Err(error) if error.kind.is_of_the_connection() => Err(error),
        Err(_) => Ok(HashMap::new()),
    }
}

/// The installed modules, by name.
async fn modules(window: &Window, run: &Run<'_>) -> Result<Body, Error> {
    let mut domain = vec![json!(["state", "in", presence::PRESENT])];
    domain.extend(containing(window, "name", "shortdesc"));
    let fields = ["name", "shortdesc", "latest_version"];
    let page = match search("ir.module.module", &domain, &fields, "name", window, run).await {
        Err(error) if error.kind == Kind::AccessDenied => return Err(unreadable_modules(error, run)),
        page => page?,
    };
    let rows = page.records.iter();
    let modules = rows
        .map(|row| {
            let text = |key: &str| row.get(key).filter(|value| value.is_string()).cloned().unwrap_or_default();
            json!({"name": text("name"), "label": text("shortdesc"), "version": text("latest_version")})
        })
        .collect();
    Ok(paged("modules", modules, page.total, run))
}

/// Who may not read the modules still learns which apps are there.
fn unreadable_modules(mut error: Error, run: &Run<'_>) -> Error {
    let apps = (run.apps)();
    let there: Vec<&str> = apps.offered.keys().map(String::as_str).collect();
    if there.is_empty() && apps.missing.is_empty() {
        return error
            .hint("Only an Odoo administrator sees the modules. The models tell what is there, too: list those.");
    }
    error.details.insert("apps".to_owned(), json!(there));
    error.details.insert("apps_not_installed".to_owned(), json!(apps.missing));
    error.hint = Some(
        "Only an Odoo administrator sees the modules. `apps` are those that there are tools for here, \
         `apps_not_installed` those that Odoo lacks."
            .to_owned(),
    );
    error
}

/// What stands around the models of an answer, in bytes: `{"models":[],"next_offset":12345678}`.
const FRAME: usize = 40;

/// The models that the caller may read, by name.
async fn models(window: &Window, run: &Run<'_>) -> Result<Body, Error> {
    if let Some(all) = readable_models(run).await? {
        let words = window.query.as_ref().map(|query| query.to_lowercase());
        let meets = |(name, label): &(String, String)| {
            words.as_ref().is_none_or(|words| name.contains(words) || label.to_lowercase().contains(words))
        };
        let found: Vec<_> = all.into_iter().filter(meets).collect();
        let total = found.len() as u64;
        let skipped = usize::try_from(run.offset()).unwrap_or(usize::MAX);
        let rows = found.into_iter().skip(skipped).take(window.limit as usize);
        let rows = rows.map(|(name, label)| json!({"name": name, "label": label})).collect();
        return Ok(paged("models", rows, Some(total), run));
    }
    // Before Odoo had a list of its own: all models, without those that the caller may not read.
    let mut domain = vec![json!(["transient", "=", false])];
    domain.extend(containing(window, "model", "name"));
    let page = search("ir.model", &domain, &["model", "name"], "model", window, run).await?;
    let mut end = run.offset() + page.records.len() as u64;
    let readable = join_all(page.records.into_iter().map(|row| async move {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = text("model");
        let readable = may(&name, "read", run).await?;
        Ok::<_, Error>(readable.then(|| json!({"name": name, "label": text("name")})))
    }));
    // Those that are left out count in the offset, so the answer is cut here, where they are known.
    let mut room = run.max_bytes.saturating_sub(FRAME);
    let mut rows = Vec::new();
    for (position, row) in (run.offset()..).zip(readable.await) {
        match row {
            Ok(Some(row)) => {
                let size = row.to_string().len() + 1;
                if size > room && !rows.is_empty() {
                    end = position;
                    break;
                }
                room = room.saturating_sub(size);
                rows.push(row);
            }
            Ok(None) => {}
            Err(error) if error.kind.is_of_the_connection() => return Err(error),
            // A model of a module that is no longer there is still listed by Odoo.
            Err(_) => {}
        }
    }
    let mut body = Body::of([("models", Value::Array(rows))]);
    if page.total.is_some_and(|total| end < total) {
        body.answer.insert("next_offset".to_owned(), json!(end));
    }
    Ok(body)
}

/// Name and label of every model that the user may read, sorted by name; `None` where Odoo has no such list.
pub(super) async fn readable_models(run: &Run<'_>) -> Result<Option<Vec<(String, String)>>, Error> {
    let client = &run.instance.client;
    if client.version(&run.patience).await? < Version::new(16, 0) {
        return Ok(None);
    }
    let mut request = Request::new("ir.model", "get_available_models", Effect::Read);
    request.context = run.context.clone();
    match client.execute(&request, &run.patience).await {
        Ok(rows) => {
            let text = |row: &Value, key: &str| Some(row.get(key)?.as_str()?.to_owned());
            let pair = |row: &Value| Some((text(row, "model")?, text(row, "display_name")?));
            let mut models: Vec<_> = rows.as_array().into_iter().flatten().filter_map(pair).collect();
            models.sort();
            Ok(Some(models))
        }
        // The method is the web client's.
        Err(error) if error.kind == Kind::InvalidArguments => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the caller may do with records of a model, as far as rights decide it; rules may forbid single records.
async fn access(model: String, run: &Run<'_>) -> Result<Body, Error> {
    let rights = try_join_all(OPERATIONS.map(|operation| may(&model, operation, run))).await?;
    let mut body = Body::of([("model", json!(model))]);
    body.answer.extend(OPERATIONS.iter().zip(rights).map(|(name, may)| ((*name).to_owned(), json!(may))));
    Ok(body)
}

async fn may(model: &str, operation: &str, run: &Run<'_>) -> Result<bool, Error> {
    let client = &run.instance.client;
    let newer = client.version(&run.patience).await? >= Version::new(18, 0);
    let mut request = Request::new(model, if newer { "has_access" } else { "check_access_rights" }, Effect::Read);
    request.kwargs.insert("operation".to_owned(), json!(operation));
    if newer {
        // A method of records: over JSON-RPC Odoo wants their ids, be it of none.
        request.ids = Some(Vec::new());
    } else {
        request.kwargs.insert("raise_exception".to_owned(), json!(false));
    }
    request.context = run.context.clone();
    Ok(client.execute(&request, &run.patience).await?.as_bool().unwrap_or(false))
}

/// The condition that one of two fields contains the words.
fn containing(window: &Window, name: &str, label: &str) -> Vec<Value> {
    let Some(query) = &window.query else { return Vec::new() };
    vec![json!("|"), json!([name, "ilike", query]), json!([label, "ilike", query])]
}

async fn search(
    model: &str,
    domain: &[Value],
    fields: &[&str],
    order: &str,
    window: &Window,
    run: &Run<'_>,
) -> Result<Page, Error> {
    let fields = fields.iter().map(|name| ((*name).to_owned(), FieldSpecification::default())).collect();
    let search = Search {
        model: model.to_owned(),
        domain: json!(domain),
        specification: Specification { fields },
        order: Some(order.to_owned()),
        offset: run.offset(),
        limit: Some(u64::from(window.limit)),
        count: true,
        context: run.context.clone(),
    };
    run.instance.client.search_read(&search, &run.patience).await
}

fn paged(key: &'static str, rows: Vec<Value>, total: Option<u64>, run: &Run<'_>) -> Body {
    let offset = run.offset();
    let end = offset + rows.len() as u64;
    let more = !rows.is_empty() && total.is_some_and(|total| end < total);
    let mut answer = Map::from_iter([(key.to_owned(), Value::Array(rows))]);
    answer.extend(total.map(|total| ("total".to_owned(), json!(total))));
    if more {
        answer.insert("next_offset".to_owned(), json!(end));
    }
    Body { answer, ..Body::default() }.listing(key, offset)
}
