//! `get_views`, `get_view` and, before 16, `fields_view_get`: the list views, as the definition files name their columns. The embedded Odoo has
//! no other views.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::fields;
use crate::demo::{
    access::{self, Mode},
    env::Env,
    errors::{Fault, Outcome},
    model::Model,
    value,
};

/// What the list view is called: `tree` until 17.
fn kind(env: &Env<'_>) -> &'static str {
    if env.major() >= 18 { "list" } else { "tree" }
}

/// The columns that the caller may see.
fn columns(env: &Env<'_>, model: &Model) -> Vec<String> {
    let seen = |name: &&String| model.field(name).is_some_and(|field| access::sees(env, field));
    model.list_view.iter().filter(seen).cloned().collect()
}

fn arch(env: &Env<'_>, model: &Model) -> String {
    let kind = kind(env);
    let label = model.label(env.lang()).replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut arch = format!("<{kind} string=\"{label}\">\n");
    for name in columns(env, model) {
        let _ = writeln!(arch, "    <field name=\"{name}\"/>");
    }
    let _ = write!(arch, "</{kind}>");
    arch
}

/// The id of the view, which nobody can read.
fn id(env: &Env<'_>, model: &Model) -> usize {
    env.registry.models().position(|other| other.name == model.name).unwrap_or_default() + 1
}

/// Refuses a view that is not there: another type than the list's, or one named by its id.
fn find(env: &Env<'_>, view: Option<&Value>, kind_asked: &str) -> Outcome<()> {
    if let Some(id) = view.and_then(value::id) {
        return Err(Fault::missing(format!(
            "Record does not exist or has been deleted.\n(Record: ir.ui.view({id},), User: {})",
            env.context.uid
        )));
    }
    if kind_asked == kind(env) {
        return Ok(());
    }
    let space = if env.major() < 17 { " " } else { "" };
    Err(Fault::user(format!("No default view of type '{kind_asked}' could be found{space}!")))
}

fn described(env: &Env<'_>, model: &Model, and: &[&str]) -> Outcome<Value> {
    let mut names = columns(env, model);
    names.extend(and.iter().map(|name| (*name).to_owned()));
    fields::get(env, model, &names, &[])
}

/// `get_views`: the views asked for, and the fields that they show.
pub(in crate::demo) fn several(env: &Env<'_>, model: &Model, asked: Option<&Value>) -> Outcome<Value> {
    access::check(env, model, Mode::Read)?;
    let mut views = Map::new();
    for pair in asked.and_then(Value::as_array).into_iter().flatten() {
        let [view, kind] = pair.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(Fault::value("not enough values to unpack (expected 2)"));
        };
        let kind = value::str(kind);
        find(env, Some(view), &kind)?;
        views.insert(kind, json!({"arch": arch(env, model), "id": id(env, model), "model": model.name}));
    }
    let fields = described(env, model, &["id", "write_date"])?;
    Ok(json!({"views": views, "models": {&model.name: {"fields": fields}}}))
}

/// `get_view`: one view, and the names of the fields that it shows.
pub(in crate::demo) fn one(env: &Env<'_>, model: &Model, view: Option<&Value>, kind: &str) -> Outcome<Value> {
    access::check(env, model, Mode::Read)?;
    find(env, view, kind)?;
    let mut names = columns(env, model);
    names.extend(["id", "write_date"].map(str::to_owned));
    Ok(json!({
        "arch": arch(env, model),
        "id": id(env, model),
        "model": model.name,
        "models": {&model.name: names},
    }))
}

/// `fields_view_get`: one view and the fields that it shows, before 16.
pub(in crate::demo) fn old(env: &Env<'_>, model: &Model, view: Option<&Value>, kind: &str) -> Outcome<Value> {
    access::check(env, model, Mode::Read)?;
    find(env, view, kind)?;
    Ok(json!({
        "model": model.name,
        "base_model": model.name,
        "field_parent": false,
        "name": format!("{}.{kind}", model.name),
        "type": kind,
        "view_id": id(env, model),
        "arch": arch(env, model),
        "fields": described(env, model, &[])?,
    }))
}
