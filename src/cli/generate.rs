//! `tooldoo generate`: definitions made from a live Odoo.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::schema::{self, Of};
use super::settings::Settings;
use super::{Error, Outcome, look, runtime, serve};
use crate::config::Config;
use crate::definition::{self, load_texts};
use crate::generate::{self, Asker, Generated, Models, Operation, Progress, USUAL};
use crate::odoo;
use crate::source::{Diagnostic, Format, nearest, render};

/// Where `init` writes the schema, seen from where it writes the definitions.
const USUAL_SCHEMA: &str = "../schema/definitions.schema.json";
/// The schema beside definitions that have no other; the loader passes over names that begin with `_`.
const OWN_SCHEMA: &str = "_definitions.schema.json";
/// A schema is looked for so many directories up.
const NEAR: usize = 4;

/// Flags of `generate`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  tooldoo generate sale.order                             to stdout
  tooldoo generate sale.order res.partner -o tools.d      a file for each model in a directory
  tooldoo generate crm.lead --operations search,group,actions
  tooldoo generate x_visit --fields x_name,x_customer_id,x_date -o tools.d/visits.toml")]
pub struct Args {
    /// Odoo models, e.g. `sale.order`
    #[arg(required = true, value_name = "MODEL")]
    pub models: Vec<String>,
    /// Which tools, with commas between them. Default: search,get,create,update
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAMES")]
    pub operations: Vec<Operation>,
    /// Only these fields, with commas between them. Default: those of the model's own list and form
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub fields: Vec<String>,
    /// A directory, for a file for each model, or a file (`*.toml`). Default: stdout
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Overwrite files that are there
    #[arg(long)]
    pub force: bool,
    /// Which Odoo of the configuration. Default: its default one
    #[arg(long, value_name = "NAME")]
    pub instance: Option<String>,
    /// Which configuration and definitions.
    #[command(flatten)]
    pub settings: Settings,
}

/// Asks Odoo, and writes the files or to stdout.
///
/// # Errors
/// What is wrong with the configuration, what Odoo says, or a file that is there.
pub async fn run(args: Args) -> Result<Outcome, Error> {
    let config = runtime::configure(&args.settings.options())?;
    let mut models = args.models.clone();
    let mut seen = BTreeSet::new();
    models.retain(|model| seen.insert(model.clone()));
    let name = instance(&config, args.instance.as_deref())?;
    let settings = config.instances.get(&name).ok_or_else(|| Error::Generate(format!("There is no Odoo `{name}`.")))?;
    let client = runtime::client(settings).await?;
    let operations = if args.operations.is_empty() { USUAL.to_vec() } else { args.operations.clone() };
    let made = ask(&client, &models, &operations, &args.fields).await?;
    for note in made.iter().flat_map(|made| &made.notes) {
        writeln!(io::stderr(), "left out of {note}").map_err(Error::Output)?;
    }
    let files = files(args.output.as_deref(), made);
    for (path, text) in &files {
        sound(path.as_deref(), text)?;
    }
    let Some(output) = &args.output else {
        let text: String = files.into_iter().map(|(_, text)| text).collect();
        io::stdout().write_all(text.as_bytes()).map_err(Error::Output)?;
        return Ok(Outcome::Done);
    };
    let written = save(&files, args.force)?;
    for path in &written {
        writeln!(io::stdout(), "wrote {}", path.display()).map_err(Error::Output)?;
    }
    warn_of_clashes(&config, output, &written).map_err(Error::Output)?;
    Ok(Outcome::Done)
}

/// The instance that is asked.
fn instance(config: &Config, asked: Option<&str>) -> Result<String, Error> {
    let Some(name) = asked else {
        config.default_instance().map_err(|missing| Error::Diagnostics(vec![*missing]))?;
        return Ok(config.default_instance.clone());
    };
    if config.instances.contains_key(name) {
        return Ok(name.to_owned());
    }
    let known = config.instances.keys().map(String::as_str);
    let meant = nearest(name, known.clone()).map(|meant| format!(" (did you mean `{meant}`?)")).unwrap_or_default();
    let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(Error::Usage(format!("The configuration has no Odoo `{name}`{meant}: its instances are {known}.")))
}

async fn ask(
    client: &odoo::Client,
    models: &[String],
    operations: &[Operation],
    fields: &[String],
) -> Result<Vec<Generated>, Error> {
    let bar = Bar::new();
    let asker = Asker::new(client, serve::stop_on_signal(), &bar);
    let mut made = Vec::new();
    let mut failed: Vec<odoo::Error> = Vec::new();
    let known = Models::ask(&asker).await.map_err(|error| told(&[error]))?;
    for model in models {
        bar.0.set_message(model.clone());
        match generate::generate(model, operations, fields, &known, &asker).await {
            Ok(one) => made.push(one),
            Err(error) if error.kind.is_of_the_connection() => return Err(told(&[error])),
            Err(error) => failed.push(error),
        }
    }
    // Half of what was asked for is nothing to build on.
    if failed.is_empty() { Ok(made) } else { Err(told(&failed)) }
}

fn told(errors: &[odoo::Error]) -> Error {
    let sentence = |error: &odoo::Error| match &error.hint {
        Some(hint) => format!("{} {hint}", error.message),
        None => error.message.clone(),
    };
    let sentences: Vec<String> = errors.iter().map(sentence).collect();
    let usage = errors.iter().all(|error| matches!(error.kind, odoo::Kind::UnknownModel | odoo::Kind::UnknownField));
    let text = sentences.join("\n");
    if usage { Error::Usage(text) } else { Error::Generate(text) }
}

