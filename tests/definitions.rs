//! Definition files as an author sees them: what is wrong with each of a corpus of wrong ones, and what right ones become.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use tooldoo::definition::operation::{FieldEntry, FieldList, FieldName, Nested, Operation};
use tooldoo::definition::tool::{Comparison, Due, Paging, Requirement, Tool};
use tooldoo::definition::{Loaded, load, load_embedded, load_texts};
use tooldoo::source::{Format, Look, render};
use tooldoo::template::Templated;

/// The wrong files, each with the whole of what `check` says about it. A new snapshot is written with `INSTA_UPDATE=always`.
#[test]
fn every_wrong_file_is_explained() {
    // Paths in the messages are relative to the package.
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    let mut files: Vec<_> = fs::read_dir("tests/wrong").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| Format::of(path).is_some());
    files.sort();
    assert!(files.len() >= 40);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("wrong/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in files {
        let loaded = load(std::slice::from_ref(&path));
        let name = path.file_name().unwrap().to_string_lossy().replace('.', "_");
        // The other files are each about one mistake, and not about what else they could do better.
        let lints = if name.starts_with("lint_") { loaded.lints() } else { Vec::new() };
        let lints = if name.starts_with("test_") { tooldoo::trial::check(&loaded) } else { lints };
        assert!(loaded.diagnostics.len() + lints.len() > 0, "{} is not wrong", path.display());
        let found = loaded.diagnostics.iter().chain(&lints);
        let text = found.map(|diagnostic| render(diagnostic, Look::Plain)).collect::<Vec<_>>().join("\n");
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

#[test]
fn ten_mistakes_are_ten_diagnostics() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong/ten_mistakes.toml")).unwrap();
    let loaded = toml(&text);
    assert_eq!(loaded.diagnostics.len(), 10, "{:#?}", loaded.diagnostics);
    assert!(loaded.diagnostics.iter().all(|diagnostic| diagnostic.is_error() && diagnostic.place.is_some()));
    assert!(loaded.definitions.tools.is_empty());
}

fn toml(text: &str) -> Loaded {
    load_texts([(Path::new("test.toml"), text, Format::Toml)])
}

/// The one tool of a text without problems.
fn tool(text: &str) -> Tool {
    let mut loaded = toml(text);
    let problems: Vec<_> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(loaded.definitions.tools.len(), 1);
    loaded.definitions.tools.remove(0)
}

fn messages(text: &str) -> Vec<String> {
    toml(text).diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
}

#[test]
fn what_ships_has_no_problems() {
    let loaded = load_embedded();
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    let lints: Vec<_> = loaded.lints().iter().map(ToString::to_string).collect();
    assert!(lints.is_empty(), "{lints:#?}");
    assert!(!loaded.definitions.tools.is_empty());
    let on_disk = load(&["tools.d", "prompts.d"].map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join(name)));
    assert!(loaded.definitions.prompts.len() >= 10);
    assert_eq!(on_disk.definitions.prompts.len(), loaded.definitions.prompts.len());
    assert_eq!(names(&on_disk), names(&loaded));
}

fn lints(loaded: &Loaded) -> Vec<String> {
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    loaded.lints().iter().map(ToString::to_string).collect()
}

/// Tools of these names, with nothing to find fault with.
fn spotless(names: impl IntoIterator<Item = String>, more: &str) -> String {
    let tool = |name: String| {
        format!(
            "[[tool]]\nname = \"{name}\"\ndescription = \"Something that no other tool does.\"\nmodel = \"m\"\n{more}\n[tool.search_count]\n"
        )
    };
    names.into_iter().map(tool).collect()
}

