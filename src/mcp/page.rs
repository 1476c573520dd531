//! Lists in pages.
//!
//! A cursor says after which entry the list goes on, by what entries are sorted by, not by a position: so a list that is replaced
//! between two pages loses and repeats nothing that was there before and after. It is sealed, so that it is good for one list of one
//! caller alone, as long as this process runs; after a restart a client begins anew.

use rmcp::model::{ErrorData, SealOptions};
use serde::{Deserialize, Serialize};

use super::Hub;
use crate::access::Caller;
use crate::catalog::{Addressed, Offered};

/// The most entries of a page. Many clients never ask for a second one, and their users would miss tools without a word; a page
/// is there for catalogs so large that one answer of them is a burden, not to save a few bytes.
const MOST: usize = 250;

/// The lists that come in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paged {
    Tools,
    Resources,
    Templates,
    Prompts,
}

impl Paged {
    /// The method that gives it.
    fn method(self) -> &'static str {
        match self {
            Self::Tools => "tools/list",
            Self::Resources => "resources/list",
            Self::Templates => "resources/templates/list",
            Self::Prompts => "prompts/list",
        }
    }
}

/// What entries are sorted by, the first first. Unique in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Key(i64, String, bool, String);

impl Key {
    pub(super) fn of(offered: &Offered) -> Self {
        Self(offered.tool.sequence, offered.tool.name.clone(), false, String::new())
    }

    /// The same resource at several Odoos: that of whoever names none leads.
    pub(super) fn of_address(addressed: &Addressed) -> Self {
        let uri = addressed.uri.clone();
        let Self(sequence, name, ..) = Self::of(&addressed.offered);
        Self(sequence, name, uri.starts_with("odoo+"), uri)
    }
}

/// The page of a list after that cursor, the first without one, and the cursor of the next.
///
/// # Errors
/// A cursor that this server did not give to this caller for this list.
pub(super) fn page<T>(
    hub: &Hub,
    caller: &Caller,
    list: Paged,
    cursor: Option<&str>,
    entries: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> Key,
) -> Result<(Vec<T>, Option<String>), ErrorData> {
    let subject = format!("{}\ncursor\n{}", caller.key(), list.method());
    let after: Option<Key> = match cursor {
        None => None,
        Some(cursor) => match hub.codec.open_json_with(cursor, subject.as_bytes()) {
            Ok(key) => Some(key),
            Err(_) => {
                let message = format!(
                    "Unknown cursor: it is none that this server gave for `{}` here. Ask for the list again, without a cursor.",
                    list.method()
                );
                return Err(ErrorData::invalid_params(message, None));
            }
        },
    };
    let mut sorted: Vec<(Key, T)> = entries.into_iter().map(|entry| (key(&entry), entry)).collect();
    sorted.retain(|(key, _)| after.as_ref().is_none_or(|after| key > after));
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    let next = match sorted.get(..MOST).and_then(<[_]>::last).filter(|_| sorted.len() > MOST) {
        None => None,
        Some((last, _)) => {
            let options = SealOptions::default().associated_data(subject.as_bytes());
            let sealed = hub.codec.seal_json_with(last, &options);
            Some(sealed.map_err(|error| ErrorData::internal_error(error.to_string(), None))?)
        }
    };
    sorted.truncate(MOST);
    Ok((sorted.into_iter().map(|(_, entry)| entry).collect(), next))
}
