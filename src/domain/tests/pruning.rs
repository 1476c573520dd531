//! What absence does to a domain, and what a caller's own domain may be.

use super::*;

#[test]
fn a_condition_whose_value_is_absent_is_dropped() {
    let written = json!([["a", "=", "{{ a }}"], ["b", "=", "{{ b }}"], ["c", "=", 3]]);
    gives(written.clone(), json!({"a": 1, "b": "x"}), json!([["a", "=", 1], ["b", "=", "x"], ["c", "=", 3]]));
    gives(written.clone(), json!({"b": null}), json!([["b", "=", null], ["c", "=", 3]]));
    gives(written, json!({}), json!([["c", "=", 3]]));
    gives(json!([["a", "=", "{{ a }}"]]), json!({}), json!([]));
    gives(json!([]), json!({}), json!([]));
}

#[test]
fn junctions_are_rebalanced() {
    let or = json!(["|", ["a", "=", "{{ a }}"], ["b", "=", "{{ b }}"], ["c", "=", 3]]);
    gives(or.clone(), json!({"a": 1, "b": 2}), json!(["|", ["a", "=", 1], ["b", "=", 2], ["c", "=", 3]]));
    gives(or.clone(), json!({"a": 1}), json!([["a", "=", 1], ["c", "=", 3]]));
    gives(or.clone(), json!({"b": 2}), json!([["b", "=", 2], ["c", "=", 3]]));
    gives(or, json!({}), json!([["c", "=", 3]]));
    let nested = json!([
        "|",
        "&",
        ["a", "=", "{{ a }}"],
        ["b", "=", "{{ b }}"],
        "!",
        "|",
        ["c", "=", "{{ c }}"],
        ["d", "=", "{{ d }}"]
    ]);
    gives(nested.clone(), json!({"a": 1, "d": 4}), json!(["|", ["a", "=", 1], "!", ["d", "=", 4]]));
    gives(nested.clone(), json!({"a": 1, "b": 2}), json!([["a", "=", 1], ["b", "=", 2]]));
    gives(nested.clone(), json!({"c": 3}), json!(["!", ["c", "=", 3]]));
    gives(nested, json!({}), json!([]));
    gives(json!(["!", ["a", "=", "{{ a }}"]]), json!({}), json!([]));
    gives(json!(["!", "!", ["a", "=", "{{ a }}"], ["b", "=", 1]]), json!({}), json!([["b", "=", 1]]));
}

#[test]
fn the_shipped_example_works() {
    let written = json!([
        "|",
        ["name", "ilike", "{{ query }}"],
        ["partner_name", "ilike", "{{ query }}"],
        ["stage_id.name", "ilike", "{{ stage }}"],
        ["user_id", "=", "{{ user.id if mine }}"],
        ["type", "=", "opportunity"],
    ]);
    gives(
        written.clone(),
        json!({"query": "azure", "mine": true}),
        json!([
            "|",
            ["name", "ilike", "azure"],
            ["partner_name", "ilike", "azure"],
            ["user_id", "=", 6],
            ["type", "=", "opportunity"]
        ]),
    );
    gives(written, json!({"mine": false}), json!([["type", "=", "opportunity"]]));
}

#[test]
fn a_list_with_something_absent_drops_its_condition() {
    let written = json!([["id", "in", ["{{ a }}", 2]], ["b", "=", 1]]);
    gives(written.clone(), json!({"a": 1}), json!([["id", "in", [1, 2]], ["b", "=", 1]]));
    gives(written, json!({}), json!([["b", "=", 1]]));
    gives(json!([["id", "in", "{{ ids }}"]]), json!({"ids": [1, 2]}), json!([["id", "in", [1, 2]]]));
}

#[test]
fn any_goes_when_its_domain_does() {
    let written =
        json!([["line_ids", "any", [["product_id", "=", "{{ p }}"], ["qty", ">", "{{ q }}"]]], ["a", "=", 1]]);
    gives(written.clone(), json!({"p": 7}), json!([["line_ids", "any", [["product_id", "=", 7]]], ["a", "=", 1]]));
    gives(written, json!({}), json!([["a", "=", 1]]));
    gives(json!([["line_ids", "any", []]]), json!({}), json!([["line_ids", "any", []]]));
    gives(
        json!([["line_ids", "not any", "{{ d }}"]]),
        json!({"d": [["a", "=", 1]]}),
        json!([["line_ids", "not any", [["a", "=", 1]]]]),
    );
    gives(json!([["line_ids", "not any", "{{ d }}"]]), json!({"d": "[]"}), json!([]));
}

