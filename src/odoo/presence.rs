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

    /// Whether the address refuses connections. Known at once, where a request would be tried a few times more.
    pub async fn nobody_listens(&self) -> bool {
        let Some((host, port)) = self.address() else { return false };
        let tried = tokio::net::TcpStream::connect((host.as_str(), port)).await;
        tried.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    }
}

/// The states of a module whose models are there; the last two wait for Odoo's next start.
pub const PRESENT: [&str; 3] = ["installed", "to upgrade", "to remove"];