/// How far it is, for a person who waits.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        // Drawn on a terminal only.
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} questions to Odoo  {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }
}

impl Progress for Bar {
    fn asked(&self) {
        self.0.inc_length(1);
    }

    fn answered(&self) {
        self.0.inc(1);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Each file's place and whole text; one without a place is for stdout.
fn files(output: Option<&Path>, made: Vec<Generated>) -> Vec<(Option<PathBuf>, String)> {
    let whole = |schema: &str, texts: Vec<String>| format!("#:schema {schema}\n{}", texts.join("\n\n"));
    let texts = |made: Vec<Generated>| made.into_iter().map(|made| made.text).collect();
    match output {
        None => vec![(None, whole(USUAL_SCHEMA, texts(made)))],
        Some(file) if Format::of(file).is_some() => {
            let schema = schema_for(file.parent().unwrap_or(Path::new("")));
            vec![(Some(file.to_owned()), whole(&schema, texts(made)))]
        }
        Some(directory) => {
            let schema = schema_for(directory);
            let place = |made: &Generated| directory.join(format!("{}.toml", made.file_name));
            made.into_iter().map(|made| (Some(place(&made)), whole(&schema, vec![made.text]))).collect()
        }
    }
}

/// The nearest schema above, seen from this directory; else one of its own.
fn schema_for(directory: &Path) -> String {
    let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    if directory.join(OWN_SCHEMA).exists() {
        return OWN_SCHEMA.to_owned();
    }
    let found =
        directory.ancestors().take(NEAR).position(|above| above.join("schema/definitions.schema.json").exists());
    match found {
        Some(levels) => format!("{}schema/definitions.schema.json", "../".repeat(levels)),
        None => OWN_SCHEMA.to_owned(),
    }
}

/// That what was made is what `check` accepts: a promise, and no wrong file is left behind.
fn sound(path: Option<&Path>, text: &str) -> Result<(), Error> {
    let loaded = load_texts([(path.unwrap_or(Path::new("stdout.toml")), text, Format::Toml)]);
    let mut found = loaded.lints();
    found.extend(loaded.diagnostics);
    // The command's own mistake, and no secret: it is shown whole, so that it can be reported.
    if found.iter().any(Diagnostic::is_error) { Err(Error::Diagnostics(found)) } else { Ok(()) }
}

/// Writes all files, or none where one of them is there already.
fn save(files: &[(Option<PathBuf>, String)], force: bool) -> Result<Vec<PathBuf>, Error> {
    let files: Vec<(&Path, &String)> = files.iter().filter_map(|(path, text)| Some((path.as_deref()?, text))).collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| !matches!(Format::of(path), Some(Format::Toml))) {
        return Err(Error::Usage(format!("`{}` is no TOML file: name it `*.toml`.", path.display())));
    }
    let there: Vec<String> = files
        .iter()
        .filter(|(path, _)| !force && path.symlink_metadata().is_ok())
        .map(|(path, _)| format!("`{}`", path.display()))
        .collect();
    if !there.is_empty() {
        let what = if there.len() == 1 { "is there already" } else { "are there already" };
        return Err(Error::Generate(format!(
            "{} {what}: nothing was written. `--force` overwrites, `--output` names another place.",
            there.join(", ")
        )));
    }
    let mut written = Vec::new();
    for (path, text) in files {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let cannot = |path: &Path, error: &io::Error| {
            Error::Generate(format!("`{}` cannot be written: {error}.", path.display()))
        };
        std::fs::create_dir_all(directory).map_err(|error| cannot(directory, &error))?;
        let mut options = OpenOptions::new();
        let options = if force { options.create(true).truncate(true) } else { options.create_new(true) };
        let mut file = options.write(true).open(path).map_err(|error| cannot(path, &error))?;
        file.write_all(text.as_bytes()).map_err(|error| cannot(path, &error))?;
        written.push(path.to_owned());
        let schema = directory.join(OWN_SCHEMA);
        if text.starts_with(&format!("#:schema {OWN_SCHEMA}")) && !schema.exists() {
            std::fs::write(&schema, schema::text(Of::Definitions)).map_err(|error| cannot(&schema, &error))?;
            written.push(schema);
        }
    }
    Ok(written)
}

/// Says where the new tools do not go together with those that are there.
fn warn_of_clashes(config: &Config, output: &Path, written: &[PathBuf]) -> io::Result<()> {
    let mut paths = config.definitions.paths.clone().unwrap_or_default();
    let directory = if Format::of(output).is_some() { output.parent() } else { Some(output) };
    let directory = directory.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_known = |path: &PathBuf| {
        let (known, new) = (std::path::absolute(path), std::path::absolute(directory));
        matches!((known, new), (Ok(known), Ok(new)) if new.starts_with(&known))
    };
    if !paths.iter().any(is_known) {
        paths.push(directory.to_owned());
    }
    let ours = |path: &Path| written.iter().any(|ours| same(ours, path));
    let loaded = definition::load(&paths);
    let touched = |found: &&Diagnostic| {
        let places = found.place.iter().chain(found.related.iter().map(|(place, _)| place));
        found.is_error() && places.into_iter().any(|place| ours(&place.file.path))
    };
    for found in loaded.diagnostics.iter().filter(touched) {
        writeln!(io::stderr(), "{}", render(found, look(&io::stderr())))?;
    }
    Ok(())
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
