//! Prompts, as clients list and use them.

use rmcp::RoleServer;
use rmcp::model::{
    CacheScope, ErrorData, GetPromptRequestParams, GetPromptResponse, GetPromptResult, ListPromptsResult,
};
use rmcp::service::RequestContext;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::exchange::{Again, Incapable, refused};
use super::page::{Key, Paged, page};
use super::{Handler, Hub, Request, guard, present};
use crate::access::Caller;
use crate::catalog::{Catalog, Prompted};
use crate::conversation::{Conversation, Outcome};
use crate::definition::prompt::Said;
use crate::odoo::{Error, Kind};
use crate::source::nearest;

impl Hub {
    /// Uses a prompt as a client of that caller would, which is asked through `conversation`; `None` where the caller sees no such
    /// prompt.
    pub async fn prompt(
        &self,
        caller: &Caller,
        name: &str,
        arguments: Map<String, Value>,
        conversation: &dyn Conversation,
        cancelled: CancellationToken,
    ) -> Option<Result<Vec<Said>, Error>> {
        let catalog = self.snapshot();
        let prompted = catalog.prompt(caller, name)?;
        let request = Request { catalog: &catalog, caller, conversation, cancelled };
        let work = |request| self.backend.prompt(&prompted, arguments, request);
        Some(match guard::run(self, &prompted.offered.tool, request, work).await {
            Ok(Outcome::Answer(said)) => Ok(said),
            Ok(Outcome::Ask { .. }) => {
                Err(Error::new(Kind::Internal, "The prompt asks a question of a client that cannot be asked."))
            }
            Err(error) => Err(error),
        })
    }
}

impl Handler {
    /// The caller asked for a prompt that there is not, or that it does not see: the two answer alike.
    fn unknown_prompt(&self, catalog: &Catalog, name: &str) -> String {
        if let Some(clash) = catalog.clash(&self.caller.bundles) {
            return clash.to_string();
        }
        let name = &super::wire::shown(name);
        let prompts = catalog.prompts(&self.caller);
        match nearest(name, prompts.iter().map(|prompted| prompted.offered.tool.name.as_str())) {
            Some(nearest) => format!("Unknown prompt `{name}`: did you mean `{nearest}`?"),
            None => format!("Unknown prompt `{name}`: `prompts/list` names those that there are."),
        }
    }

    pub(super) async fn prompts(
        &self,
        cursor: Option<&str>,
        context: &RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        self.hub.ready().await;
        let catalog = self.hub.snapshot();
        let prompts = catalog.prompts(&self.caller);
        let key = |prompted: &Prompted| Key::of(&prompted.offered);
        let (prompts, next) = page(&self.hub, &self.caller, Paged::Prompts, cursor, prompts, key)?;
        let mut result = ListPromptsResult::with_all_items(prompts.iter().map(present::prompt).collect());
        result.ttl_ms = Some(0);
        result.cache_scope = Some(CacheScope::Private);
        result.next_cursor = next;
        result.meta = self.identity(&catalog, context);
        Ok(result)
    }

    pub(super) async fn prompt(
        &self,
        request: GetPromptRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.hub.ready().await;
        let catalog = self.hub.snapshot();
        let Some(prompted) = catalog.prompt(&self.caller, &request.name) else {
            return Err(ErrorData::invalid_params(self.unknown_prompt(&catalog, &request.name), None));
        };
        let tool = &prompted.offered.tool;
        match self.incapable(tool, context) {
            Some(Incapable::Refused(error)) => return Err(error),
            Some(Incapable::Told(error)) => return Err(present::error(&error)),
            None => {}
        }
        let again = Again { state: request.request_state, responses: request.input_responses };
        let arguments = request.arguments.unwrap_or_default();
        let exchange = self.exchange("prompt", tool, &arguments, again, context)?;
        let request = self.request(&catalog, &exchange, context);
        let work = |request| self.hub.backend.prompt(&prompted, arguments, request);
        match guard::run(&self.hub, tool, request, work).await {
            Ok(Outcome::Answer(messages)) => {
                let mut result = GetPromptResult::new(messages.into_iter().map(present::message).collect());
                result.description.clone_from(&tool.description);
                result.meta = self.identity(&catalog, context);
                Ok(result.into())
            }
            Ok(Outcome::Ask { questions, plan }) => {
                Ok(self.required(&exchange, &questions, plan, &catalog, context)?.into())
            }
            Err(error) => Err(refused(&error, present::error(&error), context)),
        }
    }
}
