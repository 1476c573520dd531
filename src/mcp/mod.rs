//! The protocol handler and its notifications. With `transport`, the only code that knows rmcp.
