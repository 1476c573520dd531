//! stdio and streamable HTTP.
