//! What the arguments of a tool are declared to be, as far as it decides whether they can ever fit.

use serde_json::Value;

use crate::source::Node;
use crate::template::Template;

/// The declared arguments, and the elements of the `each` around.
pub(super) struct Arguments<'a> {
    input: Option<&'a Node>,
    /// What each is called, and its schema; the innermost last.
    elements: Vec<(String, Option<&'a Node>)>,
}

/// What a template gives.
pub(super) enum Gives<'a> {
    /// An argument that is a text, as it is: its name, and the values that it may have where they are listed.
    Text(String, Vec<&'a Node>),
    /// A text that is put together.
    Composed,
    /// What only a call decides.
    Anything,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(input: Option<&'a Node>) -> Self {
        Self { input, elements: Vec::new() }
    }

    /// From here on, until [`Self::leave`], an element of `list` has this name.
    pub(super) fn enter(&mut self, name: &str, list: Option<&str>) {
        let list = list.and_then(|list| Template::compile(list).ok());
        let items = list.and_then(|list| self.schema(&list)).and_then(|(_, schema)| schema.child("items"));
        self.elements.push((name.to_owned(), items));
    }

    pub(super) fn leave(&mut self) {
        self.elements.pop();
    }

    /// What this template gives, going by the declarations alone.
    pub(super) fn gives(&self, template: &Template) -> Gives<'a> {
        if !template.is_expression() {
            return Gives::Composed;
        }
        match self.schema(template) {
            Some((name, schema)) if schema.child("type").and_then(Node::as_str) == Some("string") => {
                let values = schema.child("enum").and_then(Node::as_array).unwrap_or_default();
                Gives::Text(name, values.iter().filter(|value| value.as_str().is_some()).collect())
            }
            _ => Gives::Anything,
        }
    }

    /// The argument, or the attribute of an element, that the template is and nothing more.
    fn schema(&self, template: &Template) -> Option<(String, &'a Node)> {
        let [name] = template.names() else { return None };
        let inside = template.source().trim().strip_prefix("{{")?.strip_suffix("}}")?.trim_matches(['-', ' ', '\n']);
        let written = template.source().get(name.place.clone())?;
        if inside != written {
            return None;
        }
        let property = |schema: &'a Node, name: &str| schema.child("properties")?.child(name);
        let element = self.elements.iter().rev().find(|(element, _)| *element == name.root);
        match (element, &name.attribute) {
            (Some((_, schema)), Some(attribute)) => Some((written.to_owned(), property((*schema)?, attribute)?)),
            (Some((_, schema)), None) => Some((written.to_owned(), (*schema)?)),
            (None, Some(attribute)) if name.root == "args" => {
                Some((attribute.clone(), property(self.input?, attribute)?))
            }
            (None, None) => Some((name.root.clone(), property(self.input?, &name.root)?)),
            (None, Some(_)) => None,
        }
    }
}

/// A text that is no record's id: what a person calls something by.
pub(super) fn some_name() -> Value {
    Value::String("some name".to_owned())
}
