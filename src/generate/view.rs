//! What Odoo's own views show of a model: the columns of its list, the fields and buttons of its form.

use roxmltree::{Document, Node};
use serde_json::Value;

/// A field as a view shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// Its name.
    pub(super) name: String,
    /// The view's own label.
    pub(super) label: Option<String>,
    /// What an empty field says: often an example.
    pub(super) placeholder: Option<String>,
    /// Never written in this view.
    pub(super) readonly: bool,
    /// When the view wants a value.
    pub(super) required: Required,
    /// A column that is hidden until somebody asks for it.
    pub(super) hidden_column: bool,
    /// The columns of the lines, where the form shows a list of them.
    pub(super) columns: Vec<Shown>,
}

/// When a view wants a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Required {
    /// Not of its own accord.
    No,
    /// Under a condition.
    Sometimes,
    /// Whatever else the record holds.
    Always,
}

/// A button at the head of a form that calls a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Button {
    /// The method.
    pub(super) method: String,
    /// What it says.
    pub(super) label: String,
}

/// A field that no view shows.
pub(super) static UNSEEN: Shown = Shown {
    name: String::new(),
    label: None,
    placeholder: None,
    readonly: false,
    required: Required::No,
    hidden_column: false,
    columns: Vec::new(),
};

impl Shown {
    /// A field that no view says anything of.
    pub(super) fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), ..UNSEEN.clone() }
    }

    /// Whether it is any but [`UNSEEN`].
    pub(super) fn is_seen(&self) -> bool {
        !self.name.is_empty()
    }
}

/// The columns of a list view, from the answer of `get_view` or `fields_view_get`.
pub(super) fn list(answer: &Value) -> Vec<Shown> {
    let Some(arch) = answer.get("arch").and_then(Value::as_str) else { return Vec::new() };
    Document::parse(arch).map(|document| columns(document.root_element())).unwrap_or_default()
}

/// The fields and the head's buttons of a form view, from the same answers.
pub(super) fn form(answer: &Value) -> (Vec<Shown>, Vec<Button>) {
    let (mut fields, mut buttons) = (Vec::new(), Vec::new());
    if let Some(arch) = answer.get("arch").and_then(Value::as_str)
        && let Ok(document) = Document::parse(arch)
    {
        walk(document.root_element(), answer, &mut fields, &mut buttons);
    }
    (fields, buttons)
}

fn walk(node: Node<'_, '_>, answer: &Value, fields: &mut Vec<Shown>, buttons: &mut Vec<Button>) {
    for child in node.children().filter(Node::is_element).filter(|child| !is_hidden(*child)) {
        match child.tag_name().name() {
            "field" => {
                let Some(mut field) = shown(child) else { continue };
                // Before 16 the views of lines are not part of the form's text.
                field.columns = match child.children().find(|inner| matches!(inner.tag_name().name(), "list" | "tree"))
                {
                    Some(inner) => columns(inner),
                    None => answer.pointer(&format!("/fields/{}/views/tree", field.name)).map(list).unwrap_or_default(),
                };
                push(fields, field);
            }
            "button" if node.has_tag_name("header") => buttons.extend(button(child)),
            "button" | "chatter" | "label" | "list" | "tree" | "kanban" => {}
            "div" if is_aside(child) => {}
            _ => walk(child, answer, fields, buttons),
        }
    }
}

/// The first visible mention decides; a form may name a field twice, for two kinds of records.
fn push(fields: &mut Vec<Shown>, field: Shown) {
    match fields.iter_mut().find(|known| known.name == field.name) {
        None => fields.push(field),
        Some(known) => known.readonly &= field.readonly,
    }
}

fn columns(list: Node<'_, '_>) -> Vec<Shown> {
    let mut fields = Vec::new();
    for node in list.children().filter(|node| node.has_tag_name("field")) {
        let handle = node.attribute("widget") == Some("handle");
        if !handle
            && !is_hidden(node)
            && !is_set(node, "column_invisible")
            && let Some(field) = shown(node)
        {
            push(&mut fields, field);
        }
    }
    fields
}

