//! Reading and writing: what is refused, how it is said, and both notations.

use super::*;
use crate::domain::Operator;

/// `path: message (hint)` of each fault.
fn said(faults: Vec<DomainFault>) -> Vec<String> {
    faults
        .into_iter()
        .map(|fault| {
            let hint = fault.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{:?}: {}{hint}", fault.path, fault.message)
        })
        .collect()
}

fn author(written: Value) -> Vec<String> {
    match DomainTemplate::parse(&written) {
        Ok(_) => panic!("{written} is a domain"),
        Err(faults) => said(faults),
    }
}

fn caller(written: Value) -> Vec<String> {
    match Domain::parse(&written) {
        Ok(_) => panic!("{written} is a domain"),
        Err(faults) => said(faults),
    }
}

#[test]
fn an_author_hears_what_is_wrong() {
    assert_eq!(
        author(json!([["a", "=", 1, 2]])),
        ["[0]: a condition is `[field, operator, value]`, and this has 4 parts"]
    );
    assert_eq!(author(json!([["a", "="]])), ["[0]: a condition is `[field, operator, value]`, and this has 2 parts"]);
    assert_eq!(author(json!([[]])), ["[0]: a condition is `[field, operator, value]`, and this has 0 parts"]);
    assert_eq!(author(json!([["a", "==", 1]])), ["[0, 1]: unknown operator `==` (did you mean `=`?)"]);
    assert_eq!(author(json!([["a", "LIKE", 1]])), ["[0, 1]: unknown operator `LIKE` (did you mean `like`?)"]);
    assert_eq!(author(json!([["a", "xyzzy", 1]])), ["[0, 1]: unknown operator `xyzzy`"]);
    assert_eq!(author(json!([["a", 1, 1]])), ["[0, 1]: an operator is a text, not a number"]);
    assert_eq!(author(json!([[5, "=", 5]])), ["[0, 0]: a condition begins with a field name, not a number"]);
    assert_eq!(
        author(json!(["name", "=", "x"])),
        ["[]: this is one condition, not a list of conditions (put it into a list: `[[…]]`)"]
    );
    assert_eq!(
        author(json!({"a": 1}))[0],
        "[]: a domain is a list of conditions, not a table (write `[[\"name\", \"ilike\", \"x\"]]`)"
    );
    assert_eq!(
        author(json!("[]"))[0],
        "[]: a domain is a list of conditions, or one template that gives one (write `[[\"name\", \"ilike\", \"x\"]]`, or `\"{{ domain }}\"`)"
    );
    assert_eq!(author(json!([["a", "=", {"k": "{{ x }}"}]])), ["[0, 2]: `a` cannot be compared with a table"]);
    assert_eq!(author(json!([["a", "in", [[1]]]])), ["[0, 2]: `a` cannot be compared with a list of lists"]);
    assert_eq!(
        author(json!(["OR", ["a", "=", 1]])),
        ["[0]: `OR` is neither a condition nor one of `&`, `|`, `!` (did you mean `|`?)"]
    );
    assert_eq!(
        author(json!([["|", ["a", "=", 1], ["b", "=", 1], ["c", "=", 1]]])),
        ["[0]: `|` stands before conditions, not inside one (leave out the brackets around it and its conditions)"]
    );
    assert!(
        author(json!([[["a", "=", 1], ["b", "=", 1]]]))[0]
            .starts_with("[0]: a condition is `[field, operator, value]`, not a list of conditions")
    );
    assert!(author(json!([["a b", "=", 1]]))[0].starts_with("[0, 0]: `a b` is not a field name"));
    assert!(author(json!([["a.", "=", 1]]))[0].starts_with("[0, 0]: `a.` is not a field name"));
    assert!(author(json!([["a|", "=", 1]]))[0].starts_with("[0, 0]: `a|` is not a field name"));
    assert!(author(json!([["a?b", "=", 1]]))[0].contains("write `field?`"));
}

#[test]
fn operators_need_their_operands() {
    let text = |written| author(written)[0].split(" (").next().unwrap_or_default().to_owned();
    assert_eq!(text(json!(["|", ["a", "=", 1]])), "[0]: `|` needs two operands after it, but only one follows");
    assert_eq!(text(json!([["a", "=", 1], "&"])), "[1]: `&` needs two operands after it, but none follows");
    assert_eq!(text(json!(["!"])), "[0]: `!` needs one operand after it, but none follows");
    assert_eq!(
        text(json!([["a", "=", 1], "|", ["b", "=", 1]])),
        "[1]: `|` needs two operands after it, but only one follows"
    );
}

