//! Using a prompt: its questions, its data, and the messages that are made of them.

use futures::FutureExt;
use serde_json::{Map, Value};

use super::{Circumstances, Service};
use crate::catalog::Prompted;
use crate::conversation::{Outcome, Silent};
use crate::definition::prompt::Said;
use crate::definition::step::Step;
use crate::mcp::Request;
use crate::odoo::{Error, Kind};
use crate::operation::{self, ToolCall};

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
        self.using(prompted, arguments, request.into()).await
    }

    /// The same, in circumstances of one's own.
    ///
    /// # Errors
    /// Every kind of the definition language.
    pub async fn using(
        &self,
        prompted: &Prompted,
        arguments: Map<String, Value>,
        circumstances: Circumstances<'_>,
    ) -> Result<Outcome<Vec<Said>>, Error> {
        let fetching = circumstances.clone();
        let fetch = |tool: &str, arguments| {
            let (tool, circumstances) = (tool.to_owned(), fetching.clone());
            async move { self.fetch(prompted, &tool, arguments, circumstances).await }.boxed()
        };
        let used = async |call: ToolCall<'_>| operation::use_prompt(call, &prompted.prompt, &fetch).await;
        self.called(&prompted.offered, arguments, circumstances, used).await
    }

    /// The answer of a tool that a prompt names, in the circumstances of the prompt's use; nobody is asked.
    async fn fetch(
        &self,
        prompted: &Prompted,
        tool: &str,
        mut arguments: Map<String, Value>,
        mut circumstances: Circumstances<'_>,
    ) -> Result<Value, Error> {
        circumstances.request.conversation = &Silent;
        let Request { catalog, caller, .. } = circumstances.request;
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
        self.data(&offered, arguments, circumstances).await
    }
}
