//! Domains: every step of every path, the operator against the field, and values that are known without a call.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::supplied::{Gives, some_name};
use super::tool::{Check, is_templated};
use crate::domain::{DomainTemplate, Operator};
use crate::odoo::{Error, Field, FieldType, Model, Version};
use crate::operation::conditions::{self, Part};
use crate::operation::names::type_name;
use crate::source::{Node, Place};
use crate::template::Template;

impl<'a> Check<'a> {
    /// A domain as written. What a caller gives whole is judged in the call.
    pub(super) fn domain<'f>(&'f mut self, node: &'a Node, model: &'f Arc<Model>) -> BoxFuture<'f, ()>
    where
        'a: 'f,
    {
        async move {
            let items = node.as_array().unwrap_or_default();
            let negated = negated(items);
            for (item, negated) in items.iter().zip(negated) {
                if let Some([path, operator, value]) = item.as_array() {
                    self.condition(item, [path, operator, value], negated, model).await;
                }
            }
        }
        .boxed()
    }

    async fn condition(
        &mut self,
        whole: &'a Node,
        [path, sign, value]: [&'a Node; 3],
        negated: bool,
        model: &Arc<Model>,
    ) {
        let Ok(domain) = DomainTemplate::parse(&json!([whole.to_json()])) else { return };
        let Some(condition) = domain.conditions().next() else { return };
        let operator = condition.operator;
        if operator.takes_domain() && self.live.version() < ANY {
            let message =
                format!("`{}` is there from Odoo 17 on, and this is {}", operator.as_str(), self.live.version());
            self.sink.error(&sign.place, message).hint("write paths: `[\"order_line.product_id\", \"=\", 7]`");
        }
        let judged = conditions::judge(condition.path, operator, None, negated, model, &self.live.fit()).await;
        let judged = match judged {
            Ok(judged) => judged,
            Err(error) => return self.fault(&path.place, error),
        };
        if let Some((part, error)) = judged.fault {
            let place = match part {
                Part::Path(segment) => segment_place(path, segment),
                Part::Operator => sign.place.clone(),
                Part::Value => value.place.clone(),
            };
            return self.fault(&place, error);
        }
        if let Some(related) = judged.related {
            return self.domain(value, &related).await;
        }
        let path = condition.path;
        let Some(field) = judged.field else {
            // A number of a date: whatever else has no field takes anything.
            if !is_templated(value)
                && let Some(error) = self.refused(path, operator, value.to_json(), model).await
            {
                self.fault(&value.place, error);
            }
            return;
        };
        match value.as_array() {
            Some(items) if !operator.takes_domain() => {
                for item in items {
                    self.compared(path, operator, &field, item, true, model).await;
                }
            }
            _ => self.compared(path, operator, &field, value, false, model).await,
        }
    }

    /// What a field is compared with; `listed`: it stands in a list.
    async fn compared(
        &mut self,
        path: &str,
        operator: Operator,
        field: &Field,
        node: &'a Node,
        listed: bool,
        model: &Arc<Model>,
    ) {
        let wrapped = |value: Value| if listed { json!([value]) } else { value };
        if !is_templated(node) {
            if let Some(error) = self.refused(path, operator, wrapped(node.to_json()), model).await {
                self.misfit(node, field, error, LOOK_IT_UP);
            }
            return;
        }
        let Some(template) = node.as_str().and_then(|text| Template::compile(text).ok()) else { return };
        let names_it = field.relation.is_some() || field.name == "id";
        match self.arguments.gives(&template) {
            Gives::Text(name, values) => {
                if names_it && self.refused(path, operator, wrapped(some_name()), model).await.is_some() {
                    let why = format!("`{name}` is declared as a text");
                    self.name_for_id(path, field, &why, &node.place, LOOK_IT_UP);
                }
                if field.kind == FieldType::Selection {
                    for value in values {
                        if let Some(error) = self.refused(path, operator, wrapped(value.to_json()), model).await {
                            self.option(value, field, error);
                        }
                    }
                }
            }
            Gives::Composed if names_it => {
                if self.refused(path, operator, wrapped(some_name()), model).await.is_some() {
                    self.name_for_id(path, field, "this is always a text", &node.place, LOOK_IT_UP);
                }
            }
            Gives::Composed | Gives::Anything => {}
        }
    }

    /// What a call with this value would be refused for.
    async fn refused(&self, path: &str, operator: Operator, value: Value, model: &Arc<Model>) -> Option<Error> {
        let judged = conditions::judge(path, operator, Some(&value), false, model, &self.live.fit()).await;
        judged.map_or_else(Some, |judged| judged.fault.map(|(_, error)| error))
    }

    /// A value of the author's that the field does not take. `look_up`: what to do with a name where an id is due.
    pub(super) fn misfit(&mut self, node: &Node, field: &Field, mut error: Error, look_up: &str) {
        if node.as_str().is_some() && field.relation.is_some() {
            error.hint = Some(look_up.to_owned());
        }
        if let Some(near) = option_near(field, node.as_str().unwrap_or_default()) {
            error.hint = Some(format!("did you mean `{near}`?"));
        }
        self.fault(&node.place, error);
    }

    /// A value that the schema allows and that the selection does not have. Definitions for several versions have values that only
    /// some know; what is nearly one that is there is a slip.
    pub(super) fn option(&mut self, node: &Node, field: &Field, error: Error) {
        let word = node.as_str().unwrap_or_default();
        match option_near(field, word) {
            Some(near) => {
                let hint = format!("did you mean `{near}`?");
                self.doubt(&node.place, error).hint(hint);
            }
            None => {
                let message = format!("this Odoo's `{}` has no `{word}`: a call with it is refused", field.name);
                self.sink.note(&node.place, message);
            }
        }
    }

    /// A name where an id is due: a call with anything but digits is refused.
    pub(super) fn name_for_id(&mut self, path: &str, field: &Field, why: &str, place: &Place, look_up: &str) {
        let of = field.relation.as_deref().map(|model| format!(" of `{model}`")).unwrap_or_default();
        let message = format!("`{path}` ({}{of}) takes an id, and {why}", type_name(&field.kind));
        self.sink.warning(place, message).hint(format!("{look_up}; an id is declared as an integer"));
    }
}