#[test]
fn more_than_forty_tools_in_a_bundle_are_told_once_for_each_bundle() {
    let many = |count: usize| spotless((0..count).map(|number| format!("tool_{number:02}")), "");
    assert!(lints(&toml(&many(40))).is_empty());
    let told = lints(&toml(&many(41)));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("`default` has 41 tools") && told[0].starts_with("test.toml:242:8"), "{told:?}");
    // Of two for different Odoos a client sees one.
    let twice = spotless(["tool_00".to_owned()], "requires = [\"odoo<17\"]");
    let rest = spotless((1..40).map(|number| format!("tool_{number:02}")), "");
    let other = spotless(["tool_00".to_owned()], "requires = [\"odoo>=17\"]");
    assert!(lints(&toml(&format!("{twice}{rest}{other}"))).is_empty());
    let bundle =
        "[[bundle]]\nname = \"default\"\nexclude = [\"tool_07\"]\n[[bundle]]\nname = \"all\"\ninclude = [\"*\"]\n";
    let told = lints(&toml(&format!("{bundle}{}", many(41))));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("`all` has 41 tools") && told[0].starts_with("test.toml:5:8"), "{told:?}");
}

#[test]
fn a_bundle_is_misspelt_where_it_is_written_once_however_many_tools_it_reaches() {
    let tools = |names: [&str; 2]| spotless(names.map(str::to_owned), "");
    let slip = format!("[defaults]\nbundles = [\"helpdsek\"]\n{}", tools(["a", "b"]));
    let right = format!("[defaults]\nbundles = [\"helpdesk\"]\n{}", tools(["c", "d"]));
    let table = "[[bundle]]\nname = \"helpdesk\"\n[[bundle]]\nname = \"help\"\n[[bundle]]\nname = \"sale\"\ninclude = [\"a\"]\n[[bundle]]\nname = \"sales\"\ninclude = [\"b\"]\n";
    let texts = [("a.toml", slip.as_str()), ("b.toml", &right), ("c.toml", table)];
    let told = lints(&load_texts(texts.map(|(path, text)| (Path::new(path), text, Format::Toml))));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("a.toml:2:12") && told[0].contains("did you mean `helpdesk`?"), "{told:?}");
}

#[test]
fn as_long_as_there_are_errors_nothing_is_said_of_style() {
    let loaded = toml("[[tool]]\nname = \"x\"\nmodel = \"m\"\n[tool.search_count]\n[[tool]]\nname = \"Y\"\n");
    assert!(loaded.has_errors() && loaded.lints().is_empty());
    let loaded = toml("[[tool]]\nname = \"x\"\nmodel = \"m\"\n[tool.search_count]\n");
    assert_eq!(lints(&loaded).len(), 1);
}

fn names(loaded: &Loaded) -> Vec<&str> {
    loaded.definitions.tools.iter().map(|tool| tool.name.as_str()).collect()
}

const SEARCH: &str = r#"
[[tool]]
name = "search_orders"
title = "Search orders"
description = "Find orders."
bundles = ["sales"]
model = "sale.order"
sequence = 5
aliases = ["find_orders"]
requires = ["odoo>=17", "odoo < 18.2"]
timeout = "1m 30s"
confirm = "{{ query == 'all' }}"
company = "{{ company }}"
[tool.search_read]
domain = [["name", "ilike", "{{ query }}"], ["date_order", ">=", "{{ after }}"]]
fields = ["name", { order_line = { fields = ["product_id", { tax_id = ["name"] }], limit = 5, order = "sequence" } }, "user_ids|user_id", "note?"]
order = "date_order desc, id desc"
limit = { default = 10 }
context = { lang = "fr_FR", tz = "{{ user.tz }}" }
[tool.result]
max_bytes = 5000
[tool.input.properties]
query = { type = "string" }
company = { type = "string" }
after = { type = "string", format = "date" }
limit = { type = "integer", description = "How many orders", default = 7 }
"#;

