//! What an Odoo has: models and modules, asked so that every user may ask.

use std::collections::BTreeSet;
use std::io;

use serde_json::{Map, Value, json};

use super::client::Client;
use super::error::{Error, Kind};
use super::methods::unexpected;
use super::request::{Effect, Patience, Request};

impl Client {
    /// Whether there is a model of that name, whatever this user may do with it.
    ///
    /// The cheapest question that every user may ask of every model, on every version and protocol: one field, one attribute.
    ///
    /// # Errors
    /// Those of the connection and the login; whatever else Odoo answers, it answers about a model that is there.
    pub async fn has_model(&self, name: &str, patience: &Patience) -> Result<bool, Error> {
        let mut request = Request::new(name, "fields_get", Effect::Read);
        request.kwargs.insert("allfields".into(), json!(["id"]));
        request.kwargs.insert("attributes".into(), json!(["type"]));
        let wire = self.wire(patience).await?;
        // Without a context: in which language and company is nobody's concern, and costs no question of its own.
        match self.send(wire, &request, Map::new(), patience).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == Kind::UnknownModel => Ok(false),
            Err(error) if error.kind.is_of_the_connection() => Err(error),
            Err(_) => Ok(true),
        }
    }

    /// Which of these modules are installed. `None` where this user may not know.
    ///
    /// # Errors
    /// As [`Client::has_model`].
    pub async fn installed(
        &self,
        modules: &BTreeSet<String>,
        patience: &Patience,
    ) -> Result<Option<BTreeSet<String>>, Error> {
        let mut request = Request::new("ir.module.module", "search_read", Effect::Read);
        request.kwargs.insert("domain".into(), json!([["name", "in", modules], ["state", "in", PRESENT]]));
        request.kwargs.insert("fields".into(), json!(["name"]));
        let wire = self.wire(patience).await?;
        match self.send(wire, &request, Map::new(), patience).await {
            Ok(Value::Array(rows)) => {
                let name = |row: &Value| row.get("name").and_then(Value::as_str).map(str::to_owned);
                Ok(Some(rows.iter().filter_map(name).collect()))
            }
            Ok(_) => Err(unexpected("ir.module.module", "search_read")),
            Err(error) if error.kind.is_of_the_connection() => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The names of all modules that this Odoo knows, installed or not. `None` where this user may not know.
    ///
    /// # Errors
    /// As [`Client::has_model`].
    pub async fn known_modules(&self, patience: &Patience) -> Result<Option<Vec<String>>, Error> {
        self.column("ir.module.module", "name", patience).await
    }

    /// The names of all models, or of those that this user may read. `None` where this user may not know.
    ///
    /// # Errors
    /// As [`Client::has_model`].
    pub async fn known_models(&self, patience: &Patience) -> Result<Option<Vec<String>>, Error> {
        self.column("ir.model", "model", patience).await
    }

    /// The codes of the languages that are installed. `None` where this user may not know.
    ///
    /// # Errors
    /// As [`Client::has_model`].
    pub async fn languages(&self, patience: &Patience) -> Result<Option<Vec<String>>, Error> {
        self.column("res.lang", "code", patience).await
    }

    /// One field of all records of a model.
    async fn column(&self, model: &str, field: &str, patience: &Patience) -> Result<Option<Vec<String>>, Error> {
        let mut request = Request::new(model, "search_read", Effect::Read);
        request.kwargs.insert("domain".into(), json!([]));
        request.kwargs.insert("fields".into(), json!([field]));
        let wire = self.wire(patience).await?;
        match self.send(wire, &request, Map::new(), patience).await {
            Ok(Value::Array(rows)) => {
                let value = |row: &Value| row.get(field).and_then(Value::as_str).map(str::to_owned);
                Ok(Some(rows.iter().filter_map(value).collect()))
            }
            Ok(_) => Err(unexpected(model, "search_read")),
            Err(error) if error.kind.is_of_the_connection() => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// The public methods of a model. `None` where Odoo does not tell: only its documentation does, from Odoo 19 on, to an API
    /// key whose user may read it.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn public_methods(&self, model: &str, patience: &Patience) -> Result<Option<Vec<String>>, Error> {
        super::names::model(model)?;
        if self.version(patience).await?.major < 19 {
            return Ok(None);
        }
        let document = self.document(format!("doc-bearer/{model}.json"), patience).await?;
        let methods = document.as_ref().and_then(|document| document.get("methods")).and_then(Value::as_object);
        Ok(methods.map(|methods| methods.keys().cloned().collect()))
    }

    /// Whether the address refuses connections. Known at once, where a request would be tried a few times more.
    pub async fn nobody_listens(&self) -> bool {
        let Some((host, port)) = self.address() else { return false };
        let tried = tokio::net::TcpStream::connect((host.as_str(), port)).await;
        tried.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    }
}

/// The states of a module whose models are there; the last two wait for Odoo's next start.
pub const PRESENT: [&str; 3] = ["installed", "to upgrade", "to remove"];