#[test]
fn what_an_earlier_answer_lacks_is_an_error() {
    let mut scope = scope(json!({}));
    scope.set_result("lead", json!({"records": [], "email": null, "partner_id": {"id": 7, "name": "Azure"}, "tags": [{"id": 1, "name": "x"}]}));
    let evaluate = |value: &str| template(&json!(["|", ["f.g", "=", value], ["b", "=", 1]])).evaluate(&scope);
    for (source, expression) in [
        ("{{ lead.records[0].id }}", "lead.records[0]"),
        ("{{ lead.email }}", "lead.email"),
        ("%{{ lead.email }}%", "lead.email"),
        ("{{ lead.email if lead.records }}", "lead.email if lead.records"),
    ] {
        let error = evaluate(source).unwrap_err();
        assert_eq!(error, Error::Empty { path: "f.g".into(), expression: expression.into() });
    }
    assert_eq!(
        evaluate("{{ lead.email }}").unwrap_err().to_string(),
        "`lead.email`, which the condition on `f.g` needs, is empty"
    );
    let given = |value: &str| evaluate(value).unwrap().print()[1][2].clone();
    assert_eq!(given("{{ lead.email | default('a') }}"), json!("a"));
    assert_eq!(given("{{ lead.partner_id }}"), json!(7));
    assert_eq!(given("{{ lead.tags }}"), json!([1]));
}

#[test]
fn a_value_is_never_a_table_or_a_list_of_lists() {
    let message = |value| evaluate(&json!([["a", "=", "{{ v }}"]]), json!({ "v": value })).unwrap_err().to_string();
    assert_eq!(message(json!({"a": 1})), "the condition on `a` cannot be compared with a table");
    assert_eq!(message(json!([["id", "=", 1]])), "the condition on `a` cannot be compared with a list of lists");
    assert_eq!(
        message(json!([{"id": 1, "name": "x", "more": 1}])),
        "the condition on `a` cannot be compared with a list of tables"
    );
}

#[test]
fn a_failing_template_names_its_condition() {
    let error = evaluate(&json!([["a", "=", "{{ v + 1 }}"]]), json!({"v": "x"})).unwrap_err();
    assert!(error.to_string().starts_with("the condition on `a` cannot be made: "), "{error}");
    let error = evaluate(&json!([["a", "=", "{{ user.tz }}"]]), json!({})).unwrap_err();
    assert_eq!(error.to_string(), "the condition on `a` cannot be made: `user.tz` has no value");
}

#[test]
fn a_callers_domain_is_one_operand() {
    let written = json!([["active", "=", true], "{{ d }}"]);
    let two = json!(["|", ["a", "=", 1], ["b", "=", 2]]);
    let expected = json!([["active", "=", true], "|", ["a", "=", 1], ["b", "=", 2]]);
    gives(written.clone(), json!({"d": two}), expected.clone());
    gives(written.clone(), json!({"d": "['|', ('a', '=', 1), ('b', '=', 2),]"}), expected.clone());
    gives(written.clone(), json!({"d": "[\"|\", [\"a\", \"=\", 1], [\"b\", \"=\", 2]]"}), expected);
    for empty in [json!([]), json!("[]"), json!("()"), json!(""), json!(" "), json!(null)] {
        gives(written.clone(), json!({ "d": empty }), json!([["active", "=", true]]));
    }
    gives(written, json!({}), json!([["active", "=", true]]));
    let or = json!(["|", "{{ d }}", ["c", "=", 3]]);
    gives(
        or.clone(),
        json!({"d": [["a", "=", 1], ["b", "=", 2]]}),
        json!(["|", "&", ["a", "=", 1], ["b", "=", 2], ["c", "=", 3]]),
    );
    gives(or, json!({}), json!([["c", "=", 3]]));
    gives(
        json!(["!", "{{ d }}"]),
        json!({"d": [["a", "=", 1], ["b", "=", 2]]}),
        json!(["!", "&", ["a", "=", 1], ["b", "=", 2]]),
    );
    gives(json!("{{ d }}"), json!({"d": [["a", "=", 1]]}), json!([["a", "=", 1]]));
    gives(json!("{{ d }}"), json!({}), json!([]));
}