#[test]
fn a_whole_tool_becomes_what_it_says() {
    let tool = tool(SEARCH);
    assert_eq!(
        (tool.name.as_str(), tool.sequence, tool.aliases.as_slice()),
        ("search_orders", 5, &["find_orders".to_owned()][..])
    );
    assert_eq!(tool.timeout, Some(Duration::from_secs(90)));
    assert_eq!(tool.result.max_bytes, Some(5000));
    assert!(matches!(tool.confirm.due, Due::When(_)));
    assert_eq!(
        tool.requires,
        [Requirement::Odoo(Comparison::GreaterOrEqual, (17, 0)), Requirement::Odoo(Comparison::Less, (18, 2)),]
    );
    let context: Vec<_> = tool.steps[0]
        .context()
        .iter()
        .map(|(key, value)| (key.as_str(), matches!(value, Templated::Template(_))))
        .collect();
    assert_eq!(context, [("lang", false), ("tz", true)]);
    assert!(tool.annotations.read_only && !tool.annotations.destructive);

    let Operation::SearchRead(search) = tool.operation().unwrap() else { panic!("{:?}", tool.operation()) };
    assert_eq!(search.limit, Paging { default: 10, max: 100 });
    assert!(search.page && search.count);
    let field =
        |name: &str| FieldEntry { name: FieldName { alternatives: vec![name.into()], optional: false }, nested: None };
    let FieldList::Listed(fields) = &search.fields else { panic!("{:?}", search.fields) };
    let taxes = Nested { fields: vec![field("name")], limit: None, order: None };
    let lines = Nested {
        fields: vec![field("product_id"), FieldEntry { nested: Some(taxes), ..field("tax_id") }],
        limit: Some(5),
        order: Some("sequence".into()),
    };
    assert_eq!(
        fields,
        &[
            field("name"),
            FieldEntry { nested: Some(lines), ..field("order_line") },
            FieldEntry {
                name: FieldName { alternatives: vec!["user_ids".into(), "user_id".into()], optional: false },
                nested: None
            },
            FieldEntry { name: FieldName { alternatives: vec!["note".into()], optional: true }, nested: None },
        ]
    );

    // The author's own `limit` keeps its description and its default.
    assert_eq!(tool.input.paging, Some(Paging { default: 7, max: 100 }));
    let schema = Value::Object((*tool.input.schema).clone());
    assert_eq!(
        schema["properties"]["limit"],
        json!({
            "type": "integer", "description": "How many orders", "default": 7, "maximum": 100,
        })
    );
    assert_eq!(schema["properties"]["offset"]["type"], "integer");
    assert!(tool.input.validator().unwrap().is_valid(&json!({"query": "x", "limit": 3, "offset": 3})));
    assert!(!tool.input.validator().unwrap().is_valid(&json!({"qurey": "x"})));
    // `format` is not asserted: "Values meet fields" checks dates.
    assert!(tool.input.validator().unwrap().is_valid(&json!({"after": "2026-03-01 10:00"})));
}

#[test]
fn json_and_toml_twins_are_the_same() {
    let as_json = serde_json::to_string_pretty(&toml::from_str::<toml::Table>(SEARCH).unwrap()).unwrap();
    let from_json = load_texts([(Path::new("test.json"), as_json.as_str(), Format::Json)]);
    assert!(from_json.diagnostics.is_empty(), "{:#?}", from_json.diagnostics);
    let without_places = |tool: &Tool| {
        format!(
            "{:?}",
            (
                (
                    &tool.name,
                    &tool.aliases,
                    &tool.title,
                    &tool.description,
                    &tool.bundles,
                    &tool.model,
                    tool.input.paging
                ),
                (
                    &tool.operation(),
                    &tool.steps[0].context(),
                    &tool.company,
                    &tool.confirm,
                    &tool.annotations,
                    &tool.requires,
                    &tool.result,
                    &tool.timeout
                ),
            )
        )
    };
    let (one, other) = (&from_json.definitions.tools[0], &tool(SEARCH));
    assert_eq!(without_places(one), without_places(other));
    assert_eq!(one.input.schema, other.input.schema);
}

fn schema_of(input: &str) -> Value {
    let tool = tool(&format!(
        "[[tool]]\nname = \"x\"\nmodel = \"res.partner\"\n[tool.call]\nmethod = \"m\"\nkwargs = {{ all = \"{{{{ args }}}}\" }}\n{input}"
    ));
    Value::Object((*tool.input.schema).clone())
}

