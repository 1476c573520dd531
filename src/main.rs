//! Parses the arguments, runs one command, prints its error: nothing else.

use std::process::ExitCode;

use clap::Parser;
use tooldoo::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().run()
}
