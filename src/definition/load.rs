//! Finding and reading definition files: the only part of the module that touches the disk.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::Definitions;
use super::build::{self, Built, BuiltBundle, BuiltPrompt, BuiltResource};
use super::example::{Examples, Of};
use super::prompt::Prompt;
use super::tool::Tool;
use super::{addresses, bindings, bundle, defaults, fetched, language};
use crate::source::{Diagnostic, Format, Node, Place, Sink, Table, read, read_texts, shape};

/// The definitions that ship, in the binary: each directory by its name.
static BUILT_IN: [(&str, Dir<'_>); 2] = [
    ("tools.d", include_dir!("$CARGO_MANIFEST_DIR/tools.d")),
    ("prompts.d", include_dir!("$CARGO_MANIFEST_DIR/prompts.d")),
];

/// Directories nested deeper than this are not entered.
const MAX_DIRECTORIES: usize = 32;

/// How much was read, sound or not, enabled or not.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its name")]
pub struct Counts {
    pub files: usize,
    pub tools: usize,
    pub resources: usize,
    pub prompts: usize,
}

/// What one load gave.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The tools without an error. Only to be served if no diagnostic is one.
    pub definitions: Definitions,
    /// Everything found, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// Every directory and file that was looked at: what a watcher has to watch. Empty for the built-in definitions.
    pub files: Vec<PathBuf>,
    /// How much was read.
    pub counts: Counts,
    /// What the tools of `definitions` were made of, in the same order: for the lints.
    pub(super) trees: Vec<Node>,
    /// The same of its resources.
    pub(super) resource_trees: Vec<Node>,
    /// The same of the prompts.
    pub(super) prompt_trees: Vec<Node>,
    /// The names of all tools, resources and prompts, offered or not.
    pub(super) names: Vec<String>,
}

impl Loaded {
    /// What is offered, each with what it is called and the table that it was made of (and the defaults of its file in it).
    pub(crate) fn written(&self) -> impl Iterator<Item = (&'static str, &Tool, &Table)> {
        let tools = self.definitions.tools.iter().map(|tool| ("tool", tool)).zip(&self.trees);
        let resources = self.definitions.resources.iter().map(|resource| ("resource", &*resource.tool));
        let prompts = self.definitions.prompts.iter().map(|prompt| ("prompt", &*prompt.tool));
        let all = tools.chain(resources.zip(&self.resource_trees)).chain(prompts.zip(&self.prompt_trees));
        all.filter_map(|((sort, tool), tree)| Some((sort, tool, tree.as_table()?)))
    }

    /// Whether anything found is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The tests of what has no error, and what is wrong with other tests. Made anew by every call: serving needs none.
    #[must_use]
    pub fn examples(&self) -> (Vec<Examples>, Vec<Diagnostic>) {
        let Definitions { tools, resources, prompts, bundles: declared } = &self.definitions;
        let behind = resources.iter().map(|resource| &*resource.tool);
        let behind = behind.chain(prompts.iter().map(|prompt| &*prompt.tool));
        let bundles: Vec<&str> = bundle::all(tools.iter().chain(behind), declared).into_iter().collect();
        let mut sink = Sink::new();
        let mut all = Vec::new();
        let tools = tools.iter().zip(&self.trees).enumerate().map(|(at, of)| (Of::Tool(at), of));
        let resources = resources.iter().map(|resource| &*resource.tool).zip(&self.resource_trees).enumerate();
        let prompts = prompts.iter().map(|prompt| &*prompt.tool).zip(&self.prompt_trees).enumerate();
        let resources = resources.map(|(at, of)| (Of::Resource(at), of));
        for (of, (tool, tree)) in tools.chain(resources).chain(prompts.map(|(at, of)| (Of::Prompt(at), of))) {
            let Some(table) = tree.as_table() else { continue };
            let around = build::Around { of, tool, bundles: &bundles, declared };
            let examples = build::examples(table, &around, &mut sink);
            if !examples.is_empty() {
                all.push(Examples { of, examples });
            }
        }
        (all, sink.finish())
    }
}