#[test]
fn defaults_fill_what_a_tool_lacks_and_can_have() {
    let text = r#"
        [defaults]
        model = "res.partner"
        bundles = ["sales"]
        timeout = "10s"
        requires = ["odoo>=17"]
        limit = { default = 5, max = 50 }
        context = { lang = "fr_FR", active_test = false }
        result = { max_bytes = 1000 }
        [[tool]]
        name = "plain"
        [tool.search_read]
        [[tool]]
        name = "own"
        model = "crm.lead"
        bundles = []
        timeout = "20s"
        requires = []
        result = { format = "json" }
        [tool.search_read]
        limit = 7
        context = { lang = "nl_NL", tz = "UTC" }
        [[tool]]
        name = "counted"
        [tool.search_count]
        [[tool]]
        name = "said"
        [[tool.content]]
        type = "text"
        text = "hello"
        [[tool]]
        name = "about"
        [tool.server]
        what = "info"
        [[tool]]
        name = "modules"
        [tool.server]
        what = "modules"
        "#;
    let as_json = serde_json::to_string(&toml::from_str::<toml::Table>(text).unwrap()).unwrap();
    let from_json = load_texts([(Path::new("test.json"), as_json.as_str(), Format::Json)]);
    for loaded in [toml(text), from_json] {
        assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
        let [plain, own, counted, said, about, modules] = loaded.definitions.tools.as_slice() else {
            panic!("six tools")
        };
        let literal = |tool: &Tool| tool.model.as_ref().and_then(|model| model.as_literal().cloned());
        let context = |tool: &Tool| {
            let keys = tool.steps[0].context().iter();
            keys.map(|(key, value)| (key.clone(), value.as_literal().cloned().unwrap())).collect::<HashMap<_, _>>()
        };
        let keys = |pairs: &[(&str, Value)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<HashMap<_, _>>()
        };
        assert_eq!(literal(plain), Some(json!("res.partner")));
        assert_eq!(
            (plain.bundles.as_slice(), plain.timeout),
            (&["sales".to_owned()][..], Some(Duration::from_secs(10)))
        );
        assert_eq!((plain.requires.len(), plain.result.max_bytes), (1, Some(1000)));
        assert_eq!(plain.input.paging, Some(Paging { default: 5, max: 50 }));
        assert_eq!(context(plain), keys(&[("lang", json!("fr_FR")), ("active_test", json!(false))]));

        assert_eq!(literal(own), Some(json!("crm.lead")));
        assert_eq!((own.bundles.len(), own.timeout), (0, Some(Duration::from_secs(20))));
        assert_eq!((own.requires.len(), own.result.max_bytes), (0, Some(1000)), "merged, and replaced");
        assert_eq!(own.input.paging, Some(Paging { default: 7, max: 7 }));
        let merged = [("lang", json!("nl_NL")), ("tz", json!("UTC")), ("active_test", json!(false))];
        assert_eq!(context(own), keys(&merged));

        assert_eq!(context(counted).len(), 2);
        assert_eq!(counted.input.paging, None);
        assert_eq!((literal(said), said.bundles.len(), said.result.max_bytes), (None, 1, None));
        assert_eq!((literal(about), about.input.paging), (None, None));
        assert_eq!(modules.input.paging, Some(Paging { default: 5, max: 50 }));
    }
}

#[test]
fn defaults_are_those_of_their_file() {
    let defaults = "[defaults]\nbundles = [\"sales\"]\n";
    let tool = |name: &str| format!("[[tool]]\nname = \"{name}\"\nmodel = \"m\"\n[tool.search_count]\n");
    let (one, other) = (format!("{defaults}{}", tool("one")), tool("other"));
    let texts = [(Path::new("a.toml"), one.as_str(), Format::Toml), (Path::new("b.toml"), &other, Format::Toml)];
    let loaded = load_texts(texts);
    let bundles: Vec<_> = loaded.definitions.tools.iter().map(|tool| tool.bundles.len()).collect();
    assert_eq!(bundles, [1, 0]);
}

