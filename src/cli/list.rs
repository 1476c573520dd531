//! `tooldoo list`: what a client would see; all that the definitions have, where no Odoo is configured.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::json;

use super::runtime::{self, Runtime};
use super::settings::Settings;
use super::{Error, Outcome, bundles};
use crate::access::Caller;
use crate::catalog::Catalog;
use crate::config::Options;
use crate::definition::tool::Tool;
use crate::mcp;

/// Flags of `list`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = "Examples:\n  tooldoo list\n  tooldoo list --bundle sales --json")]
pub struct Args {
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
    /// Only what these bundles show (`sales` or `sales+crm`)
    #[arg(long, value_name = "NAME")]
    pub bundle: Vec<String>,
    /// Only tools that write nothing
    #[arg(long)]
    pub read_only: bool,
    /// As `tools/list`, `resources/list`, `resources/templates/list` and `prompts/list` give it
    #[arg(long)]
    pub json: bool,
}

/// Writes the list.
///
/// # Errors
/// What is wrong with configuration or definitions, or a bundle that is not there.
pub async fn run(args: Args) -> Result<Outcome, Error> {
    let options = Options { read_only: args.read_only, ..args.settings.options() };
    let config = runtime::configure(&options)?;
    let caller = Caller { bundles: bundles::named(&args.bundle), read_only: config.server.read_only, login: None };
    let catalog = if config.instances.is_empty() {
        Arc::new(runtime::definitions(&config).load().map_err(Error::Diagnostics)?.catalog)
    } else {
        let runtime = Runtime::new(config).await?;
        runtime.learn(None).await;
        runtime.hub.snapshot()
    };
    bundles::check(&catalog, &caller.bundles)?;
    show(&catalog, &caller, args.json, &mut io::stdout())
}

fn show(catalog: &Catalog, caller: &Caller, json: bool, out: &mut dyn Write) -> Result<Outcome, Error> {
    if json {
        let list = json!({
            "tools": mcp::tools(catalog, caller),
            "resources": mcp::resources(catalog, caller),
            "resourceTemplates": mcp::templates(catalog, caller),
            "prompts": mcp::prompts(catalog, caller),
        });
        return writeln!(out, "{list:#}").map(|()| Outcome::Done).map_err(Error::Output);
    }
    let tools: Vec<_> = catalog.tools(caller).map(|offered| offered.tool.clone()).collect();
    let resources = catalog.addresses(caller);
    let prompts = catalog.prompts(caller);
    let kind = |tool: &Tool| if tool.annotations.read_only { "read" } else { "write" };
    let tools = tools.iter().map(|tool| (kind(tool), tool.name.as_str(), tool));
    let resources = resources.iter().map(|one| ("read", one.uri.as_str(), &one.offered.tool));
    let prompts =
        prompts.iter().map(|prompted| ("prompt", prompted.offered.tool.name.as_str(), &prompted.offered.tool));
    let lines: Vec<_> = tools.chain(resources).chain(prompts).collect();
    let width = lines.iter().map(|(_, name, _)| name.len()).max().unwrap_or_default();
    for (kind, name, tool) in lines {
        let text = tool.description.as_deref().or(tool.title.as_deref()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        writeln!(out, "{name:width$}  {kind:6}  {line}").map_err(Error::Output)?;
    }
    Ok(Outcome::Done)
}
