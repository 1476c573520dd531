//! `get_views`, `get_view` and, before 16, `fields_view_get` and `load_views`.
//!
//! A form is what `data/views/MODEL.form.xml` says, less what this version or the caller does not have; without such a file it is the form that
//! Odoo makes of all fields. The columns of a list are those that the model's definition names; `data/views/MODEL.list.xml` adds those that
//! are there for the choosing. In these files `since` and `until` bound elements to versions, and `attrs` stands for what 14 has in place
//! of `invisible`, `readonly` and `required`.

use std::{collections::BTreeMap, fmt::Write as _};

use indexmap::IndexMap;
use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::fields;
use crate::demo::{
    access::{self, Mode},
    env::Env,
    errors::{Fault, Outcome},
    model::{DATA, Model},
    value, within,
};

/// A view that is drawn: its text, the fields that it shows of each model, and, before 16, the views within it by field.
#[derive(Default)]
struct Drawn {
    arch: String,
    shown: IndexMap<String, Vec<String>>,
    within: BTreeMap<String, (String, Vec<String>)>,
}

impl Drawn {
    fn shows(&mut self, model: &Model, field: &str) {
        let names = self.shown.entry(model.name.clone()).or_default();
        if !names.iter().any(|name| name == field) {
            names.push(field.to_owned());
        }
    }
}

/// What the list view is called: `tree` until 17.
fn list(env: &Env<'_>) -> &'static str {
    if env.major() >= 18 { "list" } else { "tree" }
}

/// The columns that the caller may see.
fn columns(env: &Env<'_>, model: &Model) -> Vec<String> {
    let seen = |name: &&String| model.field(name).is_some_and(|field| access::sees(env, field));
    model.list_view.iter().filter(seen).cloned().collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The file of a view, if there is one.
fn file(model: &Model, kind: &str) -> Option<&'static str> {
    DATA.get_file(format!("views/{}.{kind}.xml", model.name))?.contents_utf8()
}

fn draw(env: &Env<'_>, model: &Model, kind: &str) -> Outcome<Drawn> {
    let mut drawn = Drawn::default();
    let name = if kind == "tree" { "list" } else { kind };
    let text = file(model, name).unwrap_or("<none/>");
    let document = roxmltree::Document::parse(text)
        .map_err(|error| Fault::exception(format!("{}.{name}: {error}", model.name)))?;
    let root = document.root_element();
    drawn.shown.entry(model.name.clone()).or_default();
    match (name, root.tag_name().name()) {
        ("list", _) => draw_list(env, model, root, &mut drawn),
        ("form", "none") => draw_plain(env, model, &mut drawn),
        ("form", _) => element(env, model, root, 0, &mut drawn),
        _ => {
            let name = model.rec_name.as_deref().filter(|name| model.field(name).is_some()).unwrap_or("id");
            drawn.shows(model, name);
            let label = escaped(model.label(env.lang()));
            drawn.arch = format!("<search string=\"{label}\">\n    <field name=\"{name}\"/>\n</search>");
        }
    }
    Ok(drawn)
}

fn draw_list(env: &Env<'_>, model: &Model, root: Node<'_, '_>, drawn: &mut Drawn) {
    let kind = list(env);
    let label = escaped(model.label(env.lang()));
    let _ = write!(drawn.arch, "<{kind} string=\"{label}\"");
    attributes(env, root, &["string"], drawn);
    drawn.arch += ">\n";
    let of_field = |node: &Node<'_, '_>| node.has_tag_name("field");
    for node in root.children().filter(|node| node.is_element() && !of_field(node)) {
        element(env, model, node, 1, drawn);
    }
    let mut shown = columns(env, model);
    if shown.is_empty() {
        shown.extend(model.rec_name.iter().filter(|name| model.field(name).is_some()).cloned());
    }
    let written = |name: &str| root.children().find(|node| of_field(node) && node.attribute("name") == Some(name));
    for name in &shown {
        drawn.shows(model, name);
        let _ = write!(drawn.arch, "    <field name=\"{name}\"");
        if let Some(node) = written(name) {
            attributes(env, node, &["name", "optional", "column_invisible"], drawn);
        }
        drawn.arch += "/>\n";
    }
    let others = root.children().filter(|node| of_field(node) && in_version(env, *node));
    for node in others.filter(|node| node.attribute("name").is_some_and(|name| !shown.iter().any(|one| one == name))) {
        let Some(name) = seen(env, model, node) else { continue };
        drawn.shows(model, name);
        let _ = write!(drawn.arch, "    <field name=\"{name}\"");
        match (node.attribute("column_invisible"), env.major() >= 17) {
            (Some(_), true) => drawn.arch += " column_invisible=\"True\"",
            (Some(_), false) => drawn.arch += " invisible=\"1\"",
            (None, _) => drawn.arch += " optional=\"hide\"",
        }
        attributes(env, node, &["name", "optional", "column_invisible"], drawn);
        drawn.arch += "/>\n";
    }
    let _ = write!(drawn.arch, "</{kind}>");
}

/// The form that Odoo makes for a model without one: every field that is not its own.
fn draw_plain(env: &Env<'_>, model: &Model, drawn: &mut Drawn) {
    let label = escaped(model.label(env.lang()));
    let _ = write!(drawn.arch, "<form string=\"{label}\">\n<sheet string=\"{label}\">\n<group col=\"4\">\n");
    let own = ["id", "display_name", "__last_update", "create_uid", "create_date", "write_uid", "write_date"];
    let shown = model.fields.values().filter(|field| access::sees(env, field) && !own.contains(&field.name.as_str()));
    for field in shown {
        drawn.shows(model, &field.name);
        let wide = field.kind.many() || matches!(field.kind.name(), "text" | "html");
        let line = if wide { "<newline/><field colspan=\"4\" name=\"" } else { "<field name=\"" };
        let end = if wide { "\"/><newline/>" } else { "\"/>" };
        let _ = writeln!(drawn.arch, "{line}{}{end}", field.name);
    }
    drawn.arch += "</group>\n</sheet>\n</form>";
}

fn in_version(env: &Env<'_>, node: Node<'_, '_>) -> bool {
    let bound = |name: &str| node.attribute(name).and_then(|version| version.parse::<u8>().ok());
    let group =
        node.attribute("groups").is_none_or(|groups| groups.split(',').any(|group| env.context.in_group(group)));
    within(bound("since"), bound("until"), env.major()) && group
}

/// The name of the field, if this version has it and the caller sees it.
fn seen<'n>(env: &Env<'_>, model: &Model, node: Node<'n, '_>) -> Option<&'n str> {
    let name = node.attribute("name")?;
    model.field(name).filter(|field| access::sees(env, field)).map(|_| name)
}

