//! The form that a method asks to be filled in next: a wizard, as fields and buttons that a following call can use.
//!
//! A method that opens a wizard has run and done nothing yet. Who reads its answer creates a record of the wizard's model with
//! values, in the context that the action carries, and calls one of the buttons on it. Nothing here can make the call fail: what
//! cannot be learnt is left out, and said.

use std::collections::HashSet;

use roxmltree::Node;
use serde_json::{Map, Value, json};

use super::default_get;
use super::faults::cut;
use super::fields::{Selection, Wanted, select};
use super::names::{type_name, written};
use super::read;
use super::run::Run;
use crate::answer;
use crate::definition::operation::FieldEntry;
use crate::odoo::{Effect, Error, Field, Model, Request, is_model_name};

/// More fields and buttons than these are counted, not described.
const MOST_FIELDS: usize = 40;
const MOST_BUTTONS: usize = 20;
/// More values of a selection than these are left out.
const MOST_VALUES: usize = 20;
/// A help text is cut here, in characters.
const LONGEST_HELP: usize = 200;

/// A dialog that an action would open.
pub(super) struct Dialog {
    model: String,
    /// The record that it shows, where it is there already.
    id: Option<i64>,
    /// Which form, where the action says.
    view: Option<i64>,
    context: Map<String, Value>,
}

impl Dialog {
    /// The dialog that this result of a method opens, if it opens one.
    pub(super) fn of(result: &Value) -> Option<Self> {
        let text = |key: &str| result.get(key).and_then(Value::as_str);
        if text("type") != Some("ir.actions.act_window") || text("target") != Some("new") {
            return None;
        }
        let model = text("res_model").filter(|model| is_model_name(model))?;
        let views = result.get("views").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let form = views.iter().find(|view| view.get(1).and_then(Value::as_str) == Some("form"));
        let modes = text("view_mode").unwrap_or("form");
        if form.is_none() && !modes.split(',').any(|mode| mode.trim() == "form") {
            return None;
        }
        let id = |value: Option<&Value>| value.and_then(|value| value.as_i64().or_else(|| value.get(0)?.as_i64()));
        Some(Self {
            model: model.to_owned(),
            id: id(result.get("res_id")).filter(|id| *id > 0),
            view: id(form.and_then(|view| view.get(0))).or_else(|| id(result.get("view_id"))),
            context: result.get("context").and_then(Value::as_object).cloned().unwrap_or_default(),
        })
    }

    /// The records that the method was called on, in the context of the dialog that it opens: Odoo's screen puts them there, and most
    /// wizards know from nowhere else what they are for. Where the action names such records itself, those are meant.
    pub(super) fn start_from(result: &mut Value, model: &str, ids: &[i64]) {
        let (Some(first), Some(_)) = (ids.first(), Self::of(result)) else { return };
        let Some(action) = result.as_object_mut() else { return };
        let context = action.entry("context").or_insert_with(|| json!({}));
        if !context.is_object() {
            // An expression of Python's, which the screen would evaluate.
            *context = json!({});
        }
        let active = json!({"active_model": model, "active_id": first, "active_ids": ids});
        let (Some(context), Value::Object(active)) = (context.as_object_mut(), active) else { return };
        if !active.keys().any(|key| context.contains_key(key)) {
            context.extend(active);
        }
    }

    /// Adds to a described action what its form asks for.
    pub(super) async fn describe(self, said: &mut Map<String, Value>, run: &Run<'_>) {
        let model = &self.model;
        let note = match self.form(run).await {
            Ok(form) if form.fields.is_empty() && form.buttons.is_empty() => return,
            Ok(form) => {
                said.insert("fields".to_owned(), form.fields.into());
                if form.more > 0 {
                    said.insert("more_fields".to_owned(), form.more.into());
                }
                said.insert("buttons".to_owned(), form.buttons.into());
                match self.id {
                    Some(id) => format!(
                        "The method ran, and Odoo's screen would now ask for this; nothing of it has happened. To go on, change the \
                         record {id} of `{model}` and call one of the buttons on it."
                    ),
                    None => format!(
                        "The method ran, and Odoo's screen would now ask for this; nothing of it has happened. To go on, create a \
                         record of `{model}` in this context and call one of the buttons on it."
                    ),
                }
            }
            Err(error) => {
                format!("The method ran. Odoo's screen would now open a form, which cannot be described: {error}")
            }
        };
        said.insert("note".to_owned(), note.into());
    }

