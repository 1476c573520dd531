//! What the definition files say: raw types with spans, checks, and the checked definitions.
//!
//! Reading is pure: text in, `(Definitions, Vec<Diagnostic>)` out; only `load` touches the disk.

mod addresses;
pub mod ask;
mod bindings;
pub mod bound;
mod build;
pub mod bundle;
pub mod complete;
mod defaults;
pub mod example;
mod fetched;
pub mod language;
mod lint;
mod load;
pub mod operation;
pub mod prompt;
pub mod resource;
pub mod step;
pub mod tool;
pub mod uri;
mod validator;
pub mod values;

pub use load::{Counts, Loaded, built_in_files, is_skipped, load, load_embedded, load_texts, read_personal};

use crate::config::Config;
use crate::source::{Diagnostic, Place, did_you_mean};

/// Everything that the files of one load declare, checked: templates compiled, schemas compiled, names unique.
#[derive(Debug, Default)]
pub struct Definitions {
    /// In the order in which they were read.
    pub tools: Vec<tool::Tool>,
    /// In the order in which they were read.
    pub resources: Vec<resource::Resource>,
    /// In the order in which they were read.
    pub prompts: Vec<prompt::Prompt>,
    /// Those that have a table of their own.
    pub bundles: Vec<bundle::Bundle>,
}

impl Definitions {
    /// Errors for bundles that leave no company of those that the configuration leaves.
    fn without_company(&self, config: &Config) -> impl Iterator<Item = Diagnostic> {
        self.bundles.iter().filter_map(|bundle| {
            let name = bundle.instance.as_ref().map_or(config.default_instance.as_str(), |named| named.name.as_str());
            let ceiling = config.instances.get(name)?.company_ids.as_ref()?;
            let own = bundle.company_ids.as_ref()?;
            if own.iter().any(|id| ceiling.contains(id)) {
                return None;
            }
            let message = format!("no company of `company_ids` is among those of `instances.{name}`");
            let mut diagnostic = Diagnostic::error(message)
                .at(&bundle.place)
                .with_hint(format!("the configuration leaves these: {ceiling:?}"));
            diagnostic.definition = Some(format!("bundle `{}`", bundle.name));
            Some(diagnostic)
        })
    }

    /// Errors for what does not go with the configuration: an Odoo that it does not have, companies that it does not allow.
    #[must_use]
    pub fn misfits(&self, config: &Config) -> Vec<Diagnostic> {
        let known = || config.instances.keys().map(String::as_str).chain([config.default_instance.as_str()]);
        let tools = self.tools.iter().map(|tool| ("tool", tool));
        let resources = self.resources.iter().map(|resource| ("resource", &*resource.tool));
        let prompts = self.prompts.iter().map(|prompt| ("prompt", &*prompt.tool));
        let tools = tools.chain(resources).chain(prompts).filter_map(|(sort, tool)| {
            Some((tool.instance.as_deref()?, &tool.place, format!("{sort} `{}`", tool.name)))
        });
        let bundles = self.bundles.iter().filter_map(|bundle| {
            let instance = bundle.instance.as_ref()?;
            Some((instance.name.as_str(), &instance.place, format!("bundle `{}`", bundle.name)))
        });
        let unknown = tools.chain(bundles).filter(|(instance, ..)| !known().any(|name| name == *instance));
        let error = |(instance, place, definition): (&str, &Place, String)| {
            let mut diagnostic =
                Diagnostic::error(format!("the configuration has no instance `{instance}`")).at(place).with_hint(
                    did_you_mean(instance, known()).unwrap_or_else(|| format!("write `[instances.{instance}]` there")),
                );
            diagnostic.definition = Some(definition);
            diagnostic
        };
        unknown.map(error).chain(self.without_company(config)).collect()
    }
}