#[test]
fn structure_is_never_a_template() {
    assert!(
        author(json!([["{{ f }}", "=", 1]]))[0]
            .starts_with("[0, 0]: a field name cannot be a template: arguments give values, never structure")
    );
    assert!(
        author(json!([["a", "{{ o }}", 1]]))[0]
            .starts_with("[0, 1]: an operator cannot be a template: arguments give values, never structure")
    );
    assert!(author(json!(["x{{ d }}"]))[0].starts_with("[0]: a sub-domain is one single expression"));
    assert!(author(json!("[('a', '=', {{ d }})]"))[0].starts_with("[]: a sub-domain is one single expression"));
}

#[test]
fn all_faults_are_said_and_placed() {
    let faults = DomainTemplate::parse(&json!([
        ["a b", "==", 1],
        ["c", "=", "x {{ y | uper }}"],
        ["d", "any", [["e", "=<", 1], ["f", "in", [1, "{{ g( }}"]]]],
    ]))
    .unwrap_err();
    let placed: Vec<_> = faults.iter().map(|fault| (fault.path.clone(), fault.range.clone())).collect();
    assert_eq!(
        placed,
        [
            (vec![0, 0], None),
            (vec![0, 1], None),
            (vec![1, 2], Some(9..13)),
            (vec![2, 2, 0, 1], None),
            (vec![2, 2, 1, 2, 1], Some(6..7)),
        ],
        "{faults:?}"
    );
}

#[test]
fn callers_have_no_forms_for_authors() {
    assert!(caller(json!([["a?", "=", 1]]))[0].contains("for the authors"));
    assert!(caller(json!([["a|b", "=", 1]]))[0].contains("for the authors"));
    assert!(caller(json!(["{{ d }}"]))[0].contains("neither a condition"));
    assert!(caller(json!([["a", "any", "{{ d }}"]]))[0].contains("not a text"));
    assert!(caller(json!([[1, "=", 0]]))[0].contains("begins with a field name"));
    assert!(caller(json!([[true, "=", 1]]))[0].contains("begins with a field name"));
    assert!(caller(json!("[]"))[0].contains("not a text"));
}

#[test]
fn domains_have_bounds() {
    let wide: Vec<Value> = (0..3000).map(|n| json!(["a", "=", n])).collect();
    assert_eq!(caller(json!(wide)), ["[]: the domain is too large"]);
    let mut chain: Vec<Value> = vec![json!("|"); 999];
    chain.extend((0..1000).map(|n| json!(["a", "=", n])));
    assert!(matches!(domain(&json!(chain)), Domain::Or(parts) if parts.len() == 1000));
    let mut not: Vec<Value> = vec![json!("!"); 1000];
    not.push(json!(["a", "=", 1]));
    assert!(caller(json!(not))[0].contains("nests too deeply"));
    let mut zigzag: Vec<Value> = Vec::new();
    for _ in 0..400 {
        zigzag.extend([json!("|"), json!(["a", "=", 1]), json!("&"), json!(["b", "=", 1])]);
    }
    zigzag.push(json!(["c", "=", 1]));
    assert!(caller(json!(zigzag))[0].contains("nests too deeply"));
    let mut related = json!([["a", "=", 1]]);
    for _ in 0..40 {
        related = json!([["l", "any", related]]);
    }
    assert!(caller(related.clone())[0].contains("too large"));
    assert!(author(related)[0].contains("too deeply"));
    assert!(caller(json!([["a", "in", vec![1; 10_001]]]))[0].contains("so long a list"));
}

#[test]
fn normal_form_is_what_printing_gives_back() {
    let printed = |written: Value| domain(&written).print();
    assert_eq!(printed(json!(["&", ["a", "=", 1], ["b", "=", 2]])), json!([["a", "=", 1], ["b", "=", 2]]));
    assert_eq!(
        printed(json!(["|", ["a", "=", 1], "|", ["b", "=", 2], ["c", "=", 3]])),
        json!(["|", "|", ["a", "=", 1], ["b", "=", 2], ["c", "=", 3]])
    );
    assert_eq!(
        printed(json!(["!", "&", "|", ["a", "=", 1], ["b", "=", 2], ["c", "=", 3]])),
        json!(["!", "&", "|", ["a", "=", 1], ["b", "=", 2], ["c", "=", 3]])
    );
    assert_eq!(domain(&json!([])).and(domain(&json!([["a", "=", 1]]))).print(), json!([["a", "=", 1]]));
    assert_eq!(
        domain(&json!(["|", ["a", "=", 1], ["b", "=", 1]])).and(domain(&json!([["c", "=", 1]]))).print(),
        json!(["|", ["a", "=", 1], ["b", "=", 1], ["c", "=", 1]])
    );
    assert_eq!(Domain::any_of(vec![]).print(), json!([[0, "=", 1]]));
}