#[test]
fn two_tables_of_one_bundle_in_two_files_are_told_with_both_places() {
    let text = "[[bundle]]\nname = \"sales\"\n";
    let loaded = load_texts(["a.toml", "b.toml"].map(|name| (Path::new(name), text, Format::Toml)));
    let told: Vec<_> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("b.toml:2:8: error") && told[0].contains("a.toml:2:8"), "{told:?}");
}

#[test]
fn schemas_are_closed_through_properties_and_items_only() {
    assert_eq!(schema_of(""), json!({"type": "object", "properties": {}, "additionalProperties": false}));
    let schema = schema_of(
        r#"
        [tool.input.properties]
        lines = { type = "array", items = { type = "object", properties = { deep = { properties = { x = { type = "string" } } } } } }
        open = { type = "object", additionalProperties = true, properties = { a = {} } }
        free = { type = "object" }
        either = { anyOf = [{ type = "object", properties = { y = {} } }], properties = { z = { type = "object", properties = {} } } }
        "#,
    );
    assert_eq!(schema["additionalProperties"], false);
    let properties = &schema["properties"];
    assert_eq!(properties["lines"]["items"]["additionalProperties"], false);
    assert_eq!(properties["lines"]["items"]["properties"]["deep"]["additionalProperties"], false);
    assert_eq!(properties["open"]["additionalProperties"], true);
    // Closed, it could only be empty.
    assert_eq!(properties["free"], json!({"type": "object"}));
    assert_eq!(
        properties["either"],
        json!({
            "anyOf": [{"type": "object", "properties": {"y": {}}}], "properties": {"z": {"type": "object", "properties": {}}},
        })
    );
    let verbatim = schema_of("[tool.input]\nallOf = [{ properties = { a = { type = \"string\" } } }]\n");
    assert!(verbatim.get("additionalProperties").is_none());
}

#[test]
fn names_declared_in_branches_are_known() {
    let text = r##"
        [[tool]]
        name = "x"
        model = "res.partner"
        [tool.call]
        method = "m"
        kwargs = { a = "{{ a }}", b = "{{ b }}", c = "{{ c }}" }
        [tool.input]
        allOf = [{ properties = { a = {} } }, { "$ref" = "#/$defs/more" }]
        anyOf = [{ properties = { b = {} } }]
        "$defs" = { more = { properties = { c = {} } } }
    "##;
    tool(text);
}

#[test]
fn limits_in_each_form() {
    let limit = |form: &str| {
        let text = format!("[[tool]]\nname = \"x\"\nmodel = \"res.partner\"\n[tool.search_read]\n{form}");
        let tool = tool(&text);
        let Operation::SearchRead(search) = tool.operation().unwrap() else { panic!() };
        (search.limit.default, search.limit.max, tool.input.paging.is_some())
    };
    assert_eq!(limit(""), (20, 100, true));
    assert_eq!(limit("limit = 50"), (50, 50, true));
    assert_eq!(limit("limit = { default = 500 }"), (500, 500, true));
    assert_eq!(limit("limit = { max = 10 }"), (10, 10, true));
    assert_eq!(limit("limit = { default = 5, max = 7 }\npage = false"), (5, 7, false));
}

#[test]
fn confirm_has_a_default_for_each_operation() {
    let confirm = |rest: &str| {
        let text = format!("[[tool]]\nname = \"x\"\nmodel = \"res.partner\"\n{rest}");
        format!("{:?}", tool(&text).confirm.due)
    };
    assert_eq!(confirm("[tool.unlink]\nids = 1"), "Always");
    assert_eq!(confirm("confirm = \"never\"\n[tool.unlink]\nids = 1"), "Never");
    assert_eq!(confirm("[tool.call]\nmethod = \"action_archive\"\nids = 1"), "Never");
    let given = "[tool.call]\nmethod = \"{{ method }}\"\n[tool.input]\nrequired = [\"method\"]\nproperties.method = { type = \"string\" }";
    assert_eq!(confirm(given), "Always");
}

