//! `docs/configuration.md` names every key and variable that there is, with what it takes and its default, and no others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tooldoo::config::language::FILE;
use tooldoo::config::{self, Options};
use tooldoo::source::shape::{Key, Kind, Shape};

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A line of a table on the page.
struct Row {
    /// The heading above it, or `secret` for the table of three columns below an instance's.
    table: String,
    key: String,
    takes: String,
    default: String,
}

fn rows() -> Vec<Row> {
    let page = read("docs/configuration.md");
    let file = page.split("\n## The file\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut heading = "";
    let mut rows = Vec::new();
    for line in file.lines() {
        heading = line.strip_prefix("### ").unwrap_or(heading);
        if !line.starts_with("| `") {
            continue;
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let key = cells[0].trim_matches('`').to_owned();
        let table = if cells.len() == 3 { "secret" } else { heading.trim_matches('`') };
        let default = if cells.len() == 3 { "" } else { cells[2] };
        rows.push(Row { table: table.to_owned(), key, takes: cells[1].to_owned(), default: default.to_owned() });
    }
    rows
}

/// How the page calls what a key takes. `None`: a table that has a section of its own.
fn takes(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Text => "text".to_owned(),
        Kind::Boolean => "`true`, `false`".to_owned(),
        Kind::Integer(..) => "number".to_owned(),
        Kind::Duration => "time".to_owned(),
        Kind::Size => "size".to_owned(),
        Kind::Words => "list of texts".to_owned(),
        Kind::List(_) => "list of numbers".to_owned(),
        Kind::Choice(words, _) => words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", "),
        Kind::Table(shape) if shape.name == "secret" => "secret".to_owned(),
        Kind::Table(shape) if shape.name == "tls" => "table".to_owned(),
        Kind::Map(Kind::Any) => "table".to_owned(),
        Kind::Table(_) | Kind::Map(Kind::Table(_)) => return None,
        other => panic!("the page has no word for {other:?}"),
    })
}

