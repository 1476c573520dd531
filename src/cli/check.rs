//! `tooldoo check`: every problem in configuration and definitions, with `--online` those that only a live Odoo knows, and with
//! `--test` what the tests of the tools say.

use std::collections::BTreeMap;
use std::io::{self, Write};

use futures::future::join_all;

use super::report::{Format, Report};
use super::runtime::{self, Runtime};
use super::settings::Settings;
use super::{Error, Outcome};
use crate::check;
use crate::config::{self, Config, Options};
use crate::definition::{Counts, Loaded, load, load_embedded};
use crate::operation::Instance;
use crate::source::{Diagnostic, Look, Severity, nearest};
use crate::trial::{self, Suite};

/// Flags of `check`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = "Examples:
  tooldoo check
  tooldoo check --definitions tools.d --deny-warnings
  tooldoo check --online                          against the models of the Odoo that is configured
  tooldoo check --definitions tools.d --test      run the tests on an embedded Odoo
  tooldoo check --test --only search_crm_leads
  tooldoo check --format github                   in a workflow of GitHub Actions")]
pub struct Args {
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
    /// How it is checked and said.
    #[command(flatten)]
    pub how: How,
}

/// How much is checked, and how it is said.
#[derive(Debug, Clone, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct How {
    /// Ask each configured Odoo for its models, and check every field, domain and value against them; nothing is written
    #[arg(long)]
    pub online: bool,
    /// Warnings count as failures too
    #[arg(long)]
    pub deny_warnings: bool,
    /// Run the tests of tools, resources and prompts, against an embedded Odoo with sample data
    #[arg(long)]
    pub test: bool,
    /// Run them against the configured Odoo instead; those of tools that write only where they say `live = true`
    #[arg(long, requires = "test")]
    pub live: bool,
    /// Run only the tests of what has this name; may be given several times
    #[arg(long, value_name = "NAME", requires = "test")]
    pub only: Vec<String>,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Checks, and writes what it found and a line that sums it up.
///
/// # Errors
/// Where the output cannot be written; where the tests cannot be run at all.
pub async fn run(args: Args, look: Look) -> Result<Outcome, Error> {
    check(&args.settings.options(), &args.how, &mut io::stdout(), look).await
}

/// The same with the environment and all else given.
///
/// # Errors
/// As [`run`].
pub async fn check(options: &Options, how: &How, out: &mut (dyn Write + Send), look: Look) -> Result<Outcome, Error> {
    let mut found = look_at(options);
    let mut tests = None;
    if let Some((config, loaded)) = found.whole.take() {
        if how.online {
            found.diagnostics.extend(online(&config, &loaded).await);
        }
        if how.test {
            let report = tested(how, config, loaded).await?;
            found.diagnostics.extend(report.diagnostics.iter().cloned());
            tests = Some(report);
        }
    }
    let diagnostics = &found.diagnostics;
    Report { diagnostics, read: found.counts, tests: tests.as_ref() }
        .write(how.format, out, look)
        .map_err(Error::Output)?;
    let least = if how.deny_warnings { Severity::Warning } else { Severity::Error };
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity >= least);
    Ok(if failed { Outcome::Failed } else { Outcome::Done })
}

/// What was found.
struct Found {
    diagnostics: Vec<Diagnostic>,
    /// How much was read; `None` where the configuration does not say where they are.
    counts: Option<Counts>,
    /// Where there is no error: all that there is.
    whole: Option<(Config, Loaded)>,
}

/// Everything that can be seen without Odoo.
fn look_at(options: &Options) -> Found {
    let counts = |loaded: &Loaded| Some(loaded.counts);
    match config::load(options) {
        Ok((config, mut diagnostics)) => {
            let mut loaded = config.definitions.paths.as_deref().map_or_else(load_embedded, load);
            diagnostics.append(&mut loaded.diagnostics);
            diagnostics.extend(loaded.definitions.misfits(&config));
            diagnostics.extend(trial::check(&loaded));
            // What could be better is for definitions that work, and so is what an Odoo has to say.
            let sound = !diagnostics.iter().any(Diagnostic::is_error);
            if sound {
                diagnostics.extend(loaded.lints());
            }
            Found { diagnostics, counts: counts(&loaded), whole: sound.then_some((config, loaded)) }
        }
        // Where the definitions lie may be among what is wrong.
        Err(mut diagnostics) if !options.definitions.is_empty() => {
            let mut loaded = load(&options.definitions);
            diagnostics.append(&mut loaded.diagnostics);
            Found { diagnostics, counts: counts(&loaded), whole: None }
        }
        Err(diagnostics) => Found { diagnostics, counts: None, whole: None },
    }
}

/// What the configured Odoos say, each of the tools that work on it.
async fn online(config: &Config, loaded: &Loaded) -> Vec<Diagnostic> {
    let default = match config.default_instance() {
        Ok(_) => config.default_instance.as_str(),
        Err(missing) => return vec![*missing],
    };
    let several = config.instances.len() > 1;
    let asked = config.instances.iter().map(|(name, settings)| async move {
        match runtime::client(settings).await {
            Ok(client) => check::online(loaded, &Instance::new(client), name == default, several).await,
            Err(error) => vec![Diagnostic::error(error.to_string().trim_end_matches('.'))],
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// Runs the tests.
async fn tested(how: &How, config: Config, loaded: Loaded) -> Result<trial::Report, Error> {
    let suite = Suite::new(loaded);
    let names: Vec<String> = suite.names().map(str::to_owned).collect();
    let suite = suite.only(&how.only).map_err(|name| {
        let meant = nearest(&name, names.iter().map(String::as_str)).map(str::to_owned);
        Error::UnknownTool { name, meant }
    })?;
    if !how.live {
        return trial::on_embedded(&suite).await.map_err(Error::Demo);
    }
    let logins: BTreeMap<String, String> = config
        .instances
        .iter()
        .filter_map(|(name, instance)| Some((name.clone(), instance.username.clone()?)))
        .collect();
    let runtime = Runtime::new(config).await?;
    Ok(trial::on_live(&suite, runtime.service(), &logins).await)
}
