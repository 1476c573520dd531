//! The protocol handler: one per request or session, for one caller.

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, CustomRequest,
    CustomResult, ErrorCode, ErrorData, Implementation, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, MetaObject, PaginatedRequestParams, ProtocolVersion, ServerCapabilities,
    ServerConfig, SubscriptionFilter, Tool,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{RoleServer, ServerHandler};
use tokio::sync::watch;

use super::{Hub, guard, present};
use crate::access::Caller;
use crate::catalog::Catalog;

/// Methods that this server has. A request of one of them that rmcp could not read has wrong parameters; any other is unknown.
const METHODS: [&str; 5] = ["tools/list", "tools/call", "server/discover", "subscriptions/listen", "ping"];

/// Where the identity of the server stands in the `_meta` of a result (2026-07-28).
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// Answers one caller's requests.
#[derive(Clone)]
pub struct Handler {
    hub: Arc<Hub>,
    caller: Arc<Caller>,
    /// Subscriptions that are accepted and not yet served: taken before the client is told that it is subscribed, so
    /// that no change falls in between.
    accepted: Arc<Mutex<Vec<Subscription>>>,
}

/// The catalogs to come, and the one that the client knows.
type Subscription = (watch::Receiver<Arc<Catalog>>, Arc<Catalog>);

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handler").field("caller", &self.caller).finish_non_exhaustive()
    }
}

impl Handler {
    pub(super) fn new(hub: Arc<Hub>, caller: Arc<Caller>) -> Self {
        Self { hub, caller, accepted: Arc::default() }
    }

    fn subscribe(&self) -> Subscription {
        let mut news = self.hub.news();
        let seen = news.borrow_and_update().clone();
        (news, seen)
    }

    /// The identity, for a result of the revision without a handshake; older clients had it from `initialize`.
    fn identity(&self, catalog: &Catalog, context: &RequestContext<RoleServer>) -> Option<MetaObject> {
        let modern = context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
        if !modern {
            return None;
        }
        let mut meta = MetaObject::new();
        meta.0.insert(SERVER_INFO.to_owned(), serde_json::to_value(self.implementation(catalog)).ok()?);
        Some(meta)
    }

    /// Who we are, with the titles of the caller's bundles: a person who connects several tells them apart by these.
    fn implementation(&self, catalog: &Catalog) -> Implementation {
        let mut implementation = Implementation::clone(&self.hub.implementation);
        let titles = catalog.titles(&self.caller);
        implementation.title = (!titles.is_empty()).then(|| titles.join(", "));
        implementation
    }

    /// The configuration's, then those of the caller's bundles.
    fn instructions(&self, catalog: &Catalog) -> Option<String> {
        let own = self.hub.instructions.as_deref();
        let all: Vec<&str> = own.into_iter().chain(catalog.instructions(&self.caller)).map(str::trim_end).collect();
        (!all.is_empty()).then(|| all.join("\n\n"))
    }

    /// The caller asked for a tool that there is not, or that it does not see: the two answer alike.
    fn unknown_tool(&self, catalog: &Catalog, name: &str) -> ErrorData {
        let nearest = catalog
            .tools(&self.caller)
            .map(|tool| (strsim::jaro_winkler(&tool.name, name), &tool.name))
            .filter(|(likeness, _)| *likeness > 0.85)
            .max_by(|(a, _), (b, _)| a.total_cmp(b));
        let message = match nearest {
            Some((_, nearest)) => format!("Unknown tool `{name}`: did you mean `{nearest}`?"),
            None => format!("Unknown tool `{name}`: `tools/list` names those that there are."),
        };
        ErrorData::invalid_params(message, None)
    }
}

fn unsupported<T>(method: &'static str) -> Result<T, ErrorData> {
    Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None))
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        // Exactly what there is: a client that sees a capability asks for it.
        let capabilities = ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build();
        let catalog = self.hub.snapshot();
        let mut info = ServerConfig::new(capabilities).with_server_info(self.implementation(&catalog));
        info.instructions = self.instructions(&catalog);
        info
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        if let Some(cursor) = request.and_then(|request| request.cursor) {
            return Err(ErrorData::invalid_params(
                format!("Unknown cursor `{cursor}`: the list comes in one page, without a cursor."),
                None,
            ));
        }
        self.hub.ready().await;
        let catalog = self.hub.snapshot();
        let mut result = ListToolsResult::with_all_items(present::tools(&catalog, &self.caller));
        // A file may be saved at any moment, and who sees what may depend on who asks.
        result.ttl_ms = Some(0);
        result.cache_scope = Some(CacheScope::Private);
        result.meta = self.identity(&catalog, &context);
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.hub.ready().await;
        let catalog = self.hub.snapshot();
        let Some(tool) = catalog.tool(&self.caller, &request.name) else {
            return Err(self.unknown_tool(&catalog, &request.name));
        };
        let arguments = request.arguments.unwrap_or_default();
        let answer = guard::call(&self.hub, &catalog, tool, arguments, &self.caller, context.ct.clone()).await;
        let mut result = present::answer(answer);
        result.meta = self.identity(&catalog, &context);
        Ok(result.into())
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.hub.snapshot().tool(&self.caller, name).map(|tool| present::tool(tool))
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        unsupported("prompts/list")
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        unsupported("resources/list")
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        unsupported("resources/templates/list")
    }

    async fn complete(
        &self,
        _request: CompleteRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        unsupported("completion/complete")
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let method = request.method;
        // `initialize` is unknown to a client of the revision that has none.
        let known =
            METHODS.contains(&method.as_str()) || (method == "initialize" && context.meta.protocol_version().is_none());
        if known {
            return Err(ErrorData::invalid_params(
                format!("The parameters of `{method}` do not have the shape that MCP gives them."),
                None,
            ));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, format!("Unknown method `{method}`."), None))
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.hub.peers.add(context.peer, self.caller.clone());
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let subscription = self.subscribe();
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner).push(subscription);
        Some(requested.clone())
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let waiting = self.accepted.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (mut news, mut seen) = waiting.unwrap_or_else(|| self.subscribe());
        loop {
            tokio::select! {
                () = subscription.cancelled() => return Ok(()),
                () = self.hub.closed() => return Ok(()),
                more = news.changed() => if more.is_err() { return Ok(()) },
            }
            let now = news.borrow_and_update().clone();
            let changed = seen.changes(&now, &self.caller).tools;
            seen = now;
            let wanted = subscription.accepted().tools_list_changed == Some(true);
            if changed && wanted && subscription.sink().notify_tool_list_changed().await.is_err() {
                return Ok(());
            }
        }
    }
}