/// The first version with `any` and `not any`.
const ANY: Version = Version::new(17, 0);

/// What to do with a name where an id is due.
const LOOK_IT_UP: &str = "look the name up (`[tool.lookup.…]`), or search for a part of it with `ilike`";

/// Which elements of a domain an odd number of `!` stands before.
fn negated(items: &[Node]) -> Vec<bool> {
    let mut found = Vec::with_capacity(items.len());
    // The operands that are still to come, and whether each is negated; the next one last.
    let mut open: Vec<bool> = Vec::new();
    for item in items {
        let negated = open.pop().unwrap_or(false);
        match item.as_str() {
            Some("!") => open.push(!negated),
            Some("&" | "|") => open.extend([negated, negated]),
            _ => {}
        }
        found.push(negated);
    }
    found
}

/// The value or the label of a selection that a word is nearly.
fn option_near<'f>(field: &'f Field, word: &str) -> Option<&'f str> {
    let mut known =
        field.selection.iter().flat_map(|(value, label)| value.as_str().into_iter().chain([label.as_str()]));
    known.find(|other| word.len() >= 4 && strsim::damerau_levenshtein(&word.to_lowercase(), &other.to_lowercase()) <= 2)
}

/// The place of one segment of a path.
fn segment_place(node: &Node, segment: usize) -> Place {
    let Some(text) = node.as_str() else { return node.place.clone() };
    let mut start = 0;
    for (index, part) in text.split('.').enumerate() {
        if index == segment {
            return node.inside(start..start + part.len());
        }
        start += part.len() + 1;
    }
    node.place.clone()
}
