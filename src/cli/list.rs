//! `tooldoo list`: what a client would see; all that the definitions have, where no Odoo is configured.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::json;

use super::runtime::{self, Runtime};
use super::settings::Settings;
use super::{Error, Outcome};
use crate::access::Caller;
use crate::catalog::Catalog;
use crate::config::Options;
use crate::mcp;

/// Flags of `list`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = "Examples:\n  tooldoo list\n  tooldoo list --bundle sales --json")]
pub struct Args {
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
    /// Only the tools of these bundles (`sales` or `sales+crm`)
    #[arg(long, value_name = "NAME")]
    pub bundle: Vec<String>,
    /// Only tools that write nothing
    #[arg(long)]
    pub read_only: bool,
    /// As `tools/list` gives it
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
    let caller = Caller { bundles: runtime::bundles(&args.bundle), read_only: config.server.read_only };
    let catalog = if config.instances.is_empty() {
        Arc::new(runtime::definitions(&config).load().map_err(Error::Diagnostics)?.catalog)
    } else {
        let runtime = Runtime::new(config).await?;
        runtime.learn(None).await;
        runtime.hub.snapshot()
    };
    runtime::check_bundles(&catalog, &caller.bundles)?;
    show(&catalog, &caller, args.json, &mut io::stdout())
}

fn show(catalog: &Catalog, caller: &Caller, json: bool, out: &mut dyn Write) -> Result<Outcome, Error> {
    if json {
        let list = json!({ "tools": mcp::tools(catalog, caller) });
        return writeln!(out, "{list:#}").map(|()| Outcome::Done).map_err(Error::Output);
    }
    let width = catalog.tools(caller).map(|tool| tool.name.len()).max().unwrap_or_default();
    for tool in catalog.tools(caller) {
        let kind = if tool.annotations.read_only { "read " } else { "write" };
        let text = tool.description.as_deref().or(tool.title.as_deref()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        writeln!(out, "{:width$}  {kind}  {line}", tool.name).map_err(Error::Output)?;
    }
    Ok(Outcome::Done)
}
