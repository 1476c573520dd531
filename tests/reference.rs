//! `docs/reference.md` is what the language says of itself: every table, its keys, what they take and what they do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

use std::fmt::Write;
use std::path::Path;

use tooldoo::definition::language::FILE;
use tooldoo::source::shape::{Kind, Shape};

const HEAD: &str = "# Reference

Every table of a definition file and every key that it can have, made from what the program itself checks by. What the keys mean in a
call, and how they go together, is in [definitions.md](definitions.md); the [guide](guide.md) shows them at work, the [gallery](gallery.md)
in whole tools. An editor shows the same while you type: [editors.md](editors.md).

A key in **bold** must be there. A *text* may be a template where [templates](definitions.md#templates) are read.
";

/// Where definitions.md speaks of a table.
const MEANINGS: &[(&str, &str)] = &[
    ("defaults", "defaults"),
    ("bundle", "bundles"),
    ("prompt", "prompts"),
    ("argument", "prompts"),
    ("data", "prompts"),
    ("message", "prompts"),
    ("tool", "a-tool"),
    ("lookup", "lookups"),
    ("confirm", "confirmation"),
    ("ask", "questions"),
    ("step", "steps"),
    ("step_ask", "questions"),
    ("lookup_on_the_spot", "on-the-spot"),
    ("relation", "relations"),
    ("result", "answers"),
    ("test", "tests"),
    ("expect", "tests"),
    ("outgoing", "tests"),
    ("search_read", "operations"),
    ("read", "operations"),
    ("search_count", "operations"),
    ("read_group", "operations"),
    ("name_search", "operations"),
    ("fields_get", "operations"),
    ("default_get", "operations"),
    ("create", "values"),
    ("write", "values"),
    ("unlink", "operations"),
    ("call", "dialogs"),
    ("server", "operations"),
    ("message_post", "messages-files-and-reports"),
    ("attach", "messages-files-and-reports"),
    ("attachments", "messages-files-and-reports"),
    ("report", "messages-files-and-reports"),
];

/// All tables, each after the first that leads to it.
fn tables() -> Vec<&'static Shape> {
    fn within(kind: &'static Kind, found: &mut Vec<&'static Shape>) {
        match kind {
            Kind::Table(shape) | Kind::Tables(shape) => visit(shape, found),
            Kind::Map(inner) | Kind::List(inner) => within(inner, found),
            Kind::Either(kinds) => kinds.iter().for_each(|kind| within(kind, found)),
            _ => {}
        }
    }
    fn visit(shape: &'static Shape, found: &mut Vec<&'static Shape>) {
        if found.iter().any(|known| known.name == shape.name) {
            return;
        }
        found.push(shape);
        for key in shape.keys.iter().filter(|key| key.carried_out) {
            within(&key.kind, found);
        }
    }
    let mut found = Vec::new();
    visit(&FILE, &mut found);
    // Nothing in the table of keys leads to it: any key of `values` may hold it.
    visit(&tooldoo::definition::language::RELATION, &mut found);
    found
}

fn title(shape: &Shape) -> String {
    if shape.header.is_empty() { "A definition file".to_owned() } else { format!("`{}`", shape.header) }
}

/// The anchor that a heading gets: small letters, digits, `_` and `-`, with `-` for blanks.
fn anchor(shape: &Shape) -> String {
    let kept = title(shape).to_lowercase();
    kept.chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => Some(letter),
            _ => None,
        })
        .collect()
}

fn takes(kind: &Kind) -> String {
    match kind {
        Kind::Text => "a text".to_owned(),
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Integer(from, to) if *to == i64::MAX => format!("a whole number from {from} on"),
        Kind::Integer(from, to) => format!("a whole number from {from} to {to}"),
        Kind::Duration => "a time such as `\"30s\"`".to_owned(),
        Kind::Size => "a size such as `\"64MB\"`".to_owned(),
        Kind::Words => "a list of texts".to_owned(),
        Kind::Choice(words, _) => words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", "),
        Kind::Any => "any value".to_owned(),
        Kind::JsonSchema => "a JSON Schema".to_owned(),
        Kind::Table(shape) => format!("[a table](#{})", anchor(shape)),
        Kind::Tables(shape) => format!("[tables](#{})", anchor(shape)),
        Kind::Map(inner) => match inner {
            Kind::Any => "a table of your own keys".to_owned(),
            inner => format!("a table of your own keys, each {}", takes(inner)),
        },
        Kind::List(inner) => match inner {
            Kind::Any => "a list".to_owned(),
            inner => format!("a list, each {}", takes(inner)),
        },
        Kind::Either(kinds) => {
            let carried_out = kinds.iter().filter(|kind| !matches!(kind, Kind::NotYet(..)));
            let mut forms: Vec<String> = carried_out.map(takes).collect();
            let last = forms.pop().unwrap_or_default();
            if forms.is_empty() { last } else { format!("{}, or {last}", forms.join(", ")) }
        }
        Kind::NotYet(..) => String::new(),
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let tables = tables();
    let index: Vec<String> = tables.iter().map(|shape| format!("[{}](#{})", title(shape), anchor(shape))).collect();
    write!(page, "\n{}\n", index.join(" ·\n")).unwrap();
    for shape in tables {
        write!(page, "\n## {}\n\n{}", title(shape), shape.doc).unwrap();
        if let Some((_, section)) = MEANINGS.iter().find(|(name, _)| *name == shape.name) {
            write!(page, " [Meaning](definitions.md#{section}).").unwrap();
        }
        page.push_str("\n\n");
        let carried_out = |name: &&&str| shape.key(name).is_some_and(|key| key.carried_out);
        let one_of: Vec<String> = shape.one_of.iter().filter(carried_out).map(|name| format!("`{name}`")).collect();
        if !one_of.is_empty() {
            write!(page, "Exactly one of {}.\n\n", one_of.join(", ")).unwrap();
        }
        page.push_str("| key | takes | |\n|---|---|---|\n");
        for key in shape.keys.iter().filter(|key| key.carried_out) {
            let name = if key.required { format!("**`{}`**", key.name) } else { format!("`{}`", key.name) };
            writeln!(page, "| {name} | {} | {} |", takes(&key.kind), key.doc.replace('|', "\\|")).unwrap();
        }
    }
    page
}

#[test]
fn the_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, page(), "out of date: UPDATE_REFERENCE=1 cargo test --test reference");
}

#[test]
fn the_reference_leads_to_sections_that_are_there() {
    let meanings = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/definitions.md")).unwrap();
    let anchors: Vec<String> = meanings
        .lines()
        .filter_map(|line| line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")))
        .map(|heading| heading.to_lowercase().replace(' ', "-").replace([',', '`', '.', '\''], ""))
        .collect();
    let names: Vec<&str> = tables().iter().map(|shape| shape.name).collect();
    for (name, section) in MEANINGS {
        assert!(names.contains(name), "no table `{name}`");
        assert!(
            anchors.iter().any(|anchor| anchor == section),
            "definitions.md has no section `{section}`: {anchors:?}"
        );
    }
}