/// Loads the definition files of these directories (recursively, sorted) and files.
///
/// A directory or file that is not there is an error, never an empty catalog.
#[must_use]
pub fn load(paths: &[PathBuf]) -> Loaded {
    let mut sink = Sink::new();
    let mut finder = Finder { files: Vec::new(), watched: BTreeSet::new(), visited: BTreeSet::new(), sink: &mut sink };
    for path in paths {
        finder.root(path);
    }
    let (files, watched) = (finder.files, finder.watched);
    let mut reader = Reader::default();
    read(&files, &mut sink, |root, sink| reader.file(root, sink));
    let mut loaded = reader.finish(sink);
    loaded.files = watched.into_iter().collect();
    loaded.counts.files = files.len();
    loaded
}

/// Loads the definitions that are built in.
#[must_use]
pub fn load_embedded() -> Loaded {
    let files = built_in_files();
    load_texts(files.iter().filter_map(|(path, text)| Some((path.as_path(), *text, Format::of(path)?))))
}

/// The built-in files as they are, each below the name of its directory (`tools.d/crm.toml`): what `init` writes.
#[must_use]
pub fn built_in_files() -> Vec<(PathBuf, &'static str)> {
    let all = BUILT_IN.iter().map(|(name, directory)| (Path::new(name), files_of(directory)));
    all.flat_map(|(name, files)| files.into_iter().map(move |(path, text)| (name.join(path), text))).collect()
}

fn files_of(directory: &'static Dir<'static>) -> Vec<(&'static Path, &'static str)> {
    let mut files: Vec<_> = directory.files().filter_map(|file| Some((file.path(), file.contents_utf8()?))).collect();
    files.extend(directory.dirs().flat_map(files_of));
    files.sort_by_key(|(path, _)| *path);
    files
}

/// Loads texts that are there already.
#[must_use]
pub fn load_texts<'a>(texts: impl IntoIterator<Item = (&'a Path, &'a str, Format)>) -> Loaded {
    let mut sink = Sink::new();
    let mut reader = Reader::default();
    let mut count = 0;
    read_texts(texts.into_iter().inspect(|_| count += 1), &mut sink, |root, sink| reader.file(root, sink));
    let mut loaded = reader.finish(sink);
    loaded.counts.files = count;
    loaded
}

/// The prompts of one file that a single person keeps: none where anything in it is wrong. What their data names is looked for
/// when they are used: it belongs to the definitions of all.
#[must_use]
pub fn read_personal(path: &Path, text: &str, format: Format) -> (Vec<Prompt>, Vec<Diagnostic>) {
    let mut sink = Sink::new();
    let mut prompts = Vec::new();
    read_texts([(path, text, format)], &mut sink, |root, sink| {
        let before = sink.errors();
        shape::check(root, &language::PERSONAL, sink);
        let sound = sink.errors() == before && !sink.recovering;
        let table = root.as_table();
        for node in table.and_then(|table| table.get("prompt")).and_then(Node::as_array).unwrap_or_default() {
            prompts.extend(build::prompt(node, sound, sink).map(|built| (built, node.clone())));
        }
    });
    fetched::duplicates(&prompts, &mut sink);
    let diagnostics = sink.finish();
    if diagnostics.iter().any(Diagnostic::is_error) {
        return (Vec::new(), diagnostics);
    }
    let enabled = prompts.into_iter().filter(|(built, _)| built.enabled);
    (enabled.filter_map(|(built, _)| built.prompt).collect(), diagnostics)
}

/// Collects the tools of all files.
#[derive(Default)]
struct Reader {
    built: Vec<(Built, Node)>,
    bundles: Vec<BuiltBundle>,
    resources: Vec<(BuiltResource, Node)>,
    prompts: Vec<(BuiltPrompt, Node)>,
    counts: Counts,
}

