//! The definitions that the official conformance suite runs against (`tests/conformance/run`): a file that does not load would
//! otherwise be noticed only there.

use std::path::Path;

use tooldoo::definition::load;

#[test]
fn what_the_suite_runs_against_has_no_problems() {
    let loaded = load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/definitions")]);
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    // The suite asks for schemas that some clients refuse; that is all that could be better.
    let lints: Vec<String> = loaded.lints().iter().map(ToString::to_string).collect();
    let others = lints.iter().filter(|lint| !lint.contains("some clients"));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new());
}
