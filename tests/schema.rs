//! The JSON Schemas that ship are those of the code, and fit what ships.
#![allow(clippy::unwrap_used, reason = "test code")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tooldoo::cli::schema::{Of, text};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name)
}

#[test]
fn committed_schemas_are_current() {
    for (of, name, command) in [
        (Of::Definitions, "definitions.schema.json", "tooldoo schema definitions"),
        (Of::Config, "config.schema.json", "tooldoo schema config"),
    ] {
        let path = shipped(name);
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::write(&path, text(of)).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(committed, text(of), "out of date: `{command} > schema/{name}`");
    }
}

/// TOML as the JSON that an editor validates.
fn as_json(path: &Path) -> Value {
    let table: toml::Table = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    serde_json::to_value(table).unwrap()
}

#[test]
fn what_ships_fits_its_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&text(Of::Definitions)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut seen = 0;
    for entry in ["tools.d", "prompts.d"].iter().flat_map(|name| fs::read_dir(root.join(name)).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let errors: Vec<_> = validator.iter_errors(&as_json(&path)).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 0);
    let schema: Value = serde_json::from_str(&text(Of::Config)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&as_json(&root.join("config.example.toml"))));
}

#[test]
fn the_schema_refuses_what_check_refuses() {
    let schema: Value = serde_json::from_str(&text(Of::Definitions)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let tool = |extra: &str| -> Value {
        let text = format!("[[tool]]\nname = \"x\"\nmodel = \"res.partner\"\n{extra}");
        serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap()
    };
    assert!(validator.is_valid(&tool("[tool.search_read]\nlimit = 5")));
    for wrong in [
        "",
        "[tool.search_read]\ndomian = []",
        "[tool.search_read]\n[tool.read]\nids = 1",
        "[tool.read]",
        "[tool.search_read]\nlimit = \"5\"",
        "ask = [{ nme = \"x\" }]\n[tool.search_read]",
    ] {
        assert!(!validator.is_valid(&tool(wrong)), "{wrong}");
    }
}
