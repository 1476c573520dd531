//! One call over one protocol, and the sentence for each way in which it can fail.

use std::sync::atomic::Ordering;

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::{Client, Wire};
use crate::odoo::error::{Error, Kind};
use crate::odoo::faults::{self, Fault};
use crate::odoo::http::Answer;
use crate::odoo::jsonrpc::{self, Said};
use crate::odoo::pages;
use crate::odoo::request::{Effect, Named, Patience, Request};
use crate::odoo::session::{self, Login};

impl Client {
    /// Sends a call over one protocol, with exactly this context.
    pub(in crate::odoo) async fn send(
        &self,
        wire: Wire,
        request: &Request,
        context: Map<String, Value>,
        patience: &Patience,
    ) -> Result<Value, Error> {
        if let Some(answer) = patience.watch.as_ref().and_then(|watch| watch.see(request, &context)) {
            return Ok(answer);
        }
        let sent = match wire {
            // Boxed, so that what awaits a call stays small.
            Wire::Json2 => self.send_json2(request, context, patience).boxed().await,
            Wire::JsonRpc => self.send_jsonrpc(request, context, patience).boxed().await,
        };
        sent.map_err(|error| {
            if error.kind == Kind::UnknownField {
                self.forget_metadata();
            }
            self.without_secrets(error)
        })
    }

    async fn send_json2(
        &self,
        request: &Request,
        context: Map<String, Value>,
        patience: &Patience,
    ) -> Result<Value, Error> {
        let Some(json2) = &self.json2 else { return Err(self.session.incomplete()) };
        match json2.call(&self.http, request, &context, patience).await? {
            Said::Result(value) => {
                self.key_worked.store(true, Ordering::Relaxed);
                Ok(value)
            }
            Said::Fault(fault) if fault.short_name() == "Unauthorized" => {
                Err(session::wrong_key(self.key_worked.load(Ordering::Relaxed)).class(fault.name))
            }
            Said::Fault(fault) => Err(self.fault(&fault, request)),
            Said::NoEndpoint(answer) => Err(self.no_endpoint(&answer, Wire::Json2, patience).await),
        }
    }

    async fn send_jsonrpc(
        &self,
        request: &Request,
        context: Map<String, Value>,
        patience: &Patience,
    ) -> Result<Value, Error> {
        let mut login = self.login(patience).await?;
        let mut said = self.execute_kw(&login, request, &context, patience).await?;
        if matches!(&said, Said::Fault(fault) if is_lapsed(fault, &login)) {
            // A refused login means that nothing ran, so a write may go again.
            self.session.lapse(&login);
            login = self.login(patience).await?;
            said = self.execute_kw(&login, request, &context, patience).await?;
        }
        match said {
            Said::Result(value) => Ok(value),
            Said::Fault(fault) => Err(self.fault_of(&fault, request, &login)),
            Said::NoEndpoint(answer) => Err(self.no_endpoint(&answer, Wire::JsonRpc, patience).await),
        }
    }

    async fn execute_kw(
        &self,
        login: &Login,
        request: &Request,
        context: &Map<String, Value>,
        patience: &Patience,
    ) -> Result<Said, Error> {
        let ids = request.ids.as_ref().map(|ids| json!(ids));
        let positional: Vec<&Value> = ids.iter().chain(&request.args).collect();
        let named = Named { kwargs: &request.kwargs, ids: None, context };
        let (secret, model, method) = (login.secret.expose(), &request.model, &request.method);
        let args = (&login.database, login.uid, secret, model, method, positional, named);
        jsonrpc::service(&self.http, "object", "execute_kw", args, request.effect, patience).await
    }

    fn fault_of(&self, fault: &Fault, request: &Request, login: &Login) -> Error {
        if session::is_no_database(fault, &login.database) {
            return self.session.fault(&self.http, fault, &login.database);
        }
        self.fault(fault, request)
    }

    fn fault(&self, fault: &Fault, request: &Request) -> Error {
        let error = faults::error(fault, request, &self.http.host());
        if error.kind == Kind::UnknownModel { self.resembling(error, &request.model) } else { error }
    }

    /// The sentence for an external API that answers 404, knowing what else answers there.
    pub(super) async fn no_endpoint(&self, answer: &Answer, wire: Wire, patience: &Patience) -> Error {
        let version = self.ask_web_version(patience).await.ok();
        let host = self.http.host();
        match (version, wire) {
            (Some(version), Wire::Json2) if version.major < 19 => Error::new(
                Kind::Unsupported,
                format!("JSON-2 came with Odoo 19, and Odoo at `{host}` is {version}."),
            )
            .hint("Leave the instance's `protocol` at `auto`, with a `username`."),
            (Some(version), _) if version.major >= 19 => Error::new(
                Kind::Unavailable,
                format!("Odoo {version} answers at `{host}`, but its external API does not (404): the module `rpc` is missing."),
            )
            .hint("Have `rpc` installed, or among `server_wide_modules`; a proxy that hides `/json/2` and `/jsonrpc` looks the same."),
            _ => pages::error(&self.http, answer, Effect::Read),
        }
    }

    /// With a model of which this client knows and whose name is close.
    fn resembling(&self, error: Error, name: &str) -> Error {
        let nearest = self
            .models
            .iter()
            .map(|(known, _)| (strsim::jaro_winkler(&known.0, name), known))
            .filter(|(likeness, _)| *likeness > 0.9)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((_, known)) => error.hint(format!("Did you mean `{}`?", known.0)),
            None => error,
        }
    }
}

/// Whether the login no longer holds: refused, expired, or its user is gone.
fn is_lapsed(fault: &Fault, login: &Login) -> bool {
    fault.is_refused_login()
        || (fault.short_name() == "MissingError"
            && fault.text().contains(&format!("res.users({},), User: {}", login.uid, login.uid)))
}
