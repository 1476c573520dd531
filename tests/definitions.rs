//! x
use std::path::Path;
use tooldoo::source::{Format, Look, render};
#[test]
fn smoke() {
    let text = std::fs::read_to_string("/tmp/smoke.toml").unwrap();
    let loaded = tooldoo::definition::load_texts([(Path::new("smoke.toml"), text.as_str(), Format::Toml)]);
    for d in &loaded.diagnostics { print!("{}", render(d, Look::Plain)); println!("{d}"); }
    let l = tooldoo::definition::load_embedded();
    for d in &l.diagnostics { print!("{}", render(d, Look::Plain)); }
    println!("{:#?}", l.definitions.tools.first().map(|t| &t.input.schema));
}
