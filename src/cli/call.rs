//! `tooldoo call`: one call of a tool, without a client.

use std::io::{self, Write};

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::runtime::Runtime;
use super::settings::Settings;
use super::terminal::Terminal;
use super::{Error, Outcome, bundles, dry_run, serve, visible};
use crate::access::Caller;
use crate::answer::Answer;
use crate::config::Options;
use crate::conversation::Conversation;
use crate::source::nearest;

/// Flags of `call`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  tooldoo call search_contacts '{\"query\": \"azure\", \"limit\": 3}'
  tooldoo call list_crm_stages --definitions my-tools
  tooldoo call create_contact '{\"name\": \"Ann\"}' --dry-run      show what would be sent to Odoo")]
pub struct Args {
    /// The tool
    pub tool: String,
    /// Its arguments, a JSON object
    #[arg(default_value = "{}", value_name = "JSON")]
    pub arguments: String,
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
    /// As a client of these bundles (`sales` or `sales+crm`)
    #[arg(long, value_name = "NAME")]
    pub bundle: Vec<String>,
    /// Refuse a tool that writes
    #[arg(long)]
    pub read_only: bool,
    /// Show the requests that the call makes, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Agree to what the tool would have a person confirm
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
}

/// Calls the tool and writes its answer to stdout, or its error to stderr.
///
/// # Errors
/// What is wrong with configuration, definitions or arguments; the tool's own error is an outcome.
pub async fn run(args: Args) -> Result<Outcome, Error> {
    let arguments = parse(&args.tool, &args.arguments)?;
    let options = Options { read_only: args.read_only, ..args.settings.options() };
    let (runtime, caller) = Runtime::for_command(&options, &args.bundle, Some(&args.tool)).await?;
    let stop = serve::stop_on_signal();
    if args.dry_run {
        return dry_run::run(&runtime, &caller, &args.tool, arguments, stop).await;
    }
    let terminal = Terminal::new(args.yes, stop.clone());
    let answer = called(&runtime, &caller, &args.tool, arguments, &terminal, stop).await?;
    let text = shown(&answer);
    if answer.is_error {
        writeln!(io::stderr(), "{}", visible::fit(&text, &io::stderr())).map_err(Error::Output)?;
        return Ok(Outcome::Failed);
    }
    writeln!(io::stdout(), "{}", visible::fit(&text, &io::stdout())).map_err(Error::Output)?;
    Ok(Outcome::Done)
}

/// One call, as that caller.
pub(super) async fn called(
    runtime: &Runtime,
    caller: &Caller,
    tool: &str,
    arguments: Map<String, Value>,
    conversation: &dyn Conversation,
    stop: CancellationToken,
) -> Result<Answer, Error> {
    runtime.hub.call(caller, tool, arguments, conversation, stop).await.ok_or_else(|| unknown(runtime, caller, tool))
}

/// Why this caller has no such tool.
pub(super) fn unknown(runtime: &Runtime, caller: &Caller, tool: &str) -> Error {
    let catalog = runtime.hub.snapshot();
    if let Some(error) = bundles::only_others(&catalog, caller, tool, |caller| catalog.tool(caller, tool).is_some()) {
        return error;
    }
    let seen: Vec<_> = catalog.tools(caller).collect();
    let meant = nearest(tool, seen.iter().map(|offered| offered.tool.name.as_str())).map(str::to_owned);
    Error::UnknownTool { name: tool.to_owned(), meant }
}

pub(super) fn parse(tool: &str, text: &str) -> Result<Map<String, Value>, Error> {
    let wrong = |reason: String| Error::Arguments { tool: tool.to_owned(), reason };
    match serde_json::from_str(text) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => Err(wrong(format!("`{text}` is none"))),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// The text of an answer; a block that is no text as its JSON.
pub(super) fn shown(answer: &Answer) -> String {
    let blocks = answer.content.iter().map(|block| match block.get("text").and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => block.to_string(),
    });
    blocks.collect::<Vec<_>>().join("\n")
}