#[test]
fn operators_are_spelled_exactly() {
    for operator in Operator::ALL {
        assert_eq!(Operator::parse(operator.as_str()), Some(operator));
    }
    for (written, meant) in [
        ("==", "="),
        ("<>", "!="),
        ("=<", "<="),
        ("=>", ">="),
        ("LIKE", "like"),
        ("Ilike", "ilike"),
        ("not_in", "not in"),
        ("notin", "not in"),
        ("child of", "child_of"),
        ("contains", "ilike"),
        ("startswith", "=ilike"),
        ("NOT  ANY", "not any"),
        ("is not", "!="),
        ("chld_of", "child_of"),
    ] {
        assert_eq!(Operator::parse(written), None, "{written}");
        assert_eq!(Operator::suggest(written).map(Operator::as_str), Some(meant), "{written}");
    }
    assert_eq!(Operator::suggest("between"), None);
}

#[test]
fn both_notations_are_read() {
    let read = |text: &str| Domain::parse_text(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}")).print();
    let expected = json!([["a", "=", "it's"], ["b", "in", [1, -2.5, true, null]], ["c", "=", false]]);
    assert_eq!(read(r#"[["a", "=", "it's"], ["b", "in", [1, -2.5, true, null]], ["c", "=", false]]"#), expected);
    assert_eq!(read(r#"[('a', '=', 'it\'s'), ('b', 'in', (1, -2.5, True, None,)), ('c', '=', False),]"#), expected);
    assert_eq!(read(" ( ('a','=','x') , ) "), json!([["a", "=", "x"]]));
    assert_eq!(read("[('a', '=', (5))]"), json!([["a", "=", 5]]));
    assert_eq!(read("[('a', 'in', (5,))]"), json!([["a", "in", [5]]]));
    assert_eq!(read(r#"[["a", "=", "\u00e9\ud83d\ude00\n\t\\\/"]]"#), json!([["a", "=", "é😀\n\t\\/"]]));
    assert_eq!(read(r"[('a', '=', '\xe9\U0001F600')]"), json!([["a", "=", "é😀"]]));
    assert_eq!(
        read("[('a', '=', 1e3), ('b', '=', .5), ('c', '=', +1), ('d', '=', 18446744073709551615)]"),
        json!([["a", "=", 1000.0], ["b", "=", 0.5], ["c", "=", 1], ["d", "=", 18_446_744_073_709_551_615_u64]])
    );
    assert_eq!(read("[]"), json!([]));
}

#[test]
fn what_is_no_literal_is_placed() {
    let fault = |text: &str| match Domain::parse_text(text) {
        Ok(domain) => panic!("{text}: {domain:?}"),
        Err(faults) => (faults[0].message.clone(), faults[0].range.clone()),
    };
    assert_eq!(fault("[('a', '=', uid)]"), ("`uid` is a name, and a domain holds only values".into(), Some(12..15)));
    assert_eq!(fault("[('a', '=', 1)"), ("this `[` is not closed".into(), Some(0..1)));
    assert_eq!(fault("[('a', '=', 1]"), ("a `,` or `)` is expected here, not `]`".into(), Some(13..14)));
    assert_eq!(fault("[('a' '=', 1)]").1, Some(6..7));
    assert_eq!(fault("[] []").1, Some(3..4));
    assert_eq!(fault("[,]").1, Some(1..2));
    assert_eq!(fault("[('a', '=', 'x)]").1, Some(12..13));
    assert_eq!(fault(r"[('a', '=', '\q')]").1, Some(13..14));
    assert_eq!(fault(r#"[["a", "=", "\ud800"]]"#).0, "this escape is half of a pair");
    assert_eq!(fault("[('a', '=', 1x)]").0, "`1x` is not a number");
    assert_eq!(fault("[('a', '=', 99999999999999999999)]").0, "the number 99999999999999999999 is too large");
    assert_eq!(fault("[{}]").0, "a domain holds lists, not objects");
    assert_eq!(fault("").0, "the text ends too early");
    assert_eq!(fault("__import__('os')").0, "`__import__` is a name, and a domain holds only values");
    assert_eq!(fault(&"[".repeat(100_000)).0, "the lists nest too deeply");
    assert!(fault(&" ".repeat(300_000)).0.contains("longer than"));
    assert_eq!(fault("('a', '=', 1)").0, "this is one condition, not a list of conditions");
}
