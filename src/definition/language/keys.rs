//! Keys that tools, resources and prompts have in common, and how lists of keys are put together.

use super::{LOOKUP, POSITIVE};
use crate::source::shape::{Key, Kind};

pub(super) const TITLE_KEY: Key = Key::new("title", Kind::Text, "The name that people see.");
pub(super) const ICONS_KEY: Key =
    Key::new("icons", Kind::List(&Kind::Map(&Kind::Any)), "MCP icons: tables with `src`, `mimeType`, `sizes`.")
        .instead("e.g. `[{ src = \"https://example.com/icon.png\" }]`");
pub(super) const META_KEY: Key = Key::new("meta", Kind::Map(&Kind::Any), "MCP `_meta`.");
pub(super) const BUNDLES_KEY: Key =
    Key::new("bundles", Kind::Words, "The bundles that it belongs to; none is the default bundle.")
        .also(&["bundle", "teams"]);
pub(super) const INSTANCE_KEY: Key = Key::new("instance", Kind::Text, "Which Odoo, by its name in the configuration.");
pub(super) const MODEL_KEY: Key = Key::new("model", Kind::Text, "The Odoo model, e.g. `crm.lead`; may be a template.");
pub(super) const REQUIRES_KEY: Key =
    Key::new("requires", Kind::Words, "What must be there: models, modules, `odoo>=17`, client capabilities.")
        .also(&["depends"]);
pub(super) const COMPANY: Kind = Kind::Either(&[Kind::Text, POSITIVE]);
/// Lookups by variable.
pub(super) const LOOKUPS: Kind = Kind::Map(&Kind::Table(&LOOKUP));
pub(super) const ENABLED_KEY: Key = Key::new("enabled", Kind::Boolean, "Not offered when false.");
pub(super) const SEQUENCE_KEY: Key =
    Key::new("sequence", Kind::Integer(-1_000_000, 1_000_000), "Lists are sorted by this, then by name. Default 0.");
pub(super) const CATEGORY_KEY: Key = Key::new("category", Kind::Text, "A word for grouping.");
pub(super) const MAX_BYTES: Kind = Kind::Integer(100, 100_000_000);
pub(super) const FORMAT: Kind = Kind::Choice(&["json", "table", "text"], &[]);
pub(super) const LINKS_KEY: Key =
    Key::new("links", Kind::Boolean, "Each record's web address, in Odoo's own interface. Default false.");

/// Lists one after the other, as one `&'static` list; the element before the `;` is any of their type.
macro_rules! joined {
    ($any:expr; $($part:expr),+ $(,)?) => {
        &$crate::definition::language::keys::join::<_, { 0 $(+ $part.len())+ }>($any, &[$($part),+])
    };
}

/// Lists of keys one after the other, as one `&'static` list.
macro_rules! joined_keys {
    ($($part:expr),+ $(,)?) => {
        $crate::definition::language::keys::joined!(Key::new("", Kind::Any, ""); $($part),+)
    };
}

pub(super) use {joined, joined_keys};

/// What [`joined`] makes. `any` only fills the array before its elements are known; `N` is how many there are.
pub(super) const fn join<T: Copy, const N: usize>(any: T, parts: &[&[T]]) -> [T; N] {
    let mut all = [any; N];
    let mut free: &mut [T] = &mut all;
    let mut parts = parts;
    while let [part, others @ ..] = parts {
        let (filled, rest) = free.split_at_mut(part.len());
        filled.copy_from_slice(part);
        (free, parts) = (rest, others);
    }
    all
}

/// The names of keys.
pub(super) const fn names<const N: usize>(keys: &[Key]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut free: &mut [&'static str] = &mut names;
    let mut keys = keys;
    while let ([name, rest @ ..], [key, others @ ..]) = (free, keys) {
        *name = key.name;
        (free, keys) = (rest, others);
    }
    names
}
