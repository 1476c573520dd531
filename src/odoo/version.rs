//! Odoo's version, as far as it decides how to talk to it.

use std::fmt;

use serde_json::Value;

/// A version of Odoo. `saas~18.2` is 18.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// e.g. 18.
    pub major: u32,
    /// e.g. 2; 0 for the yearly versions.
    pub minor: u32,
}

impl Version {
    /// Version `major.minor`.
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// From the texts that Odoo gives: `19.0`, `saas~18.2`, `17.0-20240101`, `16.0+e`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("saas~").or_else(|| text.strip_prefix("saas-")).unwrap_or(text);
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor: String = parts.next().unwrap_or("0").chars().take_while(char::is_ascii_digit).collect();
        Some(Self { major, minor: minor.parse().ok()? })
    }

    /// From the answer of `common.version`, `/web/version` or `/web/webclient/version_info`.
    pub(super) fn from_answer(answer: &Value) -> Option<Self> {
        ["server_version", "server_serie", "version"]
            .iter()
            .find_map(|key| answer.get(key).and_then(Value::as_str).and_then(Self::parse))
            .filter(|version| version.major > 0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odoo_online_and_enterprise_versions_are_numbers_that_compare() {
        for (text, version) in [
            ("19.0", Version::new(19, 0)),
            ("saas~18.2", Version::new(18, 2)),
            ("saas~18.2+e", Version::new(18, 2)),
            ("14.0-20221013", Version::new(14, 0)),
            ("16.0+e-20240101", Version::new(16, 0)),
            ("20.0alpha1", Version::new(20, 0)),
        ] {
            assert_eq!(Version::parse(text), Some(version), "{text}");
        }
        assert_eq!(Version::parse("master"), None);
        assert!(Version::new(18, 2) > Version::new(18, 0));
        assert!(Version::new(18, 10) > Version::new(18, 9));
        assert_eq!(Version::new(18, 2).to_string(), "18.2");
    }
}
