//! Questions to one Odoo, in one language and counted; and what models it tells of.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::Progress;
use crate::odoo::metadata::Model;
use crate::odoo::{Client, Effect, Error, Patience, Request, Version};
use crate::source::nearest;

/// Labels, help texts and options are taken in the language in which they were written.
const LANGUAGE: &str = "en_US";

/// Asks one Odoo, and counts the questions.
pub struct Asker<'a> {
    client: &'a Client,
    stop: CancellationToken,
    progress: &'a dyn Progress,
}

impl<'a> Asker<'a> {
    /// Asks through this client until `stop`.
    pub fn new(client: &'a Client, stop: CancellationToken, progress: &'a dyn Progress) -> Self {
        Self { client, stop, progress }
    }

    fn patience(&self) -> Patience {
        Patience { cancelled: self.stop.clone(), ..self.client.patience() }
    }

    async fn counted<T>(&self, question: impl Future<Output = T>) -> T {
        self.progress.asked();
        let answer = question.await;
        self.progress.answered();
        answer
    }

    pub(super) async fn execute(&self, model: &str, method: &str, kwargs: Value) -> Result<Value, Error> {
        self.send(Request::new(model, method, Effect::Read), kwargs).await
    }

    async fn send(&self, mut request: Request, kwargs: Value) -> Result<Value, Error> {
        request.context.insert("lang".to_owned(), LANGUAGE.into());
        if let Value::Object(kwargs) = kwargs {
            request.kwargs = kwargs;
        }
        self.counted(self.client.execute(&request, &self.patience())).await
    }

    /// The same, where a refusal is an answer too: nothing.
    pub(super) async fn try_execute(&self, model: &str, method: &str, kwargs: Value) -> Result<Option<Value>, Error> {
        tried(self.execute(model, method, kwargs).await)
    }

    pub(super) async fn model(&self, name: &str) -> Result<Arc<Model>, Error> {
        self.counted(self.client.model_in(name, Some(LANGUAGE), &self.patience())).await
    }

    /// What a new record of a model begins with.
    pub(super) async fn default_get(&self, model: &str, fields: &[String]) -> Result<Map<String, Value>, Error> {
        self.counted(self.client.default_get(model, fields, &Map::new(), &self.patience())).await
    }

    pub(super) async fn version(&self) -> Result<Version, Error> {
        self.client.version(&self.patience()).await
    }

    /// Whether this login may do something with a model, as far as rights decide it.
    pub(super) async fn may(&self, model: &str, operation: &str) -> Result<bool, Error> {
        let answer = if self.version().await?.major >= 18 {
            // A method of records: over JSON-RPC Odoo wants their ids, be it of none.
            let mut request = Request::new(model, "has_access", Effect::Read);
            request.ids = Some(Vec::new());
            let answer = self.send(request, json!({"operation": operation})).await;
            tried(answer)?
        } else {
            let arguments = json!({"operation": operation, "raise_exception": false});
            self.try_execute(model, "check_access_rights", arguments).await?
        };
        Ok(answer.and_then(|answer| answer.as_bool()).unwrap_or(false))
    }
}

/// A refusal as nothing.
fn tried(answer: Result<Value, Error>) -> Result<Option<Value>, Error> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind.is_of_the_connection() => Err(error),
        Err(_) => Ok(None),
    }
}

/// The models of an Odoo, as far as it tells them.
#[derive(Debug, Default)]
pub struct Models {
    labels: HashMap<String, String>,
    /// Those whose records do not last.
    transient: HashSet<String>,
    /// `labels` names every model with records that this login may read.
    complete: bool,
}

impl Models {
    /// Asks for them.
    ///
    /// # Errors
    /// Only those of the connection; an Odoo that does not tell has none.
    pub async fn ask(asker: &Asker<'_>) -> Result<Self, Error> {
        let text = |row: &Value, key: &str| Some(row.get(key)?.as_str()?.to_owned());
        if asker.version().await?.major >= 16 {
            let rows = asker.try_execute("ir.model", "get_available_models", json!({})).await?;
            let rows = rows.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let labels: HashMap<_, _> =
                rows.iter().filter_map(|row| Some((text(row, "model")?, text(row, "display_name")?))).collect();
            return Ok(Self { complete: !labels.is_empty(), labels, transient: HashSet::new() });
        }
        let arguments = json!({"domain": [], "fields": ["model", "name", "transient"]});
        let rows = asker.try_execute("ir.model", "search_read", arguments).await?;
        let rows = rows.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let transient = rows.iter().filter(|row| row.get("transient") == Some(&Value::Bool(true)));
        Ok(Self {
            labels: rows.iter().filter_map(|row| Some((text(row, "model")?, text(row, "name")?))).collect(),
            transient: transient.filter_map(|row| text(row, "model")).collect(),
            complete: false,
        })
    }

    /// What people call a model.
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }

    /// Whether the records of a model, which this login may read, do not last.
    pub(super) fn is_wizard(&self, name: &str) -> bool {
        self.transient.contains(name) || (self.complete && !self.labels.contains_key(name))
    }

    /// The one whose name or label is close.
    pub(super) fn meant(&self, name: &str) -> Option<&str> {
        let by_label =
            || self.labels.iter().filter(|(_, label)| label.eq_ignore_ascii_case(name)).map(|(name, _)| name);
        let mut names: Vec<&str> = self.labels.keys().map(String::as_str).collect();
        names.sort_unstable();
        by_label().min().map(String::as_str).or_else(|| nearest(name, names))
    }
}
