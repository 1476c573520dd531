//! What a test is of: a tool that is called, a resource that is read, a prompt that is used.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::texts;
use crate::answer::{Answer, Contents};
use crate::catalog::{Offered, Prompted};
use crate::conversation::Outcome;
use crate::definition::prompt::Prompt;
use crate::definition::resource::Resource;
use crate::definition::tool::Tool;
use crate::odoo::{Error, Kind};
use crate::service::{Circumstances, Service};

/// What is tested.
#[derive(Debug)]
pub(super) enum Subject {
    Tool(Arc<Tool>),
    Resource(Arc<Resource>),
    Prompt(Arc<Prompt>),
}

impl Subject {
    /// What all three have in common.
    pub(super) fn tool(&self) -> &Arc<Tool> {
        match self {
            Self::Tool(tool) => tool,
            Self::Resource(resource) => &resource.tool,
            Self::Prompt(prompt) => &prompt.tool,
        }
    }

    pub(super) fn sort(&self) -> &'static str {
        match self {
            Self::Tool(_) => "tool",
            Self::Resource(_) => "resource",
            Self::Prompt(_) => "prompt",
        }
    }

    pub(super) fn label(&self) -> String {
        format!("{} `{}`", self.sort(), self.tool().name)
    }

    /// Whether nothing can be written.
    pub(super) fn only_reads(&self) -> bool {
        match self {
            Self::Tool(tool) => tool.annotations.read_only,
            Self::Resource(_) | Self::Prompt(_) => true,
        }
    }

    pub(super) fn is_among(&self, offered: &[Arc<Offered>]) -> bool {
        offered.iter().any(|offered| Arc::ptr_eq(&offered.tool, self.tool()))
    }

    /// Calls, reads or uses it.
    ///
    /// # Errors
    /// Every kind of the definition language.
    pub(super) async fn used(
        &self,
        service: &Service,
        offered: Arc<Offered>,
        given: Map<String, Value>,
        circumstances: Circumstances<'_>,
    ) -> Result<Answer, Error> {
        match self {
            Self::Tool(_) => answered(service.attempt(&offered, given, circumstances).await?),
            Self::Resource(resource) => {
                let answer = answered(service.attempt(&offered, texts(given), circumstances).await?)?;
                if Contents::of(&answer, resource.mime_type.as_deref()).is_empty() {
                    return Err(Error::new(Kind::NotFound, "There is nothing at this address."));
                }
                Ok(answer)
            }
            Self::Prompt(prompt) => {
                let prompted = Prompted { prompt: prompt.clone(), offered };
                let said = answered(service.using(&prompted, texts(given), circumstances).await?)?;
                Ok(Answer { content: said.into_iter().map(|said| said.content).collect(), ..Answer::default() })
            }
        }
    }
}

/// A test has no second call in which to answer.
fn answered<T>(outcome: Outcome<T>) -> Result<T, Error> {
    match outcome {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Ask { .. } => {
            Err(Error::new(Kind::Internal, "The call asks a question that has to be answered by another call."))
        }
    }
}
