//! Prompts that single persons keep: a folder for each login, with files that only that person's clients see.
//!
//! What is wrong with one file takes nothing away from anybody else, and not even the person's other files.

mod folder;
mod kept;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::definition::prompt::Prompt;
use crate::definition::read_personal;
use crate::odoo::{Error, Kind};
use crate::source::{Diagnostic, Format, Severity};
pub use kept::{Kept, Wanted};

/// Nobody keeps more prompts than this.
const MOST: usize = 100;

/// A file that is longer is not read: no prompt that was kept is.
const LONGEST_FILE: u64 = 256 * 1024;

/// `definitions.personal`: where they lie.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    /// Held from the look at what is there to the end of writing.
    writing: Mutex<()>,
}

/// What became of a prompt that was to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// There was one of that name.
    pub replaced: bool,
    /// How many this person keeps now.
    pub count: usize,
    /// What could be better.
    pub notes: Vec<String>,
}

impl Store {
    /// The folders lie in this directory, which need not be there yet.
    #[must_use]
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, writing: Mutex::new(()) }
    }

    /// Where the folders lie.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Everybody's prompts, and what is wrong with files: warnings, because nothing else depends on them.
    #[must_use]
    pub fn load(&self) -> (Vec<Prompt>, Vec<Diagnostic>) {
        let (mut prompts, mut found) = (Vec::new(), Vec::new());
        for (folder, name) in entries(&self.directory, &mut found) {
            if !folder.is_dir() {
                continue;
            }
            if let Some(owner) = folder::login_of(&name) {
                prompts.extend(of_owner(&folder, &owner, &mut found));
            }
        }
        // A folder that was made by hand, and one that was not, may be the same person's.
        let mut seen = HashSet::new();
        prompts.retain(|prompt: &Prompt| {
            let first = seen.insert((prompt.owner.clone(), prompt.tool.name.clone()));
            if !first {
                found.push(
                    Diagnostic::warning(format!("the name `{}` is taken by another prompt", prompt.tool.name))
                        .at(&prompt.tool.place)
                        .with_hint("it is left out: rename one of the two"),
                );
            }
            first
        });
        (prompts, found)
    }

    /// Keeps a prompt, or puts it in the place of the one that it was kept as before.
    ///
    /// # Errors
    /// `validation` with what is wrong with it, `conflict` where the name is taken, `unavailable` where it cannot be written.
    pub fn save(&self, owner: &str, kept: &Kept, overwrite: bool) -> Result<Saved, Error> {
        let text = kept.text()?;
        let (folder, path) = self.place_of(owner, &kept.name)?;
        let (prompts, diagnostics) = read_personal(&path, &text, Format::Toml);
        if prompts.len() != 1 {
            return Err(wrong(&diagnostics));
        }
        let notes = diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();

        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let there = self.of(owner);
        if let Some(other) =
            there.iter().find(|prompt| prompt.tool.name == kept.name && prompt.tool.place.file.path != path)
        {
            return Err(by_hand(&kept.name, other));
        }
        let replaced = path.symlink_metadata().is_ok();
        if replaced && !overwrite {
            return Err(Error::new(Kind::Conflict, format!("You have a prompt `{}` already.", kept.name))
                .hint("Ask whether to replace it, and give `overwrite` as true then; or take another name."));
        }
        let count = there.len() + usize::from(!there.iter().any(|prompt| prompt.tool.name == kept.name));
        if count > MOST {
            return Err(Error::new(Kind::Validation, format!("You keep {MOST} prompts, which is the most."))
                .hint("Delete one that is not used any more."));
        }
        write(&folder, &path, &text).map_err(|error| unwritable("kept", &error))?;
        Ok(Saved { replaced, count, notes })
    }

    /// Deletes a prompt that was kept.
    ///
    /// # Errors
    /// `not_found` where this person keeps none of that name, `conflict` where it was written by hand.
    pub fn delete(&self, owner: &str, name: &str) -> Result<(), Error> {
        let (_, path) = self.place_of(owner, name)?;
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let there = self.of(owner);
        if path.symlink_metadata().is_ok() {
            return fs::remove_file(&path).map_err(|error| unwritable("deleted", &error));
        }
        if let Some(other) = there.iter().find(|prompt| prompt.tool.name == name) {
            return Err(by_hand(name, other));
        }
        let names: Vec<&str> = there.iter().map(|prompt| prompt.tool.name.as_str()).collect();
        let hint = match names.as_slice() {
            [] => "You keep none.".to_owned(),
            names => format!("You keep `{}`.", names.join("`, `")),
        };
        Err(Error::new(Kind::NotFound, format!("You keep no prompt `{name}`.")).hint(hint))
    }

    /// The folder of a person, and the file of a prompt in it. Both are what they seem: nothing leads elsewhere.
    fn place_of(&self, owner: &str, name: &str) -> Result<(PathBuf, PathBuf), Error> {
        kept::check_name(name)?;
        let (Some(folder), Some(file)) = (folder::name_of(owner), folder::name_of(name)) else {
            return Err(Error::new(Kind::Unsupported, "This login cannot have a folder: it is too long.")
                .hint("Ask the administrator for a prompt that is for all."));
        };
        let folder = self.directory.join(folder);
        if folder.is_symlink() {
            return Err(Error::new(Kind::Unavailable, "The folder of this login is a link to somewhere else.")
                .hint("Ask the administrator to make it a folder."));
        }
        let path = folder.join(format!("{file}.toml"));
        Ok((folder, path))
    }

    /// What this person keeps, as far as it can be read.
    fn of(&self, owner: &str) -> Vec<Prompt> {
        let (prompts, _) = self.load();
        prompts.into_iter().filter(|prompt| prompt.owner.as_deref() == Some(owner)).collect()
    }
}

