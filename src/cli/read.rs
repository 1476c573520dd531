//! `tooldoo read`: one resource, without a client.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::runtime::Runtime;
use super::settings::Settings;
use super::terminal::Terminal;
use super::{Error, Outcome, bundles, serve, visible};
use crate::access::Caller;
use crate::answer::{Answer, Contents, Held};
use crate::mcp::Unread;
use crate::source::nearest;

/// Flags of `read`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  tooldoo read odoo://res.partner/7
  tooldoo read 'odoo://res.partner?limit=3'
  tooldoo read odoo://res.partner/7/image_1920 --output azure.png")]
pub struct Args {
    /// The address of the resource
    pub uri: String,
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
    /// As a client of these bundles (`sales` or `sales+crm`)
    #[arg(long, value_name = "NAME")]
    pub bundle: Vec<String>,
    /// Write it to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Reads the resource and writes it to stdout or a file, or its error to stderr.
///
/// # Errors
/// What is wrong with configuration, definitions or the address; that it cannot be read is an outcome.
pub async fn run(args: Args) -> Result<Outcome, Error> {
    let (runtime, caller) = Runtime::for_command(&args.settings.options(), &args.bundle, None).await?;
    let stop = serve::stop_on_signal();
    let terminal = Terminal::new(false, stop.clone());
    match runtime.hub.read(&caller, &args.uri, &terminal, stop).await {
        Ok(contents) => write(&args, &contents),
        Err(Unread::Nowhere) => Err(nowhere(&runtime, &caller, &args.uri)),
        Err(Unread::Failed(error)) => {
            let text = super::call::shown(&Answer::error(&error));
            writeln!(io::stderr(), "{}", visible::fit(&text, &io::stderr())).map_err(Error::Output)?;
            Ok(Outcome::Failed)
        }
    }
}

fn write(args: &Args, contents: &[Contents]) -> Result<Outcome, Error> {
    let mut bytes = Vec::new();
    for part in contents {
        match &part.body {
            Held::Text(text) => {
                if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                    bytes.push(b'\n');
                }
                let text = if args.output.is_none() { visible::fit(text, &io::stdout()) } else { text.into() };
                bytes.extend_from_slice(text.as_bytes());
            }
            Held::Blob(blob) => match STANDARD.decode(blob) {
                Ok(file) => bytes.extend(file),
                Err(error) => return Err(Error::Usage(format!("`{}` is no base64: {error}.", args.uri))),
            },
        }
    }
    if let Some(path) = &args.output {
        return std::fs::write(path, &bytes).map(|()| Outcome::Done).map_err(Error::Output);
    }
    let file = contents.iter().find(|part| matches!(part.body, Held::Blob(_)));
    let stdout = io::stdout();
    if let Some(file) = file.filter(|_| stdout.is_terminal()) {
        let kind = file.mime_type.as_deref().unwrap_or("application/octet-stream");
        return Err(Error::Usage(format!(
            "`{}` is a file (`{kind}`, {} bytes), and no text for a terminal: write it with `--output FILE`.",
            args.uri,
            bytes.len()
        )));
    }
    let mut out = stdout.lock();
    out.write_all(&bytes).map_err(Error::Output)?;
    if file.is_none() && !bytes.ends_with(b"\n") {
        out.write_all(b"\n").map_err(Error::Output)?;
    }
    out.flush().map(|()| Outcome::Done).map_err(Error::Output)
}

/// Why this caller reads nothing there.
fn nowhere(runtime: &Runtime, caller: &Caller, uri: &str) -> Error {
    let catalog = runtime.hub.snapshot();
    let elsewhere = bundles::elsewhere(&catalog, caller, |caller| catalog.resource(caller, uri).is_some());
    if let Some(first) = elsewhere.first() {
        return Error::Usage(format!("The bundle does not have `{uri}`, but others have: `--bundle {first}`."));
    }
    let addresses = catalog.addresses(caller);
    let near = nearest(uri, addresses.iter().map(|one| one.uri.as_str()));
    let meant = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
    Error::Usage(format!("There is no resource at `{uri}`{meant}: `tooldoo list` shows those that there are."))
}
