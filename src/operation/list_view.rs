//! The fields of a model's own list view: what its users find worth seeing, so what is read where a tool names no fields.

use serde_json::{Map, Value, json};

use crate::odoo::Version;

/// The method that gives the list view, and its arguments. `get_views` came with 16 and took the place of `fields_view_get`;
/// the view type `tree` became `list` in 18.
pub(super) fn request(version: Version) -> (&'static str, Map<String, Value>) {
    let view_type = if version.major >= 18 { "list" } else { "tree" };
    let (method, kwargs) = if version.major >= 16 {
        ("get_views", json!({"views": [[false, view_type]]}))
    } else {
        ("fields_view_get", json!({"view_type": view_type}))
    };
    let Value::Object(kwargs) = kwargs else { return (method, Map::new()) };
    (method, kwargs)
}

/// The fields that the view shows, in its order; hidden columns and those of embedded views are left out.
pub(super) fn fields(answer: &Value) -> Vec<String> {
    let arch = answer
        .pointer("/views/list/arch")
        .or_else(|| answer.pointer("/views/tree/arch"))
        .or_else(|| answer.pointer("/arch"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let Ok(document) = roxmltree::Document::parse(arch) else { return Vec::new() };
    let mut fields = Vec::new();
    for node in document.root_element().children().filter(|node| node.has_tag_name("field")) {
        let hidden = ["column_invisible", "invisible"]
            .into_iter()
            .any(|attribute| matches!(node.attribute(attribute), Some("1" | "True" | "true")));
        let optional = node.attribute("optional") == Some("hide");
        if let Some(name) = node.attribute("name")
            && !hidden
            && !optional
            && !fields.iter().any(|known| known == name)
        {
            fields.push(name.to_owned());
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_columns_only_in_the_views_order() {
        let arch = r#"<list><field name="name"/><field name="color" column_invisible="True"/>
            <field name="active" invisible="1"/><field name="phone" optional="hide"/>
            <field name="email" optional="show"/><field name="name"/>
            <field name="lines"><list><field name="inner"/></list></field></list>"#;
        let answer = json!({"views": {"list": {"arch": arch}}});
        assert_eq!(fields(&answer), ["name", "email", "lines"]);
        assert_eq!(fields(&json!({"arch": arch})), ["name", "email", "lines"]);
    }

    #[test]
    fn no_view_is_no_fields() {
        assert!(fields(&json!({"views": {}})).is_empty());
        assert!(fields(&json!({"arch": "<list><field"})).is_empty());
    }
}
