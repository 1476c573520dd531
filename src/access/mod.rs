//! Who calls, and what that caller may see.

/// Who calls, and through which door. Over stdio: the person who started the server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The bundles that the connection named (`/mcp/sales`, `--bundle`); empty is `default`.
    pub bundles: Vec<String>,
    /// Only reading tools (the server's or the connection's `read_only`).
    pub read_only: bool,
}
