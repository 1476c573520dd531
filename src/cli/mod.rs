//! The command line: one file per command.
//!
//! Results go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong usage.

mod bundles;
pub mod call;
pub mod check;
pub mod demo;
mod dry_run;
mod error;
pub mod generate;
pub mod init;
pub mod list;
mod logging;
pub mod prompt;
pub mod read;
pub mod report;
mod runtime;
pub mod schema;
pub mod serve;
pub mod settings;
mod terminal;
mod visible;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use crate::source::Look;
pub use error::Error;

/// Asks for another number of threads than one. Calls wait for Odoo, and what takes long (large answers, reloads) has threads
/// of its own: one carries some thousand calls a second. With several, a call is handed from one to the next four times,
/// which takes longer than its work, most of all on a machine that is busy.
const THREADS: &str = "TOKIO_WORKER_THREADS";

/// The program's arguments.
#[derive(Debug, clap::Parser)]
#[command(
    name = "tooldoo",
    version,
    about = "An MCP server for Odoo whose tools are files",
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  tooldoo demo                                   a server on an Odoo with sample data, to try it out
  tooldoo                                        serve over stdio, for a client that starts it
  tooldoo --http                                 serve over HTTP at http://127.0.0.1:8080/mcp
  tooldoo serve --definitions my-tools           serve the tools of a directory
  tooldoo check --definitions my-tools           find every mistake in it
  tooldoo call search_contacts '{\"query\": \"azure\"}'
  tooldoo read odoo://res.partner/7
  tooldoo generate sale.order -o my-tools        tools for a model, made from your Odoo
  claude mcp add odoo -e ODOO_URL=… -e ODOO_DB=… -e ODOO_USERNAME=… -e ODOO_API_KEY=… -- tooldoo"
)]
pub struct Cli {
    /// Without one: `serve`.
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Args,
}

/// What the program does.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Serve MCP over stdio, or over HTTP with --http (the default command)
    Serve(serve::Args),
    /// Serve an embedded Odoo with sample data, and show how to connect a client
    Demo(demo::Args),
    /// Find every problem in configuration and definitions
    Check(check::Args),
    /// Show the tools, resources and prompts that a client would see
    List(list::Args),
    /// Call a tool without a client
    Call(call::Args),
    /// Read a resource without a client
    Read(read::Args),
    /// Show the messages of a prompt, with its live data
    Prompt(prompt::Args),
    /// Write the built-in configuration and definitions as files for editing
    Init(init::Args),
    /// Write definitions made from models of a live Odoo
    Generate(generate::Args),
    /// Print the JSON Schema of a kind of file
    Schema(schema::Args),
}

/// How a command ended, where nothing stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit status 0.
    Done,
    /// Exit status 1: what it found was written already.
    Failed,
}

impl Cli {
    /// Runs the command, and says on stderr what stopped it.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let outcome = match self.command.unwrap_or(Command::Serve(self.serve)) {
            Command::Serve(args) => wait(serve::run(args)),
            Command::Demo(args) => wait(demo::run(args)),
            Command::Check(args) => wait(check::run(args, look(&io::stdout()))),
            Command::List(args) => wait(list::run(args)),
            Command::Call(args) => wait(call::run(args)),
            Command::Read(args) => wait(read::run(args)),
            Command::Prompt(args) => wait(prompt::run(args)),
            Command::Init(args) => init::run(&args, &mut io::stdout()).map_err(Error::Output),
            Command::Generate(args) => wait(generate::run(args)),
            Command::Schema(args) => {
                schema::run(&args, &mut io::stdout()).map(|()| Outcome::Done).map_err(Error::Output)
            }
        };
        match outcome {
            Ok(Outcome::Done) => ExitCode::SUCCESS,
            Ok(Outcome::Failed) => ExitCode::FAILURE,
            // Who piped the output into `head` has what they wanted.
            Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                let _ = writeln!(io::stderr(), "{}", error.shown(look(&io::stderr())).trim_end());
                error.status()
            }
        }
    }
}

/// Colours only for a person who looks at them.
fn look(stream: &impl IsTerminal) -> Look {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if wanted && stream.is_terminal() { Look::Coloured } else { Look::Plain }
}

/// Runs a command that waits for others.
fn wait(command: impl Future<Output = Result<Outcome, Error>>) -> Result<Outcome, Error> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if std::env::var_os(THREADS).is_none() {
        runtime.worker_threads(1);
    }
    let runtime = runtime.enable_all().build().map_err(Error::System)?;
    let outcome = runtime.block_on(command);
    // A thread that still reads from stdin does not keep the process alive.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}
