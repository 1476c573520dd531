//! `tooldoo serve`: MCP over stdio, or over HTTP.

use std::io::{self, IsTerminal, Write};

use tokio_util::sync::CancellationToken;

use super::runtime::{self, Runtime};
use super::settings::Settings;
use super::{Error, Outcome, bundles};
use crate::config::{Config, Options, Transport};
use crate::transport::{http, stdio};

/// Flags of `serve`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = "Examples:
  tooldoo serve                                  over stdio: for a client that starts the server
  tooldoo serve --http                           at http://127.0.0.1:8080/mcp
  tooldoo serve --http --listen 127.0.0.1:9000
  tooldoo serve --bundle sales+crm --read-only   only the reading tools of two teams")]
pub struct Args {
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
    /// How it is served.
    #[command(flatten)]
    pub door: Door,
    /// Serve over HTTP instead of stdio
    #[arg(long)]
    pub http: bool,
    /// Serve over stdio, whatever `MCP_TRANSPORT` says
    #[arg(long, conflicts_with = "http")]
    pub stdio: bool,
}

/// Flags that say what is offered, and where.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Door {
    /// Only the tools of these bundles (`sales` or `sales+crm`)
    #[arg(long, value_name = "NAME")]
    pub bundle: Vec<String>,
    /// Only tools that write nothing
    #[arg(long)]
    pub read_only: bool,
    /// With HTTP: the address and port to listen on, instead of `http.listen`
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
}

/// Serves until the client is gone or the process is told to stop.
///
/// # Errors
/// What is wrong with configuration, definitions or the address to listen on.
pub async fn run(args: Args) -> Result<Outcome, Error> {
    let options = Options {
        read_only: args.door.read_only,
        listen: args.door.listen.clone(),
        http: args.http,
        ..args.settings.options()
    };
    let config = runtime::configure(&options)?;
    let http = args.http || (!args.stdio && config.transport == Some(Transport::Http));
    let bundles = bundles::named(&args.door.bundle);
    let stop = stop_on_signal();
    let runtime = Runtime::new(config).await?;
    bundles::check(&runtime.hub.snapshot(), &bundles)?;
    if http {
        let bound = http::bind(listen(&runtime.config, bundles)).await?;
        runtime.follow(&stop);
        tracing::info!(
            "serving {} tools of {} at http://{}{}",
            runtime.hub.snapshot().len(),
            runtime::origin(runtime.config.definitions.paths.as_deref()),
            bound.address(),
            runtime.config.http.path
        );
        over_http(&runtime, bound, stop).await?;
    } else {
        runtime.follow(&stop);
        if io::stdin().is_terminal() {
            let _ = writeln!(
                io::stderr(),
                "tooldoo speaks MCP over stdin and stdout, for a client that starts it. `tooldoo demo` shows how to \
                 connect one, `tooldoo --help` what else there is."
            );
        }
        over_stdio(&runtime, bundles, stop).await;
    }
    Ok(Outcome::Done)
}

/// What HTTP needs of the configuration.
pub(super) fn listen(config: &Config, bundles: Vec<String>) -> http::Options {
    http::Options {
        listen: config.http.listen.clone(),
        listen_origin: config.http.listen_origin.clone(),
        path: config.http.path.clone(),
        allowed_hosts: config.http.allowed_hosts.clone(),
        allowed_origins: config.http.allowed_origins.clone(),
        max_body: usize::try_from(config.http.max_body).unwrap_or(usize::MAX),
        max_sessions: config.limits.max_sessions,
        session_idle: config.limits.session_idle,
        bundles,
        read_only: config.server.read_only,
        ..http::Options::default()
    }
}

pub(super) async fn over_http(runtime: &Runtime, bound: http::Bound, stop: CancellationToken) -> Result<(), Error> {
    let status = runtime.status.clone();
    Ok(bound.serve(runtime.hub.clone(), move || status.report(), stop).await?)
}

/// The process's own stdin and stdout; nothing else in the program writes to stdout meanwhile.
pub(super) async fn over_stdio(runtime: &Runtime, bundles: Vec<String>, stop: CancellationToken) {
    let caller = runtime.caller(bundles);
    stdio::serve(&runtime.hub, caller, tokio::io::stdin(), tokio::io::stdout(), stop).await;
}

/// Cancelled by SIGTERM and Ctrl-C. A second one ends the process at once.
pub(super) fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        signalled().await;
        tracing::info!("stopping");
        token.cancel();
        signalled().await;
        std::process::exit(1);
    });
    stop
}

#[cfg(unix)]
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signalled() {
    let _ = tokio::signal::ctrl_c().await;
}