#[test]
fn a_callers_domain_is_checked() {
    let message = |given| match evaluate(&json!([["active", "=", true], "{{ d }}"]), json!({ "d": given })) {
        Err(error @ Error::Given { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        message(json!([["a", "==", 1], ["b", "=", {}]])),
        "The argument `d` is not a domain: unknown operator `==` (did you mean `=`?); `b` cannot be compared with a table"
    );
    assert!(message(json!("[('id', '=', uid)]")).contains("`uid` is a name"));
    assert!(message(json!(7)).contains("a domain is a list of conditions, not a number"));
    assert!(message(json!({"a": 1})).contains("not a table"));
    assert!(message(json!(["|", ["a", "=", 1]])).contains("`|` needs two operands after it, but only one follows"));
    assert!(message(json!([["a?", "=", 1]])).contains("`a?` is not a field name"));
    assert!(message(json!([["a", "any", [["b", "~", 1]]]])).contains("unknown operator `~`"));
    assert!(message(json!([["a", "any", 5]])).contains("not a number"));
}

#[test]
fn a_callers_template_is_only_a_text() {
    gives(json!([["a", "=", "{{ v }}"]]), json!({"v": "{{ user.id }}"}), json!([["a", "=", "{{ user.id }}"]]));
    gives(json!("{{ d }}"), json!({"d": [["a", "=", "{{ user.id }}"]]}), json!([["a", "=", "{{ user.id }}"]]));
}

#[test]
fn odoos_constant_leaves_are_known() {
    gives(json!("{{ d }}"), json!({"d": [[1, "=", 1]]}), json!([]));
    gives(json!("{{ d }}"), json!({"d": [[0, "=", 1]]}), json!([[0, "=", 1]]));
    gives(json!("{{ d }}"), json!({"d": "[(1, '=', 1), ('a', '=', 1)]"}), json!([["a", "=", 1]]));
    gives(json!("{{ d }}"), json!({"d": ["|", [1, "=", 1], ["a", "=", 1]]}), json!(["|", [1, "=", 1], ["a", "=", 1]]));
    gives(json!("{{ d }}"), json!({"d": ["!", [1, "=", 1]]}), json!([[0, "=", 1]]));
    gives(json!([[0, "=", 1], ["a", "=", "{{ a }}"]]), json!({}), json!([[0, "=", 1]]));
}

#[test]
fn what_carries_something_of_the_callers_is_marked() {
    let written = json!([
        ["a?", "=", "{{ a }}"],
        ["b?", "=", 1],
        ["c?", "=", "{{ user.id }}"],
        ["d?", "=", "{{ user.id if a }}"],
        "{{ s }}"
    ]);
    let filled = template(&written).evaluate_filled(&scope(json!({"a": 1, "s": [["e", "=", 1]]}))).unwrap();
    let mut marked = Vec::new();
    filled.walk(&mut |_, condition| {
        if let super::super::Operand::Value(value) = &condition.operand {
            marked.push((condition.path.clone(), value.from_caller));
        }
    });
    let marked: Vec<_> = marked.iter().map(|(path, from_caller)| (path.as_str(), *from_caller)).collect();
    assert_eq!(marked, [("a?", true), ("b?", false), ("c?", false), ("d?", true), ("e", true)]);
}

#[test]
fn conditions_and_names_are_there_for_checks() {
    let written = json!(["|", ["a?", "=", "{{ x }}"], ["l", "any", [["b|c", "in", ["{{ y }}"]]]], "{{ d }}"]);
    let template = template(&written);
    let conditions: Vec<_> = template
        .conditions()
        .map(|it| format!("{:?} {} {} {}", it.within, it.path, it.operator.as_str(), it.value.is_some()))
        .collect();
    assert_eq!(conditions, ["[] a? = true", "[] l any false", "[\"l\"] b|c in true"]);
    assert_eq!(template.names().iter().map(|name| name.root.as_str()).collect::<Vec<_>>(), ["x", "y", "d"]);
    assert_eq!(template.given().map(|it| it.source()).collect::<Vec<_>>(), ["{{ d }}"]);
}

#[test]
fn rewriting_rebalances() {
    let rewritten = |written: Value| {
        domain(&written)
            .rewrite(&mut |within, condition| {
                Ok::<_, std::convert::Infallible>(match condition.path.as_str() {
                    "gone" => None,
                    "two" => Some(domain(&json!([["x", "=", within.len()], ["y", "=", 2]]))),
                    _ => Some(Domain::Condition(condition)),
                })
            })
            .unwrap()
            .map(|domain| domain.print())
    };
    assert_eq!(rewritten(json!(["|", ["gone", "=", 1], ["a", "=", 1]])), Some(json!([["a", "=", 1]])));
    assert_eq!(rewritten(json!(["!", ["gone", "=", 1]])), None);
    assert_eq!(rewritten(json!([])), Some(json!([])));
    assert_eq!(rewritten(json!([["l", "any", [["gone", "=", 1]]], ["a", "=", 1]])), Some(json!([["a", "=", 1]])));
    assert_eq!(
        rewritten(json!([["l", "any", [["two", "=", 1]]]])),
        Some(json!([["l", "any", [["x", "=", 1], ["y", "=", 2]]]]))
    );
    assert_eq!(
        rewritten(json!(["|", ["two", "=", 1], ["a", "=", 1]])),
        Some(json!(["|", "&", ["x", "=", 0], ["y", "=", 2], ["a", "=", 1]]))
    );
}
