//! `tooldoo call --dry-run`: the requests that a call makes. What reads is done; what writes is shown, and not sent.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::runtime::Runtime;
use super::terminal::Terminal;
use super::{Error, Outcome, call, visible};
use crate::access::Caller;
use crate::definition::tool::{Due, Tool};
use crate::mcp::Request;
use crate::odoo::{self, Effect, MADE_UP, Sent, Watch};
use crate::service::Circumstances;

/// Longer values are written on lines of their own, in characters.
const WIDTH: usize = 100;

/// Shows what the call would do.
///
/// # Errors
/// A tool that this caller does not see, or that the output cannot be written; what stops the call is an outcome.
pub(super) async fn run(
    runtime: &Runtime,
    caller: &Caller,
    name: &str,
    arguments: Map<String, Value>,
    cancelled: CancellationToken,
) -> Result<Outcome, Error> {
    let catalog = runtime.hub.snapshot();
    let Some(offered) = catalog.tool(caller, name) else { return Err(call::unknown(runtime, caller, name)) };
    let watch = Arc::new(Watch::withholding());
    let terminal = Terminal::new(true, cancelled.clone());
    let request = Request { catalog: &catalog, caller, conversation: &terminal, cancelled };
    let circumstances = Circumstances { watch: Some(watch.clone()), ..request.into() };
    let outcome = runtime.service().attempt(&offered, arguments, circumstances).await;
    let sent = watch.sent();
    let mut text = Vec::new();
    show(&offered.tool, &sent, &mut text).map_err(Error::Output)?;
    let text = String::from_utf8_lossy(&text);
    write!(io::stdout(), "{}", visible::fit(&text, &io::stdout())).map_err(Error::Output)?;
    match outcome {
        Ok(_) => Ok(Outcome::Done),
        Err(error) => {
            let text = ended(&error, &sent);
            writeln!(io::stderr(), "{}", visible::fit(&text, &io::stderr())).map_err(Error::Output)?;
            Ok(Outcome::Failed)
        }
    }
}

/// The requests in their order, and what to know about them.
fn show(tool: &Tool, sent: &[Sent], out: &mut dyn Write) -> io::Result<()> {
    for (position, request) in sent.iter().enumerate() {
        let what = match (request.effect, request.withheld) {
            (Effect::Read, false) => "reads",
            (Effect::Read, true) => "reads, not sent",
            (Effect::Write, false) => "writes",
            (Effect::Write, true) => "writes, not sent",
        };
        writeln!(out, "{}. {}.{}  ({what})", position + 1, request.model, request.method)?;
        let request = request.shown();
        let named = request.kwargs.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let ids = request.ids.as_ref().map(|ids| ("ids", json!(ids)));
        let args = Some(("args", json!(request.args))).filter(|_| !request.args.is_empty());
        let context = Some(("context", json!(request.context))).filter(|_| !request.context.is_empty());
        for (name, value) in ids.into_iter().chain(args).chain(named).chain(context) {
            writeln!(out, "   {name} = {}", written(&value))?;
        }
    }
    let writes = sent.iter().any(|request| request.effect == Effect::Write);
    match sent {
        [] => writeln!(out, "No request goes to Odoo.")?,
        _ => writeln!(out, "\nNothing was written.")?,
    }
    if sent.iter().any(|request| request.method == "create" && request.withheld) {
        writeln!(out, "Ids from {} on stand for records that would have been created.", MADE_UP + 1)?;
    }
    match (&tool.confirm.due, writes) {
        (Due::Always, true) => writeln!(out, "A person would be asked to confirm the first write."),
        (Due::When(_), true) => writeln!(out, "A person may be asked to confirm the first write."),
        _ => Ok(()),
    }
}

/// Why there is no more to show.
fn ended(error: &odoo::Error, sent: &[Sent]) -> String {
    let hint = error.hint.as_deref().map(|hint| format!(" {hint}")).unwrap_or_default();
    let after = if sent.iter().any(|request| request.withheld) {
        " What comes after a write may depend on what Odoo would have answered to it."
    } else {
        ""
    };
    format!("The call ends here: {error}{hint}{after}")
}

/// On one line where it is short, else each of its parts on one.
fn written(value: &Value) -> String {
    let line = value.to_string();
    let (open, parts, close): (_, Vec<String>, _) = match value {
        _ if line.chars().count() <= WIDTH => return line,
        Value::Object(table) => {
            ('{', table.iter().map(|(key, value)| format!("{}: {value}", json!(key))).collect(), '}')
        }
        Value::Array(items) => ('[', items.iter().map(Value::to_string).collect(), ']'),
        _ => return line,
    };
    format!("{open}\n     {}\n   {close}", parts.join(",\n     "))
}