fn attributes(env: &Env<'_>, node: Node<'_, '_>, without: &[&str], drawn: &mut Drawn) {
    for attribute in node.attributes() {
        let (name, text) = (attribute.name(), attribute.value());
        if without.contains(&name) || matches!(name, "since" | "until" | "groups") {
            continue;
        }
        let flag = matches!(text, "1" | "0" | "True" | "False");
        let of_17 = matches!(name, "invisible" | "readonly" | "required" | "column_invisible") && !flag;
        if env.major() < 17 && of_17 || env.major() >= 17 && name == "attrs" {
            continue;
        }
        let _ = write!(drawn.arch, " {name}=\"{}\"", escaped(text));
    }
}

/// An element and what is in it.
fn element(env: &Env<'_>, model: &Model, node: Node<'_, '_>, depth: usize, drawn: &mut Drawn) {
    if node.is_text() {
        let text = node.text().unwrap_or_default().trim();
        if !text.is_empty() {
            let _ = writeln!(drawn.arch, "{}{}", "    ".repeat(depth), escaped(text));
        }
        return;
    }
    if !node.is_element() || !in_version(env, node) {
        return;
    }
    let indent = "    ".repeat(depth);
    let tag = match node.tag_name().name() {
        "list" => list(env),
        other => other,
    };
    let mut inner = model;
    let mut without: Vec<&str> = Vec::new();
    let mut action = None;
    match tag {
        "field" => {
            let Some(name) = seen(env, model, node) else { return };
            drawn.shows(model, name);
            let relation = model.field(name).and_then(|field| field.relation.as_deref());
            inner = relation.and_then(|relation| env.registry.model(relation)).unwrap_or(model);
        }
        "label" if node.attribute("for").is_some_and(|name| model.field(name).is_none()) => return,
        "button" => {
            // `%(module.name)d` is the number of an action.
            let named = node.attribute("name").and_then(|name| name.strip_prefix("%(")?.strip_suffix(")d"));
            if let Some(named) = named {
                let Some((_, id)) = env.store.named(named) else { return };
                action = Some(id);
                without.push("name");
            }
        }
        _ => {}
    }
    let _ = write!(drawn.arch, "{indent}<{tag}");
    if let Some(id) = action {
        let _ = write!(drawn.arch, " name=\"{id}\"");
    }
    attributes(env, node, &without, drawn);
    let children: Vec<Node<'_, '_>> = node.children().filter(|child| child.is_element() || child.is_text()).collect();
    let relation = inner.name != model.name || children.iter().any(Node::is_element);
    let many = node.attribute("name").and_then(|name| model.field(name)).is_some_and(|field| field.kind.many());
    if relation && many && tag == "field" {
        subviews(env, inner, node, depth, drawn);
        return;
    }
    if children.iter().all(|child| child.is_text() && child.text().is_none_or(|text| text.trim().is_empty())) {
        drawn.arch += "/>\n";
        return;
    }
    drawn.arch += ">\n";
    for child in children {
        element(env, inner, child, depth + 1, drawn);
    }
    let _ = writeln!(drawn.arch, "{indent}</{tag}>");
}