impl Reader {
    fn file(&mut self, root: &Node, sink: &mut Sink) {
        let Some(table) = root.as_table() else {
            sink.error(&root.place, format!("expected a table with `tool`, found {}", root.kind()));
            return;
        };
        let (before, found) = (sink.errors(), sink.diagnostics.len());
        shape::check(root, &language::FILE, sink);
        let sound = sink.errors() == before && !sink.recovering;
        for node in table.get("bundle").and_then(Node::as_array).unwrap_or_default() {
            self.bundles.extend(build::bundle(node, sound, sink));
        }
        let given = table.get("defaults").and_then(Node::as_table);
        for node in table.get("tool").and_then(Node::as_array).unwrap_or_default() {
            self.counts.tools += 1;
            let node = given.map_or_else(|| node.clone(), |given| defaults::applied(node, &language::TOOL, given));
            self.built.extend(build::tool(&node, sound, sink).map(|built| (built, node)));
        }
        for node in table.get("resource").and_then(Node::as_array).unwrap_or_default() {
            self.counts.resources += 1;
            let node = given.map_or_else(|| node.clone(), |given| defaults::applied(node, &language::RESOURCE, given));
            self.resources.extend(build::resource(&node, sound, sink).map(|built| (built, node)));
        }
        for node in table.get("prompt").and_then(Node::as_array).unwrap_or_default() {
            self.counts.prompts += 1;
            let node = given.map_or_else(|| node.clone(), |given| defaults::applied_to_prompt(node, given));
            self.prompts.extend(build::prompt(&node, sound, sink).map(|built| (built, node)));
        }
        if given.is_some() {
            // What is wrong with a default is found again in every tool that it is given to.
            let mut seen = HashSet::new();
            sink.retain_since(found, |diagnostic| {
                let at = diagnostic.place.as_ref().map(|place| place.range.clone());
                seen.insert((at, diagnostic.message.clone()))
            });
        }
    }

    fn finish(self, mut sink: Sink) -> Loaded {
        duplicates(&self.built, &mut sink);
        addresses::check(&self.resources, &mut sink);
        duplicate_bundles(&self.bundles, &mut sink);
        let bundles: Vec<_> = self.bundles.into_iter().filter_map(|built| built.bundle).collect();
        fetched::duplicates(&self.prompts, &mut sink);
        fetched::check(&self.prompts, &self.built, &mut sink);
        bindings::check(&self.built, &self.resources, &self.prompts, &bundles, &mut sink);
        let tools = self.built.iter().filter_map(|(built, _)| Some(built.names.first()?.0.clone()));
        let read = self.resources.iter().filter_map(|(built, _)| Some(built.name.as_ref()?.0.clone()));
        let prompted = self.prompts.iter().filter_map(|(built, _)| Some(built.name.as_ref()?.0.clone()));
        let names = tools.chain(read).chain(prompted).collect();
        let offered = self.built.into_iter().filter(|(built, _)| built.enabled);
        let (tools, trees) = offered.filter_map(|(built, tree)| Some((built.tool?, tree))).unzip();
        let resources = self.resources.into_iter().filter(|(built, _)| built.enabled);
        let (resources, resource_trees) = resources.filter_map(|(built, tree)| Some((built.resource?, tree))).unzip();
        let prompts = self.prompts.into_iter().filter(|(built, _)| built.enabled);
        let (prompts, prompt_trees) = prompts.filter_map(|(built, tree)| Some((built.prompt?, tree))).unzip();
        Loaded {
            definitions: Definitions { tools, resources, prompts, bundles },
            diagnostics: sink.finish(),
            files: Vec::new(),
            counts: self.counts,
            trees,
            resource_trees,
            prompt_trees,
            names,
        }
    }
}

