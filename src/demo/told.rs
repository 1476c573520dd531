//! What a version of Odoo says of fields where that does not follow from how they work here: `data/told/19.json`, model to field to
//! attribute, as `fields_get` gave them there.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::model::DATA;

type Attributes = HashMap<String, Map<String, Value>>;

/// Field to attributes of one model.
///
/// # Errors
/// Where the file, which is embedded, cannot be read.
pub(super) fn of(model: &str, major: u8) -> Result<Attributes, String> {
    static READ: OnceLock<HashMap<u8, HashMap<String, Attributes>>> = OnceLock::new();
    if let Some(read) = READ.get() {
        return Ok(read.get(&major).and_then(|models| models.get(model)).cloned().unwrap_or_default());
    }
    let mut read = HashMap::new();
    for file in DATA.get_dir("told").into_iter().flat_map(include_dir::Dir::files) {
        let path = file.path().display();
        let version = file.path().file_stem().and_then(|name| name.to_str()?.parse().ok());
        let version: u8 = version.ok_or_else(|| format!("`{path}` is not named after a version"))?;
        let text = file.contents_utf8().ok_or_else(|| format!("`{path}` is not UTF-8"))?;
        read.insert(version, serde_json::from_str(text).map_err(|error| format!("`{path}`: {error}"))?);
    }
    let read = READ.get_or_init(|| read);
    Ok(read.get(&major).and_then(|models| models.get(model)).cloned().unwrap_or_default())
}
