//! Who calls, and what that caller may see.

/// Who calls, and through which door. Over stdio: the person who started the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The bundles that the connection named (`/mcp/sales`, `--bundle`); empty is `default`.
    pub bundles: Vec<String>,
    /// Only reading tools (the server's or the connection's `read_only`).
    pub read_only: bool,
    /// The Odoo login of the person, where the door knows it. `None`: whoever the default instance is used as.
    pub login: Option<String>,
}

impl Caller {
    /// Who it is, as far as what is kept for one caller must not be given to another: a plan, a page of a list.
    #[must_use]
    pub fn key(&self) -> String {
        let login = self.login.as_deref().map(|login| format!("{login}\n")).unwrap_or_default();
        format!("{login}{}{}", self.bundles.join("+"), if self.read_only { " (read only)" } else { "" })
    }
}
