//! `tooldoo prompt`: the messages of a prompt, without a client.

use std::io::{self, Write};

use serde_json::json;

use super::runtime::Runtime;
use super::settings::Settings;
use super::terminal::Terminal;
use super::{Error, Outcome, bundles, call, serve, visible};
use crate::access::Caller;
use crate::answer::Answer;
use crate::definition::prompt::{Role, Said};
use crate::source::nearest;

/// Flags of `prompt`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  tooldoo prompt pipeline_review
  tooldoo prompt customer_360 '{\"customer\": \"azure\"}'
  tooldoo prompt overdue_invoices '{\"days\": \"30\"}' --bundle finance")]
pub struct Args {
    /// The prompt
    pub prompt: String,
    /// Its arguments, a JSON object
    #[arg(default_value = "{}", value_name = "JSON")]
    pub arguments: String,
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
    /// As a client of these bundles (`sales` or `sales+crm`)
    #[arg(long, value_name = "NAME")]
    pub bundle: Vec<String>,
    /// As `prompts/get` gives it
    #[arg(long)]
    pub json: bool,
}

/// Uses the prompt and writes its messages to stdout, or its error to stderr.
///
/// # Errors
/// What is wrong with configuration, definitions or arguments; the prompt's own error is an outcome.
pub async fn run(args: Args) -> Result<Outcome, Error> {
    let arguments = call::parse(&args.prompt, &args.arguments)?;
    let (runtime, caller) = Runtime::for_command(&args.settings.options(), &args.bundle, None).await?;
    let stop = serve::stop_on_signal();
    let terminal = Terminal::new(false, stop.clone());
    let Some(said) = runtime.hub.prompt(&caller, &args.prompt, arguments, &terminal, stop).await else {
        return Err(unknown(&runtime, &caller, &args.prompt));
    };
    match said {
        Ok(said) if args.json => {
            let messages: Vec<_> =
                said.iter().map(|said| json!({"role": role(said.role), "content": said.content})).collect();
            let text = format!("{:#}", json!({ "messages": messages }));
            writeln!(io::stdout(), "{}", visible::fit(&text, &io::stdout())).map_err(Error::Output)?;
            Ok(Outcome::Done)
        }
        Ok(said) => {
            let mut text = Vec::new();
            show(&said, &mut text).map_err(Error::Output)?;
            let text = String::from_utf8_lossy(&text);
            write!(io::stdout(), "{}", visible::fit(&text, &io::stdout())).map_err(Error::Output)?;
            Ok(Outcome::Done)
        }
        Err(error) => {
            let text = call::shown(&Answer::error(&error));
            writeln!(io::stderr(), "{}", visible::fit(&text, &io::stderr())).map_err(Error::Output)?;
            Ok(Outcome::Failed)
        }
    }
}

/// The messages, one after the other; a block that is no text as its JSON.
fn show(said: &[Said], out: &mut dyn Write) -> io::Result<()> {
    for (position, said) in said.iter().enumerate() {
        if position > 0 {
            writeln!(out)?;
        }
        let text = said.content.get("text").and_then(serde_json::Value::as_str);
        let text = text.map_or_else(|| said.content.to_string(), |text| text.trim_end().to_owned());
        writeln!(out, "[{}]\n{text}", role(said.role))?;
    }
    Ok(())
}

fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// Why this caller has no such prompt.
fn unknown(runtime: &Runtime, caller: &Caller, prompt: &str) -> Error {
    let catalog = runtime.hub.snapshot();
    if let Some(error) =
        bundles::only_others(&catalog, caller, prompt, |caller| catalog.prompt(caller, prompt).is_some())
    {
        return error;
    }
    let seen = catalog.prompts(caller);
    let meant = nearest(prompt, seen.iter().map(|prompted| prompted.offered.tool.name.as_str())).map(str::to_owned);
    Error::UnknownPrompt { name: prompt.to_owned(), meant }
}