    async fn form(&self, run: &Run<'_>) -> Result<Form, Error> {
        let arch = self.arch(run).await?;
        let model = run.metadata(&self.model).await?;
        let mut form = Form::read(&arch, &model);
        let names: Vec<&str> = form.shown.iter().map(|shown| shown.name.as_str()).collect();
        let entry = |name: &&str| FieldEntry { name: written(name), nested: None };
        let entries: Vec<FieldEntry> = names.iter().map(entry).collect();
        let selection = select(Wanted::Listed(&entries), &model, run).await?;
        // The form is worth telling without them.
        let values = self.values(selection, run).await.unwrap_or_default();
        let key = if self.id.is_some() { "value" } else { "default" };
        form.fields =
            form.shown.iter().filter_map(|shown| shown.described(&model, key, values.get(&shown.name))).collect();
        Ok(form)
    }

    /// The form's view as XML.
    async fn arch(&self, run: &Run<'_>) -> Result<String, Error> {
        let view = self.view.map_or(Value::Bool(false), Value::from);
        let (method, kwargs) = if run.instance.client.version(&run.patience).await?.major >= 16 {
            ("get_views", json!({"views": [[view, "form"]]}))
        } else {
            ("fields_view_get", json!({"view_id": view, "view_type": "form"}))
        };
        let mut request = Request::new(self.model.clone(), method, Effect::Read);
        request.kwargs = kwargs.as_object().cloned().unwrap_or_default();
        request.context = self.context(run);
        let answer = run.instance.client.execute(&request, &run.patience).await?;
        let arch = answer.pointer("/views/form/arch").or_else(|| answer.get("arch")).and_then(Value::as_str);
        Ok(arch.unwrap_or_default().to_owned())
    }

    /// What the fields hold, or would begin with.
    async fn values(&self, selection: Selection, run: &Run<'_>) -> Result<Map<String, Value>, Error> {
        if let Some(id) = self.id {
            let rows = read::by_id(run, &self.model, &[id], &selection).await?;
            let mut records = answer::records(rows, &selection, &run.zone, run.links);
            let record = records.get_mut("records").and_then(|records| records.get_mut(0)).map(Value::take);
            return Ok(record.and_then(|record| record.as_object().cloned()).unwrap_or_default());
        }
        let context = self.context(run);
        let prepared = default_get::Prepared { model: self.model.clone(), selection, context };
        let mut body = prepared.run(run).await?;
        Ok(match body.answer.remove("defaults") {
            Some(Value::Object(defaults)) => defaults,
            _ => Map::new(),
        })
    }

    fn context(&self, run: &Run<'_>) -> Map<String, Value> {
        let mut context = self.context.clone();
        // The companies that the call may see stay those of the call.
        let own = |key: &str| key == "allowed_company_ids" || !self.context.contains_key(key);
        context.extend(run.context.iter().filter(|(key, _)| own(key)).map(|(key, value)| (key.clone(), value.clone())));
        context
    }
}

/// What a form has.
#[derive(Default)]
struct Form {
    shown: Vec<Shown>,
    /// How many fields are not described.
    more: usize,
    fields: Vec<Value>,
    buttons: Vec<Value>,
}

/// A field as the form shows it.
struct Shown {
    name: String,
    label: Option<String>,
    required: When,
    readonly: When,
}

/// What a form says of a field or button.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Unsaid,
    Never,
    Always,
    /// Where other fields are so.
    Depends,
}

impl Form {
    fn read(arch: &str, model: &Model) -> Self {
        let mut form = Self::default();
        let Ok(document) = roxmltree::Document::parse(arch) else { return form };
        let mut known = HashSet::new();
        form.collect(document.root_element(), model, &mut known);
        form
    }

    fn collect(&mut self, node: Node<'_, '_>, model: &Model, known: &mut HashSet<String>) {
        for child in node.children().filter(Node::is_element) {
            if when(child, "invisible") == When::Always {
                continue;
            }
            match child.tag_name().name() {
                "field" => self.field(child, model, known),
                "button" => self.button(child),
                _ => self.collect(child, model, known),
            }
        }
    }

    /// Views of related records lie within a field: they are not this form's.
    fn field(&mut self, node: Node<'_, '_>, model: &Model, known: &mut HashSet<String>) {
        let Some(name) = node.attribute("name").filter(|name| model.fields.contains_key(*name)) else { return };
        if !known.insert(name.to_owned()) {
            return;
        }
        if self.shown.len() == MOST_FIELDS {
            self.more += 1;
            return;
        }
        self.shown.push(Shown {
            name: name.to_owned(),
            label: node.attribute("string").filter(|label| !label.is_empty()).map(str::to_owned),
            required: when(node, "required"),
            readonly: when(node, "readonly"),
        });
    }