#[test]
fn annotations_follow_from_the_operation() {
    let hints = |rest: &str| {
        let annotations = tool(&format!("[[tool]]\nname = \"x\"\nmodel = \"res.partner\"\n{rest}")).annotations;
        (annotations.read_only, annotations.destructive, annotations.idempotent, annotations.open_world)
    };
    assert_eq!(hints("[tool.read]\nids = 1"), (true, false, true, false));
    assert_eq!(hints("[tool.create]\nvalues.name = \"x\""), (false, false, false, false));
    assert_eq!(hints("[tool.write]\nids = 1\nvalues.name = \"x\""), (false, true, true, false));
    assert_eq!(hints("[tool.call]\nmethod = \"m\""), (false, true, false, true));
    assert_eq!(hints("[tool.call]\nmethod = \"m\"\nwrites = false"), (true, false, true, false));
    assert!(hints("annotations = { idempotentHint = true }\n[tool.call]\nmethod = \"m\"").2);
}

#[test]
fn one_name_for_versions_that_exclude_each_other() {
    let two = |one: &str, other: &str| {
        let tool = |requires: &str| {
            format!("[[tool]]\nname = \"x\"\nmodel = \"m\"\nrequires = [{requires}]\n[tool.search_count]\n")
        };
        messages(&(tool(one) + &tool(other)))
    };
    assert!(two("\"odoo>=17\"", "\"odoo<17\"").is_empty());
    assert!(two("\"odoo>=16\", \"odoo<17\"", "\"odoo>=17\"").is_empty());
    assert!(two("\"odoo==16\"", "\"odoo!=16\"").is_empty());
    assert_eq!(two("\"odoo>16\"", "\"odoo<17\"").len(), 1, "16.1 meets both");
    assert_eq!(two("\"odoo>=17\"", "\"odoo>=18\"").len(), 1);
    let switched_off = "[[tool]]\nname = \"x\"\nmodel = \"m\"\nenabled = false\n[tool.search_count]\n[[tool]]\nname = \"x\"\nmodel = \"m\"\n[tool.search_count]\n";
    assert!(messages(switched_off).is_empty());
}

#[test]
fn a_name_that_may_be_absent_is_told_only_where_it_matters() {
    let read = |ids: &str, input: &str| {
        messages(&format!("[[tool]]\nname = \"x\"\nmodel = \"m\"\n[tool.read]\nids = \"{ids}\"\n[tool.input]\n{input}"))
    };
    assert!(read("{{ id }}", "required = [\"id\"]\nproperties.id = { type = \"integer\" }").is_empty());
    assert!(read("{{ id }}", "properties.id = { type = \"integer\", default = 1 }").is_empty());
    assert!(read("{{ id | default(1) }}", "properties.id = { type = \"integer\" }").is_empty());
    assert_eq!(read("{{ id }}", "properties.id = { type = \"integer\" }").len(), 1);
    assert!(read("{{ user.id }}", "").is_empty());
}

#[test]
fn directories_are_read_recursively_and_sorted() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let tool = |name: &str| format!("[[tool]]\nname = \"{name}\"\nmodel = \"res.partner\"\n[tool.search_count]\n");
    fs::create_dir(root.join("deeper")).unwrap();
    for (file, name) in [
        ("b.toml", "b"),
        ("a.toml", "a"),
        ("deeper/c.toml", "c"),
        ("_draft.toml", "draft"),
        (".hidden.toml", "hidden"),
        ("a.toml~", "backup"),
        (".a.toml.swp", "swap"),
        ("notes.md", "notes"),
        ("#b.toml#", "emacs"),
    ] {
        fs::write(root.join(file), tool(name)).unwrap();
    }
    let loaded = load(&[root.to_owned()]);
    assert_eq!(names(&loaded), ["a", "b", "c"]);
    assert_eq!((loaded.counts.files, loaded.counts.tools), (3, 3));
    for watched in [root.to_owned(), root.join("deeper"), root.join("a.toml")] {
        assert!(loaded.files.contains(&watched), "{watched:?}");
    }
    // Named twice is read once.
    assert_eq!(names(&load(&[root.to_owned(), root.join("a.toml")])), ["a", "b", "c"]);
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_followed_and_loops_end() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    // As Kubernetes mounts a volume: a link to a hidden directory that is swapped whole.
    fs::create_dir(root.join("..2026")).unwrap();
    fs::write(root.join("..2026/a.toml"), "[[tool]]\nname = \"a\"\nmodel = \"m\"\n[tool.search_count]\n").unwrap();
    symlink("..2026", root.join("..data")).unwrap();
    symlink("..data/a.toml", root.join("a.toml")).unwrap();
    symlink(root, root.join("loop")).unwrap();
    let loaded = load(&[root.to_owned()]);
    assert_eq!(names(&loaded), ["a"]);
    assert!(!loaded.has_errors());
    symlink("gone.toml", root.join("dangling.toml")).unwrap();
    assert!(load(&[root.to_owned()]).has_errors());
}