fn shown(node: Node<'_, '_>) -> Option<Shown> {
    let text = |name| node.attribute(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let required = if is_set(node, "required") {
        Required::Always
    } else if condition(node, "required") {
        Required::Sometimes
    } else {
        Required::No
    };
    Some(Shown {
        name: node.attribute("name")?.to_owned(),
        label: text("string"),
        placeholder: text("placeholder"),
        readonly: is_set(node, "readonly"),
        required,
        hidden_column: node.attribute("optional") == Some("hide"),
        columns: Vec::new(),
    })
}

fn button(node: Node<'_, '_>) -> Option<Button> {
    let method = node.attribute("name").filter(|name| !name.starts_with('_') && !name.is_empty())?;
    let label = node.attribute("string").map(str::trim).filter(|label| !label.is_empty())?;
    (node.attribute("type") == Some("object")).then(|| Button { method: method.to_owned(), label: label.to_owned() })
}

/// Warnings, the row of counters, and the chatter: no part of the record.
fn is_aside(node: Node<'_, '_>) -> bool {
    let class = node.attribute("class").unwrap_or_default();
    node.attribute("name") == Some("button_box")
        || class.split_whitespace().any(|word| matches!(word, "alert" | "oe_button_box" | "oe_chatter"))
}

fn is_hidden(node: Node<'_, '_>) -> bool {
    is_set(node, "invisible")
}

/// Set for every record: as an attribute, or, before 17, among the modifiers.
fn is_set(node: Node<'_, '_>, name: &str) -> bool {
    matches!(node.attribute(name), Some("1" | "True" | "true")) || modifier(node, name) == Some(Value::Bool(true))
}

/// Set for some records.
fn condition(node: Node<'_, '_>, name: &str) -> bool {
    node.attribute(name).is_some_and(|text| !matches!(text, "" | "0" | "False" | "false"))
        || modifier(node, name).is_some_and(|value| value.is_array())
}

fn modifier(node: Node<'_, '_>, name: &str) -> Option<Value> {
    let modifiers: Value = serde_json::from_str(node.attribute("modifiers")?).ok()?;
    modifiers.get(name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(fields: &[Shown]) -> Vec<&str> {
        fields.iter().map(|field| field.name.as_str()).collect()
    }

    #[test]
    fn a_form_is_its_visible_fields_in_order_without_warnings_and_counters() {
        let arch = r#"<form><header><button name="action_confirm" string="Confirm" type="object"/>
            <button name="12" string="Send" type="action"/><field name="state" widget="statusbar"/></header>
            <div class="alert alert-warning"><field name="warning"/></div>
            <sheet><div name="button_box"><button name="x" type="object"><field name="count"/></button></div>
            <group><field name="partner_id" placeholder="e.g. Azure" required="state == 'sale'"/>
            <field name="date" invisible="1"/><field name="date" invisible="state == 'x'" readonly="1"/></group>
            <group invisible="True"><field name="secret"/></group>
            <notebook><page><field name="line_ids"><list><field name="sequence" widget="handle"/>
            <field name="product_id" optional="hide"/><field name="company_id" column_invisible="1"/></list></field></page></notebook></sheet>
            <chatter/></form>"#;
        let (fields, buttons) = form(&json!({"arch": arch}));
        assert_eq!(names(&fields), ["state", "partner_id", "date", "line_ids"]);
        assert_eq!(fields[1].required, Required::Sometimes);
        assert!(fields[2].readonly);
        assert_eq!(names(&fields[3].columns), ["product_id"]);
        assert!(fields[3].columns[0].hidden_column);
        assert_eq!(buttons, [Button { method: "action_confirm".into(), label: "Confirm".into() }]);
    }

    #[test]
    fn before_17_modifiers_say_it_and_lines_have_views_of_their_own() {
        let answer = json!({
            "arch": r#"<form><field name="a" modifiers='{"invisible": true}'/>
                <field name="b" modifiers='{"readonly": [["state", "!=", "draft"]], "required": true}'/><field name="l"/></form>"#,
            "fields": {"l": {"views": {"tree": {"arch": "<tree><field name=\"p\"/></tree>"}}}},
        });
        let (fields, _) = form(&answer);
        assert_eq!(names(&fields), ["b", "l"]);
        assert!(!fields[0].readonly && fields[0].required == Required::Always);
        assert_eq!(names(&fields[1].columns), ["p"]);
    }

    #[test]
    fn no_view_is_no_fields() {
        assert!(list(&json!({"arch": "<list><field"})).is_empty() && form(&json!({})).0.is_empty());
    }
}