    fn button(&mut self, node: Node<'_, '_>) {
        let (Some(name), None) = (node.attribute("name").filter(|name| !name.is_empty()), node.attribute("special"))
        else {
            return;
        };
        let kind = node.attribute("type").unwrap_or("object");
        if self.buttons.len() == MOST_BUTTONS || self.buttons.iter().any(|button| button["name"] == name) {
            return;
        }
        let mut button = Map::new();
        button.insert("name".to_owned(), name.into());
        button.insert("label".to_owned(), label_of(node).into());
        if kind != "object" {
            // Another action, which is no method to call.
            button.insert("type".to_owned(), kind.into());
        }
        if let Some(question) = node.attribute("confirm") {
            button.insert("confirm".to_owned(), question.into());
        }
        self.buttons.push(Value::Object(button));
    }
}

impl Shown {
    fn described(&self, model: &Model, key: &str, value: Option<&Value>) -> Option<Value> {
        let field = model.fields.get(&self.name)?;
        let mut said = Map::new();
        said.insert("name".to_owned(), self.name.as_str().into());
        said.insert("label".to_owned(), self.label.as_deref().unwrap_or(&field.string).into());
        said.insert("type".to_owned(), type_name(&field.kind).into());
        if let Some(relation) = &field.relation {
            said.insert("relation".to_owned(), relation.as_str().into());
        }
        for (name, when, always) in
            [("required", self.required, field.required), ("readonly", self.readonly, field.readonly)]
        {
            match when {
                When::Always => said.insert(name.to_owned(), true.into()),
                When::Depends => said.insert(name.to_owned(), "depends on other fields".into()),
                When::Unsaid if always => said.insert(name.to_owned(), true.into()),
                _ => None,
            };
        }
        if let Some(options) = options(field) {
            said.insert("selection".to_owned(), options);
        }
        if let Some(help) = &field.help {
            said.insert("help".to_owned(), cut(help.trim(), LONGEST_HELP).into());
        }
        if let Some(value) = value.filter(|value| !value.is_null() && !value.as_array().is_some_and(Vec::is_empty)) {
            said.insert(key.to_owned(), value.clone());
        }
        Some(Value::Object(said))
    }
}