#[test]
fn a_missing_directory_is_an_error_and_not_an_empty_catalog() {
    let directory = tempfile::tempdir().unwrap();
    let loaded = load(&[directory.path().join("gone")]);
    assert!(loaded.has_errors());
    assert!(loaded.diagnostics[0].message.contains("gone"));
    // One without definition files is most likely the wrong one.
    let empty = load(&[directory.path().to_owned()]);
    assert!(empty.diagnostics.len() == 1 && !empty.has_errors());
    let text = directory.path().join("notes.txt");
    fs::write(&text, "").unwrap();
    assert!(load(&[text]).has_errors());
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_read() {
    let text = format!("\u{feff}{}", SEARCH.replace('\n', "\r\n"));
    assert_eq!(tool(&text).name, "search_orders");
}

#[test]
fn diagnostics_have_a_form_for_machines() {
    let text = "[[tool]]\nname = \"x\"\nmodel = \"m\"\ntitel = \"é\"\n[tool.search_count]\n";
    let loaded = toml(text);
    assert_eq!(
        loaded.diagnostics[0].to_json(),
        json!({
            "severity": "error", "message": "unknown key `titel` in `[[tool]]`", "file": "test.toml", "line": 4, "column": 1,
            "end_line": 4, "end_column": 6, "definition": "tool `x`", "hint": "did you mean `title`?",
        })
    );
    assert_eq!(
        loaded.diagnostics[0].to_string(),
        "test.toml:4:1: error: unknown key `titel` in `[[tool]]` (in tool `x`); did you mean `title`?"
    );
    assert!(!render(&loaded.diagnostics[0], Look::Plain).contains('\u{1b}'));
    assert!(render(&loaded.diagnostics[0], Look::Coloured).contains('\u{1b}'));
}

/// The number beside the line is that of the line, however lines end.
#[test]
fn the_line_that_is_shown_has_its_number_with_windows_line_ends_too() {
    let text = "[[tool]]\r\nname = \"x\"\r\nmodel = \"m\"\r\ntitel = \"y\"\r\n[tool.search_count]\r\n";
    let shown = render(&toml(text).diagnostics[0], Look::Plain);
    assert!(shown.contains("test.toml:4:1") && shown.contains(" 4 │ titel = \"y\"\n"), "{shown}");
}

/// A file from elsewhere does not give orders to the terminal that shows what is wrong with it.
#[test]
fn nothing_that_a_terminal_obeys_is_shown() {
    let text =
        "[[tool]]\nname = \"x\"\nmodel = \"m\"\n\"\\u001b[31mtitel\" = \"y\" # \u{9b}31m\u{7f}\n[tool.search_count]\n";
    let found = toml(text).diagnostics;
    assert!(!found.is_empty());
    for diagnostic in &found {
        let shown = render(diagnostic, Look::Plain);
        assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'), "{shown:?}");
    }
}

#[test]
fn of_a_very_long_line_only_a_part_is_shown() {
    let padding = "x".repeat(100_000);
    let text = format!(
        r#"{{"tool": [{{"name": "x", "description": "{padding}", "titel": "y", "model": "m", "search_count": {{}}}}]}}"#
    );
    let loaded = load_texts([(Path::new("long.json"), text.as_str(), Format::Json)]);
    let shown = render(&loaded.diagnostics[0], Look::Plain);
    assert!(shown.len() < 2000 && shown.contains("titel"), "{shown}");
    assert!(shown.contains(&format!("long.json:1:{}", text.find("\"titel").unwrap() + 1)), "{shown}");
}

/// Loads on a thread of its own: a hang is a failure, not a test that never ends.
fn survives(bytes: Vec<u8>, format: Format) {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(if format == Format::Toml { "x.toml" } else { "x.json" });
        fs::write(&path, bytes).unwrap();
        for diagnostic in load(&[path]).diagnostics {
            let _ = render(&diagnostic, Look::Plain);
            let _ = diagnostic.to_json();
        }
        done.send(()).unwrap();
    });
    wait.recv_timeout(Duration::from_secs(60)).expect("the loader panicked or hangs");
}

