//! `[definitions]`: where the definitions lie, and where single persons keep theirs.

use std::path::{Component, Path, PathBuf};

use crate::definition::is_skipped;
use crate::source::Node;

use super::build::{Build, at, flag};
use super::settings::DefinitionsConfig;

impl Build<'_> {
    pub(super) fn definitions(&mut self, table: Option<&Node>) -> DefinitionsConfig {
        let reload = flag(table, "reload", true);
        let personal = at(table, "personal").and_then(|node| {
            if node.as_str().is_some_and(|path| path.trim().is_empty()) {
                self.sink
                    .error(&node.place, "`personal` is empty")
                    .hint("the directory that holds a folder for each login");
                return None;
            }
            Some((node, self.path(node)?))
        });
        let paths: Vec<PathBuf> = if self.options.definitions.is_empty() {
            let items = at(table, "paths").and_then(Node::as_array).unwrap_or_default();
            items.iter().filter_map(|node| self.path(node)).collect()
        } else {
            self.options.definitions.clone()
        };
        if let Some((node, personal)) = &personal
            && let Some(shared) = paths.iter().find(|path| is_read_with(path, personal))
        {
            let message =
                format!("`personal` lies in `{}`: what one person keeps there is read for all", shared.display());
            self.sink
                .error(&node.place, message)
                .hint("give it a directory of its own, beside those of the definitions");
        }
        let personal = personal.map(|(_, path)| path);
        DefinitionsConfig { paths: (!paths.is_empty()).then_some(paths), reload, personal }
    }
}

/// Whether who reads the definitions below `shared` also reads what lies below `personal`.
fn is_read_with(shared: &Path, personal: &Path) -> bool {
    let (shared, personal) = (real(shared), real(personal));
    let Ok(between) = personal.strip_prefix(&shared) else { return false };
    !between.components().any(|part| matches!(part, Component::Normal(name) if is_skipped(&name.to_string_lossy())))
}

/// Without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.ancestors()
        .find_map(|above| {
            let there = above.canonicalize().ok()?;
            Some(path.strip_prefix(above).map_or_else(|_| there.clone(), |rest| there.join(rest)))
        })
        .unwrap_or_else(|| path.clone())
}
