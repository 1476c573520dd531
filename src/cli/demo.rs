//! `tooldoo demo`: the server on an embedded Odoo with sample data.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::runtime::{self, Runtime};
use super::{Error, Outcome, bundles, call, serve};
use crate::access::Caller;
use crate::config::Options;
use crate::conversation::Silent;
use crate::definition::operation::Operation;
use crate::definition::tool::Tool;
use crate::demo;
use crate::transport::http;

/// Settings of the environment that hold for the demo, too; never those that name an Odoo.
const KEPT: [&str; 5] =
    ["TOOLDOO_HTTP__", "TOOLDOO_LOG__", "TOOLDOO_SERVER__", "TOOLDOO_LIMITS__", "TOOLDOO_DEFINITIONS__"];

/// Flags of `demo`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = "Examples:
  tooldoo demo
  tooldoo init my-odoo && tooldoo demo --definitions my-odoo/tools.d     change a file and see the tool change
  claude mcp add odoo-demo -- tooldoo demo --stdio")]
pub struct Args {
    /// A directory or file of definitions, instead of the built-in ones; may be given several times
    #[arg(long, value_name = "PATH")]
    pub definitions: Vec<PathBuf>,
    /// How it is served.
    #[command(flatten)]
    pub door: serve::Door,
    /// Serve over stdio, for a client that starts it
    #[arg(long)]
    pub stdio: bool,
}

/// Serves until it is stopped.
///
/// # Errors
/// What is wrong with the definitions or the address to listen on.
pub async fn run(args: Args) -> Result<Outcome, Error> {
    let odoo = demo::Server::start(demo::Options::default()).await.map_err(Error::Demo)?;
    let options = options(&args, &odoo);
    let config = runtime::configure(&options)?;
    let bundles = bundles::named(&args.door.bundle);
    let runtime = Runtime::new(config).await?;
    bundles::check(&runtime.hub.snapshot(), &bundles)?;
    let stop = serve::stop_on_signal();
    if args.stdio {
        runtime.follow(&stop);
        serve::over_stdio(&runtime, bundles, stop).await;
    } else {
        let bound = bind(&runtime, bundles.clone()).await?;
        runtime.follow(&stop);
        runtime.hub.ready().await;
        let shown = introduce(&runtime, &runtime.caller(bundles), &bound, &odoo).await;
        shown.map_err(Error::Output)?;
        serve::over_http(&runtime, bound, stop).await?;
    }
    odoo.stop().await;
    Ok(Outcome::Done)
}

/// The embedded Odoo, whatever else the environment and the user's configuration name.
fn options(args: &Args, odoo: &demo::Server) -> Options {
    let mut environment: BTreeMap<String, String> = Options::from_process()
        .environment
        .into_iter()
        .filter(|(name, _)| KEPT.iter().any(|kept| name.starts_with(kept)))
        .collect();
    for (name, value) in [
        ("ODOO_URL", odoo.url()),
        ("ODOO_DB", odoo.database().to_owned()),
        ("ODOO_USERNAME", demo::ADMIN.login.to_owned()),
        ("ODOO_API_KEY", demo::ADMIN.api_key.to_owned()),
    ] {
        environment.insert(name.to_owned(), value);
    }
    Options {
        definitions: args.definitions.clone(),
        read_only: args.door.read_only,
        listen: args.door.listen.clone(),
        http: !args.stdio,
        environment,
        ..Options::default()
    }
}

/// Where nobody chose the port, another one does.
async fn bind(runtime: &Runtime, bundles: Vec<String>) -> Result<http::Bound, Error> {
    let options = serve::listen(&runtime.config, bundles);
    match http::bind(options.clone()).await {
        Err(http::Error::InUse { port, .. }) if options.listen == crate::config::DEFAULT_LISTEN => {
            tracing::info!("port {port} is in use: another one is taken");
            Ok(http::bind(http::Options { listen: "127.0.0.1:0".to_owned(), ..options }).await?)
        }
        outcome => Ok(outcome?),
    }
}

