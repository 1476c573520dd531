//! A form's XML: which fields it shows, how, and which buttons it has.

use std::collections::HashSet;

use roxmltree::Node;
use serde_json::{Map, Value};

use crate::odoo::{Field, Model};
use crate::operation::faults::cut;
use crate::operation::names::type_name;

/// More fields and buttons than these are counted, not described.
const MOST_FIELDS: usize = 40;
const MOST_BUTTONS: usize = 20;
/// More values of a selection than these are left out.
const MOST_VALUES: usize = 20;
/// A help text is cut here, in characters.
const LONGEST_HELP: usize = 200;

/// What a form has.
#[derive(Default)]
pub(super) struct Form {
    pub(super) shown: Vec<Shown>,
    /// How many fields are not described.
    pub(super) more: usize,
    pub(super) buttons: Vec<Value>,
}

/// A field as the form shows it.
pub(super) struct Shown {
    pub(super) name: String,
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
    /// Reads a form's XML. What is no XML is an empty form.
    pub(super) fn read(arch: &str, model: &Model) -> Self {
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
    /// What is said of it; its value, where it has one, under `key`. `None` for a field that the model lacks.
    pub(super) fn described(&self, model: &Model, key: &str, value: Option<&Value>) -> Option<Value> {
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
    use serde_json::json;

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
    fn a_form_that_is_none_is_empty() {
        assert!(described("<form><field").0.is_empty() && described("").1.is_empty());
    }
}