/// Two tools of one name, unless no Odoo version has both.
fn duplicates(built: &[(Built, Node)], sink: &mut Sink) {
    let mut names: HashMap<&str, Vec<(&Built, &Place)>> = HashMap::new();
    for one in built.iter().map(|(built, _)| built).filter(|built| built.enabled) {
        for (name, place) in &one.names {
            let others = names.entry(name).or_default();
            let clash = others.iter().find(|(other, _)| {
                std::ptr::eq(*other, one) || !build::exclude_each_other(&other.requires, &one.requires)
            });
            if let Some((_, first)) = clash {
                sink.definition = one.names.first().map(|(own, _)| format!("tool `{own}`"));
                sink.error(place, format!("the name `{name}` is taken by another tool"))
                    .hint(
                        "names and aliases are unique, unless the tools require Odoo versions that exclude each other",
                    )
                    .related(first, "the first one");
                sink.definition = None;
            }
            others.push((one, place));
        }
    }
}

/// Two tables of one bundle.
fn duplicate_bundles(built: &[BuiltBundle], sink: &mut Sink) {
    let mut first: HashMap<&str, &Place> = HashMap::new();
    for (name, place) in built.iter().filter_map(|built| built.name.as_ref()) {
        match first.get(name.as_str()) {
            Some(first) => {
                sink.definition = Some(format!("bundle `{name}`"));
                sink.error(place, format!("the bundle `{name}` is declared twice"))
                    .hint("make one of the two; tools name the bundles that they belong to in `bundles`")
                    .related(first, "the first one");
                sink.definition = None;
            }
            None => {
                first.insert(name, place);
            }
        }
    }
}

/// Walks directories.
struct Finder<'a> {
    files: Vec<(PathBuf, Format)>,
    watched: BTreeSet<PathBuf>,
    /// Real paths of the directories on the way: a symbolic link may point back up.
    visited: BTreeSet<PathBuf>,
    sink: &'a mut Sink,
}

impl Finder<'_> {
    fn root(&mut self, path: &Path) {
        self.watched.insert(path.to_owned());
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let before = self.files.len();
                let new = self.directory(path, 0);
                if new && self.files.len() == before {
                    let message = format!("the directory `{}` has no definition files", path.display());
                    self.sink
                        .push(Diagnostic::warning(message).with_hint("definition files end in `.toml` or `.json`"));
                }
            }
            Ok(_) => match Format::of(path) {
                Some(format) => self.add(path, format),
                None => {
                    let message = format!("`{}` is not a definition file", path.display());
                    self.sink.push(Diagnostic::error(message).with_hint("definition files end in `.toml` or `.json`"));
                }
            },
            Err(error) => {
                let message = format!("the definitions `{}` cannot be read: {error}", path.display());
                let hint = "create it, or correct `[definitions] paths` or `--definitions`";
                self.sink.push(Diagnostic::error(message).with_hint(hint));
            }
        }
    }

    fn add(&mut self, path: &Path, format: Format) {
        if self.watched.insert(path.to_owned()) || !self.files.iter().any(|(other, _)| other == path) {
            self.files.push((path.to_owned(), format));
        }
    }

    /// Says whether it was entered for the first time, and could be read.
    fn directory(&mut self, path: &Path, depth: usize) -> bool {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if depth > MAX_DIRECTORIES || !self.visited.insert(real) {
            return false;
        }
        self.watched.insert(path.to_owned());
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("the directory `{}` cannot be read: {error}", path.display());
                self.sink.push(Diagnostic::error(message));
                return false;
            }
        };
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if is_skipped(&name) {
                continue;
            }
            // Follows symbolic links, as Kubernetes mounts files. A dangling one is a file being replaced.
            let Ok(metadata) = std::fs::metadata(&path) else {
                if let Some(format) = Format::of(&path) {
                    self.add(&path, format);
                }
                continue;
            };
            if metadata.is_dir() {
                self.directory(&path, depth + 1);
            } else if let Some(format) = Format::of(&path) {
                self.add(&path, format);
            }
        }
        true
    }
}

/// Hidden files, drafts, and what editors leave behind: files and folders of such a name are not read.
#[must_use]
pub fn is_skipped(name: &str) -> bool {
    name.starts_with(['_', '.', '#']) || name.ends_with(['~', '#']) || name.ends_with(".swp") || name.ends_with(".swx")
}