#[test]
fn a_file_made_of_mistakes_costs_neither_time_nor_pages() {
    let unknown: String = (0..20_000).map(|index| format!("k{index} = 1\n")).collect();
    let loaded = toml(&unknown);
    assert_eq!(loaded.diagnostics.len(), 1001);
    assert_eq!(loaded.diagnostics.last().unwrap().message, "19000 more errors are not shown");
    let template = "{{ x }}".repeat(100_000);
    let loaded = toml(&format!("[[tool]]\nname = \"x\"\nmodel = \"{template}\"\n[tool.search_count]\n"));
    assert_eq!(loaded.diagnostics.len(), 1);
    assert!(render(&loaded.diagnostics[0], Look::Plain).len() < 3000);
}

#[test]
fn deep_nesting_is_refused() {
    for text in [
        format!("x = {}{}", "[".repeat(50_000), "]".repeat(50_000)),
        format!("x = {}", "{ a = ".repeat(50_000)),
        format!("{} = 1", vec!["a"; 50_000].join(".")),
        format!("[{}]", vec!["a"; 50_000].join(".")),
        // Each key as deep as the parser lets it be, in tables as deep as it lets them be.
        format!("x = {}1{}", format!("{{ {} = ", vec!["a"; 78].join(".")).repeat(78), "}".repeat(78)),
        format!(
            "[[tool]]\nname = \"x\"\nmodel = \"m\"\n[tool.call]\nmethod = \"m\"\nargs = {}{}",
            "[".repeat(60),
            "]".repeat(60)
        ),
        format!("[[tool]]\nname = \"x\"\nmodel = \"{}\"", "{{ (".repeat(20_000)),
    ] {
        survives(text.into_bytes(), Format::Toml);
    }
    survives(format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)).into_bytes(), Format::Json);
    survives("{\"a\":".repeat(500).into_bytes(), Format::Json);
    let nested = format!("{{\"tool\":{}{}}}", "[".repeat(400), "]".repeat(400));
    survives(nested.into_bytes(), Format::Json);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic_the_loader(bytes in proptest::collection::vec(any::<u8>(), 0..400), json: bool) {
        survives(bytes, if json { Format::Json } else { Format::Toml });
    }

    /// A right file with pieces cut out, doubled or replaced.
    #[test]
    fn no_damage_panics_the_loader(
        json: bool,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8, "[\\PC\\n]{0,6}"), 1..6),
    ) {
        let mut bytes = if json {
            serde_json::to_vec(&toml::from_str::<toml::Table>(SEARCH).unwrap()).unwrap()
        } else {
            SEARCH.as_bytes().to_vec()
        };
        for (from, to, kind, text) in damage {
            let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            // Small wounds: a file that is mostly gone tells little.
            let to = to.min(from + 12);
            match kind {
                0 => drop(bytes.drain(from..to)),
                1 => { let piece = bytes[from..to].to_vec(); bytes.splice(to..to, piece); }
                2 => drop(bytes.splice(from..to, text.bytes())),
                _ => bytes.truncate(bytes.len() - (to - from)),
            }
        }
        survives(bytes, if json { Format::Json } else { Format::Toml });
    }
}
