//! Resources, as clients list and read them.

use rmcp::RoleServer;
use rmcp::model::{
    CacheScope, ErrorData, ListResourceTemplatesResult, ListResourcesResult, ReadResourceRequestParams,
    ReadResourceResponse, ReadResourceResult,
};
use rmcp::service::RequestContext;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::exchange::{Again, Incapable, refused};
use super::page::{Key, Paged, page};
use super::{Handler, Hub, Reading, Request, guard, present};
use crate::access::Caller;
use crate::answer::Contents;
use crate::catalog::Catalog;
use crate::conversation::{Conversation, Outcome};
use crate::definition::operation::Operation;
use crate::definition::tool::Tool;
use crate::odoo::{Error, Kind};

/// Said of an address where this caller sees nothing.
const NOTHING: &str = "There is no resource at this address";

/// Why nothing was read.
#[derive(Debug)]
pub enum Unread {
    /// The caller sees nothing at that address.
    Nowhere,
    /// It could not be read.
    Failed(Error),
}

impl Hub {
    /// Reads a resource as a client of that caller would, which is asked through `conversation`.
    ///
    /// # Errors
    /// See [`Unread`].
    pub async fn read(
        &self,
        caller: &Caller,
        uri: &str,
        conversation: &dyn Conversation,
        cancelled: CancellationToken,
    ) -> Result<Vec<Contents>, Unread> {
        let catalog = self.snapshot();
        let found = catalog.resource(caller, uri).ok_or(Unread::Nowhere)?;
        let request = Request { catalog: &catalog, caller, conversation, cancelled };
        match guard::run(self, &found.offered.tool, request, |request| self.backend.read(&found, request)).await {
            Ok(Outcome::Answer(reading)) => Ok(reading.contents),
            Ok(Outcome::Ask { .. }) => Err(Unread::Failed(Error::new(
                Kind::Internal,
                "The resource asks a question of a client that cannot be asked.",
            ))),
            Err(error) => Err(Unread::Failed(error)),
        }
    }
}

impl Handler {
    pub(super) async fn resources(
        &self,
        cursor: Option<&str>,
        context: &RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        self.hub.ready().await;
        let catalog = self.hub.snapshot();
        let fixed = catalog.addresses(&self.caller).into_iter().filter(|one| one.is_fixed);
        let (fixed, next) = page(&self.hub, &self.caller, Paged::Resources, cursor, fixed, Key::of_address)?;
        let mut result = ListResourcesResult::with_all_items(fixed.iter().map(present::resource).collect());
        result.next_cursor = next;
        result.ttl_ms = Some(0);
        result.cache_scope = Some(CacheScope::Private);
        result.meta = self.identity(&catalog, context);
        Ok(result)
    }

    pub(super) async fn templates(
        &self,
        cursor: Option<&str>,
        context: &RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        self.hub.ready().await;
        let catalog = self.hub.snapshot();
        let templates = catalog.addresses(&self.caller).into_iter().filter(|one| !one.is_fixed);
        let (templates, next) = page(&self.hub, &self.caller, Paged::Templates, cursor, templates, Key::of_address)?;
        let mut result = ListResourceTemplatesResult::with_all_items(templates.iter().map(present::template).collect());
        result.next_cursor = next;
        result.ttl_ms = Some(0);
        result.cache_scope = Some(CacheScope::Private);
        result.meta = self.identity(&catalog, context);
        Ok(result)
    }

    pub(super) async fn read(
        &self,
        request: ReadResourceRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.hub.ready().await;
        let catalog = self.hub.snapshot();
        let Some(found) = catalog.resource(&self.caller, &request.uri) else {
            return Err(nowhere(&catalog, &self.caller, &request.uri));
        };
        let tool = &found.offered.tool;
        match self.incapable(tool, context) {
            Some(Incapable::Refused(error)) => return Err(error),
            Some(Incapable::Told(error)) => return Err(failed(&request.uri, tool, &error)),
            None => {}
        }
        let again = Again { state: request.request_state, responses: request.input_responses };
        let mut arguments = found.arguments.clone();
        arguments.insert("uri".to_owned(), json!(request.uri));
        let exchange = self.exchange("resource", tool, &arguments, again, context)?;
        let work = |request| self.hub.backend.read(&found, request);
        match guard::run(&self.hub, tool, self.request(&catalog, &exchange, context), work).await {
            Ok(Outcome::Answer(Reading { contents, fresh })) => {
                let parts = contents.into_iter().map(|part| present::contents(part, &request.uri));
                let mut result = ReadResourceResult::new(parts.collect());
                result.ttl_ms = Some(u64::try_from(fresh.as_millis()).unwrap_or(u64::MAX));
                result.cache_scope = Some(CacheScope::Private);
                result.meta = self.identity(&catalog, context);
                Ok(result.into())
            }
            Ok(Outcome::Ask { questions, plan }) => {
                Ok(self.required(&exchange, &questions, plan, &catalog, context)?.into())
            }
            Err(error) => Err(refused(&error, failed(&request.uri, tool, &error), context)),
        }
    }
}

/// There is no resource that the caller sees at this address.
pub(super) fn nowhere(catalog: &Catalog, caller: &Caller, uri: &str) -> ErrorData {
    let message = match catalog.clash(&caller.bundles) {
        Some(clash) => clash.to_string(),
        None => format!("{NOTHING}: `resources/list` and `resources/templates/list` name those that there are."),
    };
    not_found(uri, message, json!({"kind": Kind::NotFound}))
}

/// A failure with its address. A model that is not there, and a field whose value the address stands for, is an address where
/// nothing is.
pub(super) fn failed(uri: &str, tool: &Tool, error: &Error) -> ErrorData {
    let told = present::error(error);
    let data = told.data.unwrap_or_else(|| json!({}));
    let is_of_a_field = || matches!(tool.operation(), Some(Operation::Field(_)));
    if matches!(error.kind, Kind::NotFound | Kind::UnknownModel)
        || (error.kind == Kind::UnknownField && is_of_a_field())
    {
        return not_found(uri, told.message.into_owned(), data);
    }
    ErrorData { data: Some(with_uri(uri, data)), ..told }
}

/// -32002 before the newest revision, which has -32602 for it: rmcp translates.
fn not_found(uri: &str, message: String, data: Value) -> ErrorData {
    ErrorData::resource_not_found(message, Some(with_uri(uri, data)))
}

fn with_uri(uri: &str, mut data: Value) -> Value {
    if let Value::Object(data) = &mut data {
        data.insert("uri".to_owned(), uri.into());
    }
    data
}
