//! The table of one operation, key by key.

use std::sync::Arc;

use serde_json::Map;

use super::live::{List, Unknowable};
use super::tool::{Check, is_templated, literal};
use crate::odoo::{Kind, Model};
use crate::operation::field::no_content;
use crate::operation::names::{find, unknown, written};
use crate::operation::values::{fit_context, settable};
use crate::source::{Node, Place, Table, did_you_mean};

impl<'a> Check<'a> {
    /// An operation on a model. `place` is that of its key.
    pub(super) async fn operation(&mut self, name: &str, place: &Place, body: &'a Table, model: &Arc<Model>) {
        if let Some(domain) = body.get("domain") {
            self.domain(domain, model).await;
        }
        if let Some(ids) = body.get("ids") {
            self.ids(ids, model).await;
        }
        for key in ["fields", "return"] {
            match body.get(key) {
                Some(node) if name == "fields_get" => self.names(node, model).await,
                Some(node) => self.fields(node, model).await,
                None => {}
            }
        }
        if let Some(node) = body.get("field") {
            self.field(node, model);
        }
        match name {
            "read_group" => self.grouping(body, model).await,
            "create" | "write" => {
                if let Some(values) = body.get("values") {
                    self.written(name == "create", body, values, model).await;
                } else if name == "create" {
                    self.required(place, &Table::default(), body, model, None).await;
                }
                for (_, _, field) in body.get("clear").and_then(Node::as_table).into_iter().flat_map(Table::iter) {
                    self.emptied(field, model);
                }
            }
            "call" => {
                if let Some(method) = body.get("method").and_then(literal) {
                    self.method(method.name, method.place, model).await;
                }
            }
            _ => {
                if let Some(order) = body.get("order") {
                    self.order(order, model);
                }
            }
        }
        if let Some(context) = body.get("context").and_then(Node::as_table) {
            self.context(context, model).await;
        }
    }

    /// `server`: the model whose rights are asked for.
    pub(super) async fn server(&mut self, body: &'a Table) {
        if let Some(named) = body.get("model").and_then(literal) {
            self.model(&named).await;
        }
    }

    /// `field` of a resource: a file, or a text.
    fn field(&mut self, node: &Node, model: &Arc<Model>) {
        let Some(name) = literal(node).map(|named| written(named.name)) else { return };
        match find(&name, model) {
            None => self.fault(&node.place, unknown(&name, model)),
            Some(found) => {
                if let Some(message) = no_content(found.field, model) {
                    self.sink.error(&node.place, message).hint("list it in `fields`, without `field`");
                }
            }
        }
    }

    /// A field that the caller may empty.
    fn emptied(&mut self, node: &Node, model: &Arc<Model>) {
        let Some(text) = node.as_str() else { return };
        let name = written(text);
        match settable(&name, model, "") {
            Err(error) => self.fault(&node.place, error),
            Ok(Some(named)) if named.field.required => {
                let message = format!("`{}` of `{}` is required: it cannot be emptied", named.field.name, model.name);
                self.sink.error(&node.place, message).hint("take it out of `clear`");
            }
            Ok(Some(named)) if named.field.readonly => {
                let message = format!("`{}` of `{}` is read-only: Odoo keeps it itself", named.field.name, model.name);
                self.sink.warning(&node.place, message).hint("take it out of `clear`");
            }
            Ok(_) => {}
        }
    }

    async fn method(&mut self, name: &str, place: &Place, model: &Arc<Model>) {
        let Some(methods) = self.live.methods(&model.name).await else {
            self.live.cannot_know(Unknowable::Methods);
            return;
        };
        if methods.iter().any(|method| method == name) {
            return;
        }
        // Odoo's list leaves out those that it means to remove.
        let message = format!("`{}` has no method `{name}` that Odoo documents", model.name);
        let hint = did_you_mean(name, methods.iter().map(String::as_str));
        self.sink.warning(place, message).hint(
            hint.unwrap_or_else(|| "correct it; a method that Odoo calls deprecated is not documented".to_owned()),
        );
    }

    /// Keys of the context that Odoo takes in silence, whatever they hold.
    async fn context(&mut self, context: &'a Table, model: &Arc<Model>) {
        for (key, place, node) in context.iter().filter(|(_, _, node)| !is_templated(node)) {
            match key {
                "lang" => self.language(node).await,
                "allowed_company_ids" => {
                    for id in node.as_array().unwrap_or_default() {
                        if let Some(error) = self.live.company(&id.to_json()).await {
                            self.fault(&id.place, error);
                        }
                    }
                }
                key if key.strip_prefix("default_").is_some_and(|name| !model.fields.contains_key(name)) => {
                    let name = key.trim_start_matches("default_");
                    // It may be for what is made along the way; one that is nearly a field of this model is not.
                    let fields = model.fields.keys().map(String::as_str);
                    if let Some(near) = crate::source::nearest(name, fields) {
                        let message =
                            format!("`{}` has no field `{name}`: Odoo passes over `{key}` in silence", model.name);
                        self.sink.warning(place, message).hint(format!("did you mean `default_{near}`?"));
                    }
                }
                key if key.starts_with("default_") => {
                    let one = Map::from_iter([(key.to_owned(), node.to_json())]);
                    if let Err(error) = fit_context(one, model, &self.live.fit()).await {
                        self.fault(&node.place, error);
                    }
                }
                _ => {}
            }
        }
    }

    async fn language(&mut self, node: &Node) {
        let Some(code) = node.as_str() else { return };
        let Some(languages) = self.live.list(List::Languages).await else { return };
        if !languages.iter().any(|other| other == code) {
            let hint = did_you_mean(code, languages.iter().map(String::as_str))
                .unwrap_or_else(|| format!("it has `{}`", languages.join("`, `")));
            self.sink.error(&node.place, format!("the language `{code}` is not installed in this Odoo")).hint(hint);
        }
    }

    /// `ids`: external ids, and a lookup on the model itself.
    async fn ids(&mut self, node: &'a Node, model: &Arc<Model>) {
        if let Some(table) = node.as_table() {
            if let Some(domain) = table.get("domain") {
                self.domain(domain, model).await;
            }
            return;
        }
        let items = node.as_array().unwrap_or(std::slice::from_ref(node));
        for item in items {
            let Some(named) = literal(item).filter(|named| named.name.contains('.')) else { continue };
            match self.live.external(named.name).await {
                Ok((found, _)) if found != model.name => {
                    let message = format!("`{}` is a record of `{found}`, not of `{}`", named.name, model.name);
                    self.sink.error(named.place, message);
                }
                Err(error) if matches!(error.kind, Kind::NotFound) => self.fault(named.place, error),
                Ok(_) | Err(_) => {}
            }
        }
    }
}
