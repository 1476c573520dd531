//! What a catalog holds: tools, and what is built like one.

use std::sync::Arc;

use crate::definition::prompt::Prompt;
use crate::definition::resource::Resource;
use crate::definition::tool::Tool;

/// One definition.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Tool(Arc<Tool>),
    Resource(Arc<Resource>),
    Prompt(Arc<Prompt>),
}

/// The sorts of definitions, each with names and lists of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sort {
    Tool,
    Resource,
    Prompt,
}

impl Entry {
    /// What it has in common with a tool: its name, its bundles, what it requires.
    pub(super) fn tool(&self) -> &Arc<Tool> {
        match self {
            Self::Tool(tool) => tool,
            Self::Resource(resource) => &resource.tool,
            Self::Prompt(prompt) => &prompt.tool,
        }
    }

    /// Whose it is, where nobody else sees it.
    pub(super) fn owner(&self) -> Option<&str> {
        match self {
            Self::Prompt(prompt) => prompt.owner.as_deref(),
            Self::Tool(_) | Self::Resource(_) => None,
        }
    }

    pub(super) fn sort(&self) -> Sort {
        match self {
            Self::Tool(_) => Sort::Tool,
            Self::Resource(_) => Sort::Resource,
            Self::Prompt(_) => Sort::Prompt,
        }
    }

    /// Where it stands among the others.
    pub(super) fn order(&self) -> (Sort, i64, &str) {
        (self.sort(), self.tool().sequence, &self.tool().name)
    }
}