/// Every table of the configuration, by its heading on the page.
fn tables() -> BTreeMap<String, &'static Shape> {
    fn visit(shape: &'static Shape, found: &mut BTreeMap<String, &'static Shape>) {
        let heading = match shape.name {
            "the configuration" => "At the top".to_owned(),
            "secret" => "secret".to_owned(),
            _ => shape.header.replace('…', "NAME"),
        };
        found.insert(heading, shape);
        for key in shape.keys.iter().filter(|key| key.carried_out) {
            if let Kind::Table(inner) | Kind::Map(Kind::Table(inner)) = &key.kind {
                visit(inner, found);
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(&FILE, &mut found);
    found
}

fn carried_out(shape: &'static Shape) -> impl Iterator<Item = (&'static Key, String)> {
    shape.keys.iter().filter(|key| key.carried_out).filter_map(|key| Some((key, takes(&key.kind)?)))
}

#[test]
fn every_key_is_on_the_page_with_what_it_takes() {
    let there: BTreeSet<(String, String, String)> =
        rows().into_iter().map(|row| (row.table, row.key, row.takes)).collect();
    let wanted: BTreeSet<(String, String, String)> = tables()
        .iter()
        .flat_map(|(heading, shape)| {
            carried_out(shape).map(|(key, takes)| (heading.clone(), key.name.to_owned(), takes))
        })
        .collect();
    let missing: Vec<_> = wanted.difference(&there).collect();
    let too_many: Vec<_> = there.difference(&wanted).collect();
    assert!(missing.is_empty() && too_many.is_empty(), "missing: {missing:#?}\nnot in the program: {too_many:#?}");
}

/// What is loaded from this file, as text.
fn loaded(text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    std::fs::create_dir(directory.path().join("secrets")).unwrap();
    std::fs::write(directory.path().join("secrets/shop"), "secret").unwrap();
    std::fs::write(&file, text).unwrap();
    let environment = BTreeMap::from([("ODOO_API_KEY".to_owned(), "secret".to_owned())]);
    let options = Options { config: Some(file), environment, ..Options::default() };
    match config::load(&options) {
        Ok((config, warnings)) => {
            assert!(warnings.is_empty(), "{text}\n{warnings:#?}");
            format!("{config:#?}").replace(&directory.path().display().to_string(), "")
        }
        Err(diagnostics) => panic!("{text}\n{diagnostics:#?}"),
    }
}

/// Written out, a default changes nothing; and the page has the one that the program's own words have.
#[test]
fn the_defaults_are_those_of_the_program() {
    let tables = tables();
    let url = "url = \"https://odoo.example.com\"\n";
    let mut seen = 0;
    for row in rows() {
        let key = tables[&row.table].key(&row.key).unwrap();
        if let Some(said) = key.doc.split("Default ").nth(1).map(|said| said.trim_end_matches('.').replace('`', "")) {
            let default = row.default.trim_matches('`').trim_matches('"');
            let said = said.split(": ").next().unwrap();
            assert!(default == said || row.table == "At the top", "`{}`: {said}, {default}", row.key);
        }
        let Some(default) = row.default.strip_prefix('`').and_then(|default| default.strip_suffix('`')) else {
            continue;
        };
        let section = row.table.replace("NAME", "main");
        let instance = if section == "[instances.main]" { String::new() } else { format!("[instances.main]\n{url}") };
        let above = if instance.is_empty() { url } else { "" };
        assert_eq!(
            loaded(&format!("{instance}{section}\n{above}{} = {default}\n", row.key)),
            loaded(&format!("[instances.main]\n{url}")),
            "{section} {}",
            row.key
        );
        seen += 1;
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn every_example_on_the_page_loads() {
    let page = read("docs/configuration.md");
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 8);
    for block in blocks {
        loaded(block);
    }
}

#[test]
fn what_is_reserved_is_listed_as_such_and_nothing_else_is() {
    let page = read("docs/configuration.md");
    let list = page.split("\n## Not yet\n").nth(1).unwrap();
    let mut there = BTreeSet::new();
    for line in list.lines().filter_map(|line| line.strip_prefix("- ")) {
        let (table, keys) = line.split_once(": ").unwrap();
        let keys = keys.split(';').next().unwrap();
        let table = if table == "at the top" { "At the top" } else { table.trim_matches('`') };
        there.extend(keys.split('`').skip(1).step_by(2).map(|key| (table.to_owned(), key.to_owned())));
    }
    let mut wanted = BTreeSet::new();
    let tables = tables();
    for (heading, shape) in &tables {
        let reserved = shape.keys.iter().filter(|key| !key.carried_out);
        wanted.extend(reserved.map(|key| (heading.clone(), key.name.to_owned())));
        for key in shape.keys {
            if let Kind::Choice(_, [_, ..]) = key.kind {
                assert_eq!(key.name, "protocol", "another key has a word that is reserved");
                assert!(list.contains("the `protocol` `\"xmlrpc\"`"));
            }
        }
    }
    assert_eq!(there, wanted);
}

/// Names in capitals with `_`, and `PORT`.
fn is_variable(name: &str) -> bool {
    !name.ends_with('_')
        && (name == "PORT" || ["ODOO_", "MCP_", "TOOLDOO_"].iter().any(|prefix| name.starts_with(prefix)))
        && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

#[test]
fn the_variables_on_the_page_are_those_that_are_read() {
    let code = read("src/config/environment.rs");
    let read_there: BTreeSet<&str> = code.split('"').filter(|name| is_variable(name) && !name.contains("__")).collect();
    let page = read("docs/configuration.md");
    let words = page.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    let named: BTreeSet<&str> = words.filter(|name| is_variable(name) && !name.contains("__")).collect();
    assert_eq!(named, read_there);
    let mut seen = 0;
    for example in page.split('`').filter(|text| text.starts_with("TOOLDOO_") && text.contains('=')) {
        let (name, value) = example.split_once('=').unwrap();
        let environment = BTreeMap::from([(name.to_owned(), value.trim_matches('\'').to_owned())]);
        let loaded = config::load(&Options { environment, ..Options::default() });
        assert!(loaded.is_ok(), "{example}: {loaded:#?}");
        seen += 1;
    }
    assert!(seen >= 4);
}
