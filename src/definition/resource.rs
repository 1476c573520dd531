//! One checked resource: a reading tool with an address.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::complete::Complete;
use super::tool::Tool;
use super::uri::UriTemplate;

/// The scheme of Odoo's own things: the same resource is at each Odoo that a caller reaches, each under its own scheme.
pub const SCHEME: &str = "odoo";

/// The scheme under which the resources of one Odoo are: `odoo` at the default one, `odoo+NAME` at every other. What no scheme may
/// have in it is written as `.` and two hexadecimal digits, so that no two Odoos share one.
#[must_use]
pub fn scheme_of(instance: &str, default: &str) -> String {
    if instance == default {
        return SCHEME.to_owned();
    }
    let mut scheme = format!("{SCHEME}+");
    for byte in instance.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => scheme.push(char::from(byte)),
            byte => scheme.push_str(&format!(".{byte:02x}")),
        }
    }
    scheme
}

/// A resource as its file declares it, checked and compiled.
#[derive(Debug)]
pub struct Resource {
    /// What is read, and all that it has in common with a tool: its name, what it requires, its bundles. The variables of the
    /// address are its arguments.
    pub tool: Arc<Tool>,
    /// Its address, or the template of its addresses.
    pub uri: UriTemplate,
    /// MCP `mimeType`; `None` is that of the file or the content.
    pub mime_type: Option<String>,
    /// How many bytes it has, where the author knows.
    pub size: Option<u64>,
    /// How often Odoo is asked, while somebody has subscribed, whether the records have changed.
    pub watch: Option<Duration>,
    /// What is offered for the variables of the address.
    pub complete: Vec<(String, Complete)>,
    /// MCP `annotations`, as MCP spells them.
    pub annotations: Map<String, Value>,
    /// Another number where another thing is written: whoever has subscribed hears that the definition has changed.
    pub written: u64,
}

#[cfg(test)]
mod tests {
    use super::scheme_of;

    #[test]
    fn every_odoo_has_a_scheme_of_its_own() {
        assert_eq!(scheme_of("main", "main"), "odoo");
        assert_eq!(scheme_of("test-2", "main"), "odoo+test-2");
        assert_eq!(scheme_of("my_db", "main"), "odoo+my.5fdb");
        assert_eq!(scheme_of("A", "a"), "odoo+.41");
    }
}