/// One call and its answer, and how to connect a client.
async fn introduce(runtime: &Runtime, caller: &Caller, bound: &http::Bound, odoo: &demo::Server) -> io::Result<()> {
    let mut out = io::stdout();
    let catalog = runtime.hub.snapshot();
    let url = format!("http://{}{}", bound.address(), runtime.config.http.path);
    writeln!(
        out,
        "tooldoo {} on an embedded Odoo with sample data ({}, database `{}`)",
        env!("CARGO_PKG_VERSION"),
        odoo.url(),
        odoo.database()
    )?;
    writeln!(
        out,
        "{} tools, {} resources and {} prompts of {}\n",
        catalog.tools(caller).count(),
        catalog.addresses(caller).len(),
        catalog.prompts(caller).len(),
        runtime::origin(runtime.config.definitions.paths.as_deref())
    )?;
    // Of those that can be called with nothing, the one that can do most.
    let tools = catalog.tools(caller).map(|offered| offered.tool.clone());
    if let Some(tool) = tools.filter(|tool| shows_itself(tool)).max_by_key(|tool| properties(tool)) {
        let arguments = example(&tool);
        writeln!(out, "> {} {}", tool.name, Value::Object(arguments.clone()))?;
        let stop = tokio_util::sync::CancellationToken::new();
        if let Ok(answer) = call::called(runtime, caller, &tool.name, arguments, &Silent, stop).await {
            writeln!(out, "{}\n", call::shown(&answer))?;
        }
    }
    writeln!(out, "MCP is served at {url}. To connect a client:\n")?;
    writeln!(out, "{}", clients(&url, &program()))?;
    if runtime.config.definitions.paths.is_none() {
        writeln!(
            out,
            "To change the tools: `tooldoo init my-odoo`, then `tooldoo demo --definitions my-odoo/tools.d`;"
        )?;
        writeln!(out, "a file that you save is in service a moment later.")?;
    }
    writeln!(out, "\nStop with Ctrl-C.")?;
    out.flush()
}

/// A tool that finds records without being told what to look for.
fn shows_itself(tool: &Tool) -> bool {
    let required = tool.input.schema.get("required").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
    matches!(tool.operation(), Some(Operation::SearchRead(_))) && tool.confirm.is_never() && !required
}

fn properties(tool: &Tool) -> usize {
    tool.input.schema.get("properties").and_then(Value::as_object).map_or(0, Map::len)
}

fn example(tool: &Tool) -> Map<String, Value> {
    let mut arguments = Map::new();
    let properties = tool.input.schema.get("properties");
    if properties.is_some_and(|properties| properties.get("limit").is_some()) {
        arguments.insert("limit".to_owned(), json!(2));
    }
    arguments
}

/// What starts this program again.
fn program() -> String {
    std::env::current_exe().map_or_else(|_| "tooldoo".to_owned(), |path| path.display().to_string())
}

/// How each client is told, as it wants it.
fn clients(url: &str, program: &str) -> String {
    let remote = json!({ "servers": { "odoo-demo": { "type": "http", "url": url } } });
    let cursor = json!({ "mcpServers": { "odoo-demo": { "url": url } } });
    let desktop = json!({ "mcpServers": { "odoo-demo": { "command": program, "args": ["demo", "--stdio"] } } });
    let bare = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    format!(
        "  Claude Code     claude mcp add --transport http odoo-demo {url}
  Claude Desktop  {desktop}
                  in claude_desktop_config.json (Settings > Developer > Edit Config)
  Cursor          {cursor}
                  in ~/.cursor/mcp.json
  VS Code         {remote}
                  in .vscode/mcp.json
  curl            curl {url} -H 'Content-Type: application/json' -d '{bare}'
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_are_told_is_json_that_they_can_read() {
        let text = clients("http://127.0.0.1:8080/mcp", "C:\\Program Files\\tooldoo.exe");
        let snippets: Vec<Value> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line.get(line.find('{')?..)?.trim_end_matches('\'')).ok())
            .collect();
        assert_eq!(snippets.len(), 4, "{text}");
        assert_eq!(snippets[0]["mcpServers"]["odoo-demo"]["command"], "C:\\Program Files\\tooldoo.exe");
        assert_eq!(snippets[2]["servers"]["odoo-demo"]["url"], "http://127.0.0.1:8080/mcp");
    }
}
