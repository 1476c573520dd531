//! What a client offers while a person types the argument of a prompt, or a variable of a resource's address.

use rmcp::RoleServer;
use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, ErrorData, MetaObject, Reference};
use rmcp::service::RequestContext;
use serde_json::{Map, Value};

use super::exchange::Again;
use super::wire::shown;
use super::{Completing, Handler, guard, present};
use crate::catalog::Catalog;

/// Where the result says what people call the values.
const LABELS: &str = "tooldoo/labels";

impl Handler {
    pub(super) async fn completion(
        &self,
        request: CompleteRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        self.hub.ready().await;
        let catalog = self.hub.snapshot();
        let name = &request.argument.name;
        let given = request.context.and_then(|context| context.arguments).unwrap_or_default();
        let arguments: Map<String, Value> =
            given.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        let typed = request.argument.value.as_str();
        match &request.r#ref {
            Reference::Prompt(reference) => {
                let Some(prompted) = catalog.prompt(&self.caller, &reference.name) else {
                    let message = format!(
                        "Unknown prompt `{}`: `prompts/list` names those that there are.",
                        shown(&reference.name)
                    );
                    return Err(ErrorData::invalid_params(message, None));
                };
                let argument = prompted.arguments().find(|argument| &argument.name == name);
                let Some(argument) = argument else {
                    let message = format!("The prompt has no argument `{}`.", shown(name));
                    return Err(ErrorData::invalid_params(message, None));
                };
                let Some(complete) = &argument.complete else { return Ok(self.nothing(&catalog, context)) };
                let offered = &prompted.offered;
                let completing = Completing { complete, offered, of_address: false, typed, arguments: &arguments };
                self.suggestions(completing, &catalog, context).await
            }
            Reference::Resource(reference) => {
                let addresses = catalog.addresses(&self.caller);
                let Some(addressed) = addresses.iter().find(|addressed| addressed.uri == reference.uri) else {
                    let message = format!(
                        "Unknown template `{}`: `resources/templates/list` names those that there are.",
                        shown(&reference.uri)
                    );
                    return Err(ErrorData::invalid_params(message, None));
                };
                let offered = &addressed.offered;
                let is_variable = addressed.resource.uri.variables().any(|variable| variable == name);
                if !is_variable || offered.bound.contains_key(name) {
                    let message = format!("The address `{}` has no variable `{}`.", reference.uri, shown(name));
                    return Err(ErrorData::invalid_params(message, None));
                }
                let complete = addressed.resource.complete.iter().find(|(variable, _)| variable == name);
                let Some((_, complete)) = complete else { return Ok(self.nothing(&catalog, context)) };
                let completing = Completing { complete, offered, of_address: true, typed, arguments: &arguments };
                self.suggestions(completing, &catalog, context).await
            }
            _ => Err(ErrorData::invalid_params("Only prompts and resources can be completed.", None)),
        }
    }

    /// Where nobody said what to offer, nothing is.
    fn nothing(&self, catalog: &Catalog, context: &RequestContext<RoleServer>) -> CompleteResult {
        let mut result = CompleteResult::default();
        result.completion.has_more = Some(false);
        result.completion.total = Some(0);
        result.meta = self.identity(catalog, context);
        result
    }

    async fn suggestions(
        &self,
        completing: Completing<'_>,
        catalog: &Catalog,
        context: &RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let tool = &completing.offered.tool;
        let exchange = self.exchange("completion", tool, completing.arguments, Again::default(), context)?;
        let work = |request| self.hub.backend.complete(completing, request);
        let suggestions = guard::run(&self.hub, tool, self.request(catalog, &exchange, context), work).await;
        let suggestions = suggestions.map_err(|error| present::error(&error))?;
        let (values, total, more) = (suggestions.values, suggestions.total, suggestions.has_more);
        let completion = CompletionInfo::with_pagination(values, total, more);
        let completion = completion.map_err(|error| ErrorData::internal_error(error, None))?;
        let mut result = CompleteResult::new(completion);
        result.meta = self.identity(catalog, context);
        if !suggestions.labels.is_empty() {
            // MCP offers texts alone, and nobody knows a record by its id: a client that wants to may show these beside them.
            let labels = suggestions.labels.into_iter().map(|(value, label)| (value, Value::String(label))).collect();
            result.meta.get_or_insert_with(MetaObject::new).0.insert(LABELS.to_owned(), Value::Object(labels));
        }
        Ok(result)
    }
}
