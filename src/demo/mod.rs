//! The embedded Odoo and its sample data. Speaks HTTP on a real socket, and knows nothing of MCP.