/// The views within an x2many field: those that the file has, else, from 16 on, the related model's list. 14 tells them apart from the form.
fn subviews(env: &Env<'_>, inner: &Model, node: Node<'_, '_>, depth: usize, drawn: &mut Drawn) {
    let written: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    let name = node.attribute("name").unwrap_or_default();
    let mut own = Drawn::default();
    if written.is_empty() {
        let plain = node.attribute("widget").is_none() && env.major() >= 16 && depth < 12;
        if !plain || access::check(env, inner, Mode::Read).is_err() {
            drawn.arch += "/>\n";
            return;
        }
        let none = roxmltree::Document::parse("<none/>");
        if let Ok(none) = &none {
            draw_list(env, inner, none.root_element(), &mut own);
        }
        own.arch.push('\n');
    }
    let mut each = Vec::new();
    for child in written {
        let start = own.arch.len();
        element(env, inner, child, depth + 1, &mut own);
        each.extend(own.arch.get(start..).map(|arch| arch.trim().to_owned()).filter(|arch| !arch.is_empty()));
    }
    if env.major() < 16 {
        drawn.arch += "/>\n";
        drawn.within.insert(name.to_owned(), (inner.name.clone(), each));
    } else {
        let _ = write!(drawn.arch, ">\n{}{}</field>\n", own.arch, "    ".repeat(depth));
    }
    for (model, fields) in own.shown.into_iter().filter(|_| env.major() >= 16) {
        let names = drawn.shown.entry(model).or_default();
        for field in fields {
            if !names.contains(&field) {
                names.push(field);
            }
        }
    }
}

/// The id of the view, which nobody can read.
fn id(env: &Env<'_>, model: &Model, kind: &str) -> usize {
    let place = env.registry.models().position(|other| other.name == model.name).unwrap_or_default();
    let kinds = ["list", "form", "search"];
    place * kinds.len()
        + kinds.iter().position(|one| *one == kind || kind == "tree" && *one == "list").unwrap_or_default()
        + 1
}

/// Refuses a view that is not there: another type than these, or one named by its id.
fn find(env: &Env<'_>, view: Option<&Value>, kind_asked: &str) -> Outcome<()> {
    if let Some(id) = view.and_then(value::id) {
        return Err(Fault::missing(format!(
            "Record does not exist or has been deleted.\n(Record: ir.ui.view({id},), User: {})",
            env.context.uid
        )));
    }
    if kind_asked == list(env) || matches!(kind_asked, "form" | "search") {
        return Ok(());
    }
    let space = if env.major() < 17 { " " } else { "" };
    Err(Fault::user(format!("No default view of type '{kind_asked}' could be found{space}!")))
}