/// The values of a selection with their labels.
fn options(field: &Field) -> Option<Value> {
    if field.selection.is_empty() || field.selection.len() > MOST_VALUES {
        return None;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(Value::Object(field.selection.iter().map(|(value, label)| (text(value), label.as_str().into())).collect()))
}

/// What a button says: its label, or the text within it.
fn label_of(node: Node<'_, '_>) -> String {
    let within = || {
        node.descendants()
            .filter(Node::is_text)
            .filter_map(|node| node.text())
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let label = node.attribute("string").map_or_else(within, str::to_owned);
    cut(label.trim(), 80)
}

/// Until 16 a view says so in `modifiers`, as JSON; from 17 on in attributes, which may be expressions.
fn when(node: Node<'_, '_>, what: &str) -> When {
    let modifiers: Option<Value> = node.attribute("modifiers").and_then(|text| serde_json::from_str(text).ok());
    if let Some(said) = modifiers.as_ref().and_then(|modifiers| modifiers.get(what)) {
        return match said {
            Value::Bool(true) => When::Always,
            Value::Number(number) if number.as_i64() == Some(1) => When::Always,
            Value::Array(_) => When::Depends,
            _ => When::Never,
        };
    }
    match node.attribute(what).map(str::trim) {
        None | Some("") => When::Unsaid,
        Some("1" | "True" | "true") => When::Always,
        Some("0" | "False" | "false") => When::Never,
        Some(_) => When::Depends,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let fields = json!({
            "lost_reason_id": {"type": "many2one", "relation": "crm.lost.reason", "string": "Lost Reason", "help": "Why"},
            "note": {"type": "html", "string": "Note", "required": true},
            "kind": {"type": "selection", "string": "Kind", "selection": [["a", "A"], [1, "One"]]},
            "lines": {"type": "one2many", "relation": "x.line", "string": "Lines"},
            "hidden": {"type": "char", "string": "Hidden"},
            "name": {"type": "char", "string": "Name"},
        });
        Model::from_fields_get("crm.lead.lost", fields.as_object().unwrap())
    }

    fn described(arch: &str) -> (Vec<Value>, Vec<Value>) {
        let model = model();
        let form = Form::read(arch, &model);
        let fields =
            form.shown.iter().filter_map(|shown| shown.described(&model, "default", Some(&json!(3)))).collect();
        (fields, form.buttons)
    }

    #[test]
    fn a_form_is_its_fields_and_its_buttons() {
        let (fields, buttons) = described(
            r#"<form><sheet><group><field name="lost_reason_id" required="1"/><field name="note" string="Why" readonly="kind != 'a'"/></group>
                <group invisible="1"><field name="hidden"/></group><field name="kind" invisible="context.get('x')"/>
                <field name="lines"><list><field name="name"/></list></field><field name="secret_of_others"/></sheet>
                <footer><button name="action_apply" string="Mark as Lost" type="object" confirm="Sure?"/>
                <button name="12" type="action"><span>More</span></button><button string="Cancel" special="cancel" name="x"/></footer></form>"#,
        );
        assert_eq!(
            fields,
            [
                json!({"name": "lost_reason_id", "label": "Lost Reason", "type": "many2one", "relation": "crm.lost.reason",
                    "required": true, "help": "Why", "default": 3}),
                json!({"name": "note", "label": "Why", "type": "html", "required": true, "readonly": "depends on other fields", "default": 3}),
                json!({"name": "kind", "label": "Kind", "type": "selection", "selection": {"a": "A", "1": "One"}, "default": 3}),
                json!({"name": "lines", "label": "Lines", "type": "one2many", "relation": "x.line", "default": 3}),
            ]
        );
        assert_eq!(
            buttons,
            [
                json!({"name": "action_apply", "label": "Mark as Lost", "confirm": "Sure?"}),
                json!({"name": "12", "label": "More", "type": "action"}),
            ]
        );
    }

    #[test]
    fn older_views_say_it_in_modifiers() {
        let (fields, _) = described(
            r#"<form><field name="name" modifiers='{"required": true, "readonly": [["kind", "=", "a"]]}'/>
                <field name="hidden" modifiers='{"invisible": true}'/></form>"#,
        );
        assert_eq!(
            fields,
            [
                json!({"name": "name", "label": "Name", "type": "char", "required": true, "readonly": "depends on other fields", "default": 3})
            ]
        );
    }

    #[test]
    fn only_a_dialog_with_a_form_is_one() {
        let action = |more: Value| {
            let mut action = json!({"type": "ir.actions.act_window", "res_model": "crm.lead.lost", "target": "new",
                "view_mode": "form", "view_id": [7, "x"], "context": {"active_ids": [1]}});
            action.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Dialog::of(&action)
        };
        let dialog = action(json!({"views": [[9, "form"]], "res_id": 4})).unwrap();
        assert_eq!((dialog.view, dialog.id, dialog.context.len()), (Some(9), Some(4), 1));
        let dialog =
            action(json!({"views": [[false, "form"]], "res_id": false, "context": "{'active_id': active_id}"}))
                .unwrap();
        assert_eq!((dialog.view, dialog.id, dialog.context.len()), (Some(7), None, 0));
        for other in [
            json!({"target": "current"}),
            json!({"view_mode": "list,kanban"}),
            json!({"res_model": "../x"}),
            json!({"type": "ir.actions.client"}),
        ] {
            assert!(action(other.clone()).is_none(), "{other}");
        }
        assert!(Dialog::of(&json!(true)).is_none());
    }

    #[test]
    fn a_dialog_starts_from_the_records_of_the_call() {
        let opened = |context: Value, target: &str| {
            let mut action = json!({"type": "ir.actions.act_window", "res_model": "account.move.reversal", "target": target,
                "view_mode": "list,form", "context": context});
            Dialog::start_from(&mut action, "account.move", &[4, 5]);
            action["context"].take()
        };
        let active = json!({"active_model": "account.move", "active_id": 4, "active_ids": [4, 5]});
        assert_eq!(opened(json!("{}"), "new"), active);
        assert_eq!(opened(json!(false), "new"), active);
        let others = json!({"active_model": "account.move.line", "active_ids": [9], "default_x": 1});
        assert_eq!(opened(others.clone(), "new"), others, "what the action says itself");
        assert_eq!(opened(json!({"x": 1}), "current"), json!({"x": 1}), "no dialog");
    }

    #[test]
    fn a_form_that_is_none_is_empty() {
        assert!(described("<form><field").0.is_empty() && described("").1.is_empty());
    }
}
