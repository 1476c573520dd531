//! Names of fields: those to read, to sort and to group by, and what is computed over groups.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::tool::{Check, is_templated};
use crate::definition::operation::{FieldEntry, Nested};
use crate::odoo::Model;
use crate::operation::fields::{Wanted, select};
use crate::operation::fit::Metadata;
use crate::operation::grouping::fit_grouping;
use crate::operation::names::{find, written};
use crate::operation::order::fit_order;
use crate::source::{Node, NodeValue, Place, Table};

impl<'a> Check<'a> {
    /// `fields` or `return`, at every depth.
    pub(super) fn fields<'f>(&'f mut self, node: &'a Node, model: &'f Arc<Model>) -> BoxFuture<'f, ()>
    where
        'a: 'f,
    {
        async move {
            for item in node.as_array().unwrap_or_default() {
                match &item.value {
                    NodeValue::String(name) => drop(self.listed(name, &item.place, false, model).await),
                    NodeValue::Table(table) => {
                        for (name, place, inner) in table.iter() {
                            if let Some(relation) = self.listed(name, place, true, model).await {
                                self.nested(inner, place, &relation).await;
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        .boxed()
    }

    /// One name; the model that it leads to, where fields of that are asked for.
    async fn listed(&mut self, name: &str, place: &Place, nested: bool, model: &Arc<Model>) -> Option<String> {
        let nested = nested.then(|| Nested { fields: Vec::new(), limit: None, order: None });
        let entry = FieldEntry { name: written(name), nested };
        match select(Wanted::Listed(std::slice::from_ref(&entry)), model, self.live).await {
            Ok(_) => find(&entry.name, model)?.field.relation.clone().filter(|_| entry.nested.is_some()),
            Err(error) => {
                self.fault(place, error);
                None
            }
        }
    }

    async fn nested(&mut self, node: &'a Node, place: &Place, relation: &str) {
        let model = match self.live.model(relation).await {
            Ok(model) => model,
            Err(error) => return self.fault(place, error),
        };
        match &node.value {
            NodeValue::Table(table) => {
                if let Some(fields) = table.get("fields") {
                    self.fields(fields, &model).await;
                }
                if let Some(order) = table.get("order") {
                    self.order(order, &model);
                }
            }
            _ => self.fields(node, &model).await,
        }
    }

    /// Plain names of fields.
    pub(super) async fn names(&mut self, node: &'a Node, model: &Arc<Model>) {
        for item in node.as_array().unwrap_or_default() {
            if let Some(name) = item.as_str() {
                self.listed(name, &item.place, false, model).await;
            }
        }
    }

    /// `order`, term by term.
    pub(super) fn order(&mut self, node: &Node, model: &Model) {
        let Some(text) = node.as_str().filter(|_| !is_templated(node)) else { return };
        let mut start = 0;
        for term in text.split(',') {
            let blank = term.len() - term.trim_start().len();
            let range = start + blank..start + blank + term.trim().len();
            start += term.len() + 1;
            if let Err(error) = fit_order(term, model) {
                self.fault(&node.inside(range), error);
            }
        }
    }

    /// `group_by`, `aggregates` and the `order` of groups.
    pub(super) async fn grouping(&mut self, body: &'a Table, model: &Arc<Model>) {
        let written = |key: &str| body.get(key).filter(|node| !is_templated(node));
        let (by, aggregates) = (written("group_by"), written("aggregates"));
        let items = |node: Option<&'a Node>| node.and_then(Node::as_array).unwrap_or_default();
        let nothing = json!([]);
        let before = self.sink.errors();
        for item in items(by) {
            let one = json!([item.to_json()]);
            if let Err(error) = fit_grouping(&one, Some(&nothing), None, model, self.live).await {
                self.fault(&item.place, error);
            }
        }
        for item in items(aggregates) {
            let one = json!([item.to_json()]);
            if let Err(error) = fit_grouping(&nothing, Some(&one), None, model, self.live).await {
                self.fault(&item.place, error);
            }
        }
        let given_whole = ["group_by", "aggregates"].iter().any(|key| body.get(key).is_some_and(is_templated));
        let Some(by) = by.filter(|_| self.sink.errors() == before && !given_whole) else { return };
        let aggregates = aggregates.map(Node::to_json);
        let group_by = by.to_json();
        if let Err(error) = fit_grouping(&group_by, aggregates.as_ref(), None, model, self.live).await {
            return self.fault(&by.place, error);
        }
        if let Some(order) = written("order")
            && let Some(Value::String(text)) = Some(order.to_json())
            && let Err(error) = fit_grouping(&group_by, aggregates.as_ref(), Some(&text), model, self.live).await
        {
            self.fault(&order.place, error);
        }
    }
}
