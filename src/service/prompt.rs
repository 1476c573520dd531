//! Using a prompt: its questions, its data, and the messages that are made of them.

use std::sync::Arc;

use futures::FutureExt;
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::{Circumstances, Service};
use crate::access::Caller;
use crate::catalog::{Catalog, Prompted};
use crate::conversation::{Outcome, Silent};
use crate::definition::prompt::Said;
use crate::definition::step::Step;
use crate::mcp::Request;
use crate::odoo::{Error, Kind, Watch};
use crate::operation::{self, ToolCall};

/// What fetching data of a prompt shares with the use of the prompt.
struct Fetching<'a> {
    catalog: &'a Catalog,
    caller: &'a Caller,
    prompted: &'a Prompted,
    now: Timestamp,
    watch: Option<Arc<Watch>>,
    cancelled: CancellationToken,
}

impl Service {
    /// Using a prompt: its questions, its data, and the messages that are made of them.
    ///
    /// # Errors
    /// Every kind of the definition language.
    pub async fn prompt(
        &self,
        prompted: &Prompted,
        arguments: Map<String, Value>,
        request: Request<'_>,
    ) -> Result<Outcome<Vec<Said>>, Error> {
        let Request { catalog, caller, conversation, cancelled } = request;
        let circumstances = Circumstances { conversation, now: Timestamp::now(), watch: None, cancelled };
        self.using(prompted, arguments, catalog, caller, circumstances).await
    }

    /// The same, in circumstances of one's own.
    ///
    /// # Errors
    /// Every kind of the definition language.
    pub async fn using(
        &self,
        prompted: &Prompted,
        arguments: Map<String, Value>,
        catalog: &Catalog,
        caller: &Caller,
        circumstances: Circumstances<'_>,
    ) -> Result<Outcome<Vec<Said>>, Error> {
        let Circumstances { now, watch, cancelled, .. } = &circumstances;
        let (now, watch, cancelled) = (*now, watch.clone(), cancelled.clone());
        let fetching = Fetching { catalog, caller, prompted, now, watch, cancelled };
        let fetch = |tool: &str, arguments| {
            let tool = tool.to_owned();
            let fetching = &fetching;
            async move { self.fetch(fetching, &tool, arguments).await }.boxed()
        };
        let used = async |call: ToolCall<'_>| operation::use_prompt(call, &prompted.prompt, &fetch).await;
        self.called(catalog, &prompted.offered, arguments, caller, circumstances, used).await
    }

    /// The answer of a tool that a prompt names.
    async fn fetch(
        &self,
        fetching: &Fetching<'_>,
        tool: &str,
        mut arguments: Map<String, Value>,
    ) -> Result<Value, Error> {
        let Fetching { catalog, caller, prompted, now, watch, cancelled } = fetching;
        let offered = match catalog.behind(caller, prompted, tool) {
            Some(Ok(offered)) => offered,
            Some(Err(clash)) => return Err(Error::new(Kind::Validation, clash.to_string())),
            None => {
                let message =
                    format!("This Odoo lacks what the tool `{tool}` works with, e.g. an app that is not installed.");
                return Err(Error::new(Kind::Unsupported, message));
            }
        };
        // The files of all were checked; what a person keeps names tools that may have become others.
        if offered.tool.steps.iter().any(Step::may_write)
            || !offered.tool.confirm.is_never()
            || offered.tool.questions().next().is_some()
        {
            return Err(Error::new(Kind::Unsupported, format!("The tool `{tool}` does not only read."))
                .hint("Data of a prompt comes from a tool that changes nothing and asks nobody."));
        }
        // What is bound is nobody's to set, not the prompt's either.
        arguments.retain(|name, _| !offered.bound.contains_key(name));
        let circumstances =
            Circumstances { conversation: &Silent, now: *now, watch: watch.clone(), cancelled: cancelled.clone() };
        self.data(catalog, &offered, arguments, caller, circumstances).await
    }
}