/// The files of one person.
fn of_owner(folder: &Path, owner: &str, found: &mut Vec<Diagnostic>) -> Vec<Prompt> {
    let mut prompts: Vec<Prompt> = Vec::new();
    for (path, name) in entries(folder, found) {
        let Some(format) = Format::of(&path).filter(|_| folder::login_of(&name).is_some()) else { continue };
        let text = match fs::metadata(&path) {
            // Reading anything else may never end.
            Ok(metadata) if !metadata.is_file() => {
                found.push(left_out(&path, "it is no file"));
                continue;
            }
            Ok(_) if leads_out(&path, folder) => {
                found.push(left_out(&path, "it is a link to somewhere else"));
                continue;
            }
            Ok(metadata) if metadata.len() > LONGEST_FILE => {
                found.push(left_out(&path, "the file is longer than 256 kB"));
                continue;
            }
            _ => fs::read_to_string(&path),
        };
        match text {
            Ok(text) => {
                let (own, diagnostics) = read_personal(&path, &text, format);
                found.extend(
                    diagnostics.into_iter().map(|diagnostic| Diagnostic { severity: Severity::Warning, ..diagnostic }),
                );
                prompts.extend(own);
            }
            Err(error) => found.push(left_out(&path, &error.to_string())),
        }
    }
    if prompts.len() > MOST {
        prompts.truncate(MOST);
        found.push(left_out(folder, &format!("`{owner}` has more than {MOST} prompts: the others")));
    }
    prompts.iter_mut().for_each(|prompt| prompt.owner = Some(owner.to_owned()));
    prompts
}

/// Whether a file of a folder lies elsewhere: whoever may write into one folder could read what others keep.
fn leads_out(path: &Path, folder: &Path) -> bool {
    match (path.canonicalize(), folder.canonicalize()) {
        (Ok(path), Ok(folder)) => !path.starts_with(folder),
        _ => true,
    }
}

/// What lies in a directory, sorted. One that is not there has nothing in it.
fn entries(directory: &Path, found: &mut Vec<Diagnostic>) -> Vec<(PathBuf, String)> {
    let read = match fs::read_dir(directory) {
        Ok(read) => read,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            found.push(left_out(directory, &error.to_string()));
            return Vec::new();
        }
    };
    let named = |entry: fs::DirEntry| Some((entry.path(), entry.file_name().into_string().ok()?));
    let mut entries: Vec<_> = read.flatten().filter_map(named).collect();
    entries.sort();
    entries
}

fn left_out(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::warning(format!("`{}` is left out of the personal prompts: {why}", path.display()))
        .with_hint("all others are there")
}

/// Whole or not at all: what reads the folder meanwhile sees the old file or the new one.
fn write(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Begins with a dot: nobody who reads the folder takes it for a prompt.
    let beside = folder.join(format!(".{name}.{}", uuid::Uuid::new_v4()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn wrong(diagnostics: &[Diagnostic]) -> Error {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let told: Vec<String> = errors
        .map(|diagnostic| match &diagnostic.hint {
            Some(hint) => format!("{} ({hint})", diagnostic.message),
            None => diagnostic.message.clone(),
        })
        .collect();
    Error::new(Kind::Validation, format!("The prompt was not kept: {}.", told.join("; ")))
        .hint("In the text, `{{ name }}` stands for a declared argument.")
}

fn by_hand(name: &str, prompt: &Prompt) -> Error {
    let file = prompt.tool.place.file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Error::new(Kind::Conflict, format!("Your prompt `{name}` is in the file `{file}`, which was written by hand."))
        .hint("It is changed there; or take another name.")
}

fn unwritable(what: &str, error: &std::io::Error) -> Error {
    tracing::error!(%error, "a personal prompt could not be {what}");
    // The path is nobody's business but the administrator's.
    Error::new(Kind::Unavailable, format!("The prompt could not be {what}: {}.", error.kind()))
        .hint("Tell the administrator: the folder of `definitions.personal` has to be writable.")
}

#[cfg(test)]
mod tests;
