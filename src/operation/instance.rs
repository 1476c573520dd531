//! One Odoo behind the tools: its client, and what about it is worth remembering between calls.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Map;
use tokio::sync::RwLock;

use super::list_view;
use crate::odoo::{Client, Effect, Error, Patience, Request};

/// An Odoo instance, shared by all calls. What it remembers is what this instance's own login sees.
#[derive(Debug)]
pub struct Instance {
    /// The connection.
    pub client: Client,
    /// The scheme of its resources: `odoo` for the Odoo of whoever names none, `odoo+NAME` for every other.
    pub scheme: String,
    /// Company names by id: an answer to a write says in which company it happened.
    companies: RwLock<HashMap<i64, Arc<str>>>,
    /// Model to the fields of its list view: what is read where a tool names no fields.
    list_views: RwLock<HashMap<String, Arc<[String]>>>,
}

impl Instance {
    /// An instance over this client. No request is made.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, scheme: "odoo".to_owned(), companies: RwLock::default(), list_views: RwLock::default() }
    }

    /// The same, under that scheme.
    #[must_use]
    pub fn with_scheme(self, scheme: String) -> Self {
        Self { scheme, ..self }
    }

    /// The name of a company.
    ///
    /// # Errors
    /// What Odoo says when the company cannot be read.
    pub async fn company_name(&self, id: i64, patience: &Patience) -> Result<Arc<str>, Error> {
        if let Some(name) = self.companies.read().await.get(&id) {
            return Ok(Arc::clone(name));
        }
        let name: Arc<str> =
            super::lookup::display_name(&self.client, "res.company", id, &patience.unwatched()).await?.into();
        self.companies.write().await.insert(id, Arc::clone(&name));
        Ok(name)
    }

    /// The fields that the model's own list view shows, in its order. Empty where the model has none that this user may see:
    /// a model without a list view is read by name alone.
    ///
    /// # Errors
    /// Only those of the connection; an Odoo that refuses the view has none.
    pub async fn list_view(&self, model: &str, patience: &Patience) -> Result<Arc<[String]>, Error> {
        if let Some(fields) = self.list_views.read().await.get(model) {
            return Ok(Arc::clone(fields));
        }
        let version = self.client.version(patience).await?;
        let (method, kwargs) = list_view::request(version);
        let request = Request {
            model: model.to_owned(),
            method: method.to_owned(),
            ids: None,
            args: Vec::new(),
            kwargs,
            context: Map::new(),
            effect: Effect::Read,
        };
        let fields: Arc<[String]> = match self.client.execute(&request, &patience.unwatched()).await {
            Ok(answer) => list_view::fields(&answer).into(),
            Err(error) if error.kind.is_of_the_connection() => return Err(error),
            Err(_) => Arc::from([]),
        };
        self.list_views.write().await.insert(model.to_owned(), Arc::clone(&fields));
        Ok(fields)
    }

    /// Forgets what was remembered: a module may have been installed.
    pub async fn forget(&self) {
        self.client.forget_metadata();
        self.list_views.write().await.clear();
        self.companies.write().await.clear();
    }
}