/// `get_views`: the views asked for, and the fields that they show.
pub(in crate::demo) fn several(env: &Env<'_>, model: &Model, asked: Option<&Value>) -> Outcome<Value> {
    access::check(env, model, Mode::Read)?;
    let mut views = Map::new();
    let mut shown: IndexMap<String, Vec<String>> = IndexMap::new();
    shown.entry(model.name.clone()).or_default();
    for pair in asked.and_then(Value::as_array).into_iter().flatten() {
        let [view, kind] = pair.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(Fault::value("not enough values to unpack (expected 2)"));
        };
        let kind = value::str(kind);
        find(env, Some(view), &kind)?;
        let drawn = draw(env, model, &kind)?;
        views.insert(kind.clone(), json!({"arch": drawn.arch, "id": id(env, model, &kind), "model": model.name}));
        for (model, names) in drawn.shown {
            shown.entry(model).or_default().extend(names);
        }
    }
    let mut models = Map::new();
    for (name, mut names) in shown {
        let Some(model) = env.registry.model(&name) else { continue };
        names.extend(["id", "write_date"].map(str::to_owned));
        models.insert(name, json!({"fields": fields::get(env, model, &names, &[])?}));
    }
    Ok(json!({"views": views, "models": models}))
}

/// `get_view`: one view, and the names of the fields that it shows.
pub(in crate::demo) fn one(env: &Env<'_>, model: &Model, view: Option<&Value>, kind: &str) -> Outcome<Value> {
    access::check(env, model, Mode::Read)?;
    find(env, view, kind)?;
    let mut drawn = draw(env, model, kind)?;
    for names in drawn.shown.values_mut() {
        names.extend(["id", "write_date"].map(str::to_owned));
    }
    Ok(json!({
        "arch": drawn.arch,
        "id": id(env, model, kind),
        "model": model.name,
        "models": drawn.shown,
    }))
}

/// `fields_view_get`: one view and the fields that it shows, before 16.
pub(in crate::demo) fn old(env: &Env<'_>, model: &Model, view: Option<&Value>, kind: &str) -> Outcome<Value> {
    access::check(env, model, Mode::Read)?;
    find(env, view, kind)?;
    let drawn = draw(env, model, kind)?;
    let names = drawn.shown.get(&model.name).cloned().unwrap_or_default();
    let mut described = if names.is_empty() { json!({}) } else { fields::get(env, model, &names, &[])? };
    for (field, (inner, archs)) in drawn.within {
        let Some(inner) = env.registry.model(&inner) else { continue };
        let mut views = Map::new();
        for arch in archs {
            let names = names_in(&arch);
            let of_inner = if names.is_empty() { json!({}) } else { fields::get(env, inner, &names, &[])? };
            let kind = if arch.starts_with("<form") { "form" } else { "tree" };
            views.insert(kind.into(), json!({"arch": arch, "fields": of_inner}));
        }
        if let Some(field) = described.get_mut(&field).and_then(Value::as_object_mut) {
            field.insert("views".into(), Value::Object(views));
        }
    }
    Ok(json!({
        "model": model.name,
        "base_model": model.name,
        "field_parent": false,
        "name": format!("{}.{kind}", model.name),
        "type": kind,
        "view_id": id(env, model, kind),
        "arch": drawn.arch,
        "fields": described,
    }))
}

fn names_in(arch: &str) -> Vec<String> {
    let Ok(document) = roxmltree::Document::parse(arch) else {
        return Vec::new();
    };
    let fields = document.descendants().filter(|node| node.has_tag_name("field"));
    fields.filter_map(|node| node.attribute("name")).map(str::to_owned).collect()
}

/// `load_views`: several views at once, before 16, and the model's fields.
pub(in crate::demo) fn loaded(env: &Env<'_>, model: &Model, asked: Option<&Value>) -> Outcome<Value> {
    let mut views = Map::new();
    for pair in asked.and_then(Value::as_array).into_iter().flatten() {
        let [view, kind] = pair.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(Fault::value("not enough values to unpack (expected 2)"));
        };
        let kind = value::str(kind);
        // 14 takes `list` for its `tree`.
        let asked = if kind == "list" { "tree" } else { kind.as_str() };
        views.insert(kind.clone(), old(env, model, Some(view), asked)?);
    }
    Ok(json!({"fields_views": views, "fields": fields::get(env, model, &[], &[])?}))
}
