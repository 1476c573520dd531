//! How messages come and go: stdio and streamable HTTP. With [`crate::mcp`] the only code that knows rmcp.

pub mod http;
pub mod stdio;
