//! Text with places: files, spanned values from TOML and JSON, and diagnostics that show the line.
