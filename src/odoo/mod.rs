//! The Odoo client: protocols, identity, metadata, errors, values. Knows nothing of MCP.
