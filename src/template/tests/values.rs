//! Types, names, records, and what a template is.

use super::*;
use crate::template::{PathFault, Segment, Templated, function_names, is_reserved, is_template};

#[test]
fn a_single_expression_keeps_its_type() {
    for value in [
        json!(1),
        json!(-1),
        json!(1.5),
        json!(7.0),
        json!(9_223_372_036_854_775_807_i64),
        json!(18_446_744_073_709_551_615_u64),
        json!(true),
        json!(null),
        json!("a"),
        json!("{{ y }}"),
        json!([1, "a", [null]]),
        json!({"z": 1, "a": {"m": [], "b": {}}}),
    ] {
        gives("{{ x }}", json!({"x": value.clone()}), value.clone());
        gives(" \n{{ x }} ", json!({"x": value.clone()}), value.clone());
        gives("{{ args.x }}", json!({"x": value.clone()}), value.clone());
        gives("{{ [x][0] }}", json!({"x": value.clone()}), value.clone());
        let kept = evaluate("{{ x }}", json!({"x": value.clone()})).given().unwrap();
        assert_eq!(kept.to_string(), value.to_string(), "the order of keys and the kind of numbers stay");
    }
}

#[test]
fn anything_else_gives_a_string() {
    gives("{{ x }}.", json!({"x": 1}), json!("1."));
    gives("{{ x }}{{ x }}", json!({"x": 1}), json!("11"));
    gives("%{{ x }}%", json!({"x": "a"}), json!("%a%"));
    gives("{% if x %}{{ x }}{% endif %}", json!({"x": 1}), json!("1"));
    gives("a{{ x }}", json!({"x": [true, null, {"k": 1.0}]}), json!("a[true,null,{\"k\":1.0}]"));
    gives("a{{ x }}", json!({"x": false}), json!("afalse"));
    gives("a{{ x }}", json!({"x": "<&\"'>"}), json!("a<&\"'>"));
}

#[test]
fn booleans_are_never_pythons() {
    gives("{{ x | string }}", json!({"x": true}), json!("true"));
    gives("{{ x ~ '' }}", json!({"x": false}), json!("false"));
    gives("{{ [x, none, 1] | join(' ') }}", json!({"x": true}), json!("true  1"));
    gives("{{ x | upper }}", json!({"x": true}), json!("TRUE"));
    gives("{{ {'a': x} | tojson }}", json!({"x": true}), json!("{\"a\":true}"));
}

#[test]
fn operators_work() {
    gives("{{ 2 + 3 * 4 - 1 }}", json!({}), json!(13));
    gives("{{ 7 // 2 }} {{ 7 / 2 }} {{ 7 % 2 }} {{ 2 ** 3 }}", json!({}), json!("3 3.5 1 8"));
    gives("{{ 'a' ~ 1 ~ 2.5 }}", json!({}), json!("a12.5"));
    gives("{{ 'a' + 'b' }}", json!({}), json!("ab"));
    gives("{{ [1] + [2] }}", json!({}), json!([1, 2]));
    gives("{{ 1 < 2 <= 2 }}", json!({}), json!(true));
    gives("{{ 3 < 2 }}", json!({}), json!(false));
    gives("{{ 1 == 1.0 }}", json!({}), json!(true));
    gives("{{ 'b' in 'abc' }}", json!({}), json!(true));
    gives("{{ 'k' in {'k': 1} }}", json!({}), json!(true));
    gives("{{ x[1:] }} {{ x[:1] }} {{ x[-1] }} {{ x[::-1] }}", json!({"x": [1, 2, 3]}), json!("[2,3] [1] 3 [3,2,1]"));
    gives("{{ x[1:2] }}", json!({"x": "abc"}), json!("b"));
    gives("{{ 'a' if x == 1 else 'b' if x == 2 else 'c' }}", json!({"x": 2}), json!("b"));
    gives("{{ x.a.b }}", json!({"x": {"a": {"b": 1}}}), json!(1));
    gives("{{ '==' ~ ' not in ' ~ x }}", json!({"x": "<"}), json!("== not in <"));
    gives(
        "{{ x | selectattr('a', 'gt', 1) | map(attribute='b') | join(',') }}",
        json!({"x": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}),
        json!("4"),
    );
}

#[test]
fn unlike_things_have_no_order() {
    let error = error("{{ x > 1000 }}", json!({"x": "2000"}));
    assert_eq!(error.to_string(), "a text and a number have no order (in `x > 1000`)");
    assert!(matches!(super::error("{{ x > 1 }}", json!({"x": null})), Error::Runtime { .. }));
}

#[test]
fn statements_work() {
    gives(
        "{% for i in x %}{{ loop.index }}/{{ loop.length }}:{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}",
        json!({"x": ["a", "b"]}),
        json!("1/2:a, 2/2:b"),
    );
    gives("{% for k, v in x | items %}{{ k }}={{ v }};{% endfor %}", json!({"x": {"b": 1, "a": 2}}), json!("b=1;a=2;"));
    gives("{% for i in x if i > 1 %}{{ i }}{% endfor %}", json!({"x": [1, 2, 3]}), json!("23"));
    gives(
        "{% for i in x %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
        json!({"x": [1, 2, 3, 4, 5]}),
        json!("13"),
    );
    gives("{% for i in x %}{{ loop.cycle('a', 'b') }}{% endfor %}", json!({"x": [1, 2, 3]}), json!("aba"));
    gives(
        "{% for i in x %}{% if loop.changed(i) %}{{ i }}{% endif %}{% endfor %}",
        json!({"x": [1, 1, 2]}),
        json!("12"),
    );
    gives(
        "{% for i in x %}{% for j in i %}{{ loop.depth }}{{ j }}{% endfor %}{% endfor %}",
        json!({"x": [[1], [2]]}),
        json!("2122"),
    );
    gives(
        "{% set ns = namespace(n=0) %}{% for i in x %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        json!({"x": [1, 2]}),
        json!("3"),
    );
    gives("{% set a = 1 %}{% for i in x %}{% set a = 2 %}{% endfor %}{{ a }}", json!({"x": [1]}), json!("1"));
    gives("{% with a = 1 %}{{ a }}{% endwith %}{{ a | default('-') }}", json!({}), json!("1-"));
    gives("{% set a %}b{{ 1 }}{% endset %}{{ a | upper }}", json!({}), json!("B1"));
    gives("{% set a | upper %}b{% endset %}{{ a }}", json!({}), json!("B"));
    gives("{% filter upper | replace('A', 'B') %}a{% endfilter %}", json!({}), json!("B"));
    gives("{% for a, b in x %}{{ a }}{{ b }}{% endfor %}", json!({"x": [[1, 2]]}), json!("12"));
    gives("{% for item in x %}{{ item }}{% endfor %}", json!({"x": [1, 2]}), json!("12"));
    gives("{% raw %}{{ x }}{% endraw %}", json!({}), json!("{{ x }}"));
    gives("{# a comment #}{{ 1 }}", json!({}), json!("1"));
}

#[test]
fn lookups_are_ids_with_names() {
    let mut scope = scope(json!({}));
    scope.set_record("partner", 7, "Azure Interior");
    scope.set_records("tags", vec![(1, "New".to_owned()), (2, "Old".to_owned())]);
    let outcome = |source: &str| compile(source).evaluate(&scope).unwrap().given().unwrap();
    assert_eq!(outcome("{{ partner }}"), json!(7));
    assert_eq!(outcome("{{ partner.id }}"), json!(7));
    assert_eq!(outcome("{{ partner.name }}"), json!("Azure Interior"));
    assert_eq!(outcome("{{ partner['name'] }}"), json!("Azure Interior"));
    assert_eq!(outcome("res.partner,{{ partner }}"), json!("res.partner,7"));
    assert_eq!(outcome("{{ partner == 7 }}"), json!(true));
    assert_eq!(outcome("{{ partner != 7 }}"), json!(false));
    assert_eq!(outcome("{{ partner + 1 }}"), json!(8));
    assert_eq!(outcome("{{ partner > 6 }}"), json!(true));
    assert_eq!(outcome("{{ 'p' ~ partner }}"), json!("p7"));
    assert_eq!(outcome("{{ [partner] }}"), json!([7]));
    assert_eq!(outcome("{{ {'id': partner} }}"), json!({"id": 7}));
    assert_eq!(outcome("{{ partner | tojson }}"), json!("7"));
    assert_eq!(outcome("{{ [partner] | tojson }}"), json!("[7]"));
    assert_eq!(outcome("{{ partner | string }}"), json!("7"));
    assert_eq!(outcome("{{ partner is number }}"), json!(true));
    assert_eq!(outcome("{{ partner in [7, 8] }}"), json!(true));
    assert_eq!(outcome("{{ 5 if partner }}"), json!(5));
    assert_eq!(outcome("{{ partner is defined }}"), json!(true));
    assert_eq!(outcome("{% set p = partner %}{{ p.name }} {{ p }}"), json!("Azure Interior 7"));
    assert_eq!(outcome("{{ tags }}"), json!([1, 2]));
    assert_eq!(outcome("{{ 2 in tags }}"), json!(true));
    assert_eq!(outcome("{{ tags == [1, 2] }}"), json!(true));
    assert_eq!(outcome("{{ tags | first }}"), json!(1));
    assert_eq!(outcome("{{ tags[0].name }}"), json!("New"));
    assert_eq!(outcome("{{ tags | map(attribute='name') | join(', ') }}"), json!("New, Old"));
    assert_eq!(outcome("{{ tags | join(', ') }}"), json!("1, 2"));
    assert_eq!(outcome("{{ tags | join(', ', attribute='name') }}"), json!("New, Old"));
    assert_eq!(outcome("{{ tags | sum }} {{ tags | max }} {{ tags | tojson }}"), json!("3 2 [1,2]"));
    assert_eq!(outcome("{% for tag in tags %}{{ tag }}:{{ tag.name }} {% endfor %}"), json!("1:New 2:Old "));
    assert_eq!(compile("{{ partner.email }}").evaluate(&scope).unwrap(), Outcome::Absent(Cause::NotGiven));
}

#[test]
fn reserved_names_win_over_arguments() {
    let arguments =
        json!({"user": "u", "args": "a", "today": "t", "item": 1, "x-ref": "r", "range": 5, "if": 2, "ok": 1});
    gives("{{ user.id }}", arguments.clone(), json!(6));
    gives("{{ args.user }}", arguments.clone(), json!("u"));
    gives("{{ args.args }}", arguments.clone(), json!("a"));
    gives("{{ args['x-ref'] }}", arguments.clone(), json!("r"));
    gives("{{ today() }}", arguments.clone(), json!("2026-03-10"));
    gives("{{ args.today }}", arguments.clone(), json!("t"));
    gives("{{ args.if }}", arguments.clone(), json!(2));
    gives("{{ range }} {{ range(2) | list }}", arguments.clone(), json!("5 [0,1]"));
    gives("{{ args }}", json!({"b": 1, "a": 2}), json!({"b": 1, "a": 2}));
    gives("{{ args }}", json!({}), json!({}));
    absent("{{ item }}", arguments);
    for name in ["user", "bundle", "odoo", "args", "item", "index", "today", "now", "start_of", "end_of"] {
        assert!(is_reserved(name), "{name}");
    }
    assert!(!is_reserved("partner"));
    assert_eq!(function_names(), ["today", "now", "start_of", "end_of"]);
}

#[test]
fn a_child_scope_is_its_own() {
    let mut outer = scope(json!({"x": 1}));
    let mut inner = outer.child();
    inner.set("item", json!("i"));
    inner.set("x", json!(2));
    inner.set("x", json!(3));
    assert_eq!(compile("{{ item }}{{ x }}").evaluate(&inner).unwrap(), Outcome::Given(json!("i3")));
    assert_eq!(compile("{{ item }}").evaluate(&outer).unwrap(), Outcome::Absent(Cause::NotGiven));
    outer.set("x", json!(9));
    assert_eq!(compile("{{ x }}").evaluate(&outer).unwrap(), Outcome::Given(json!(9)));
    assert_eq!(compile("{{ x }}").evaluate(&inner).unwrap(), Outcome::Given(json!(3)));
}

#[test]
fn a_string_is_a_template_by_its_braces() {
    assert!(is_template("{{ x }}"));
    assert!(is_template("a{% if x %}b{% endif %}"));
    assert!(!is_template("{ x } { % {# #} }}"));
    assert!(compile(" {{ x }}\n").is_expression());
    assert!(compile("{{ '}} {{' }}").is_expression());
    assert!(!compile("{{ x }}{{ y }}").is_expression());
    assert!(!compile("{{ x }}.").is_expression());
    assert!(!compile("{% set a = 1 %}{{ a }}").is_expression());
    assert_eq!(compile(" {{ x }} ").source(), " {{ x }} ");
}

#[test]
fn templated_json_keeps_what_is_given() {
    let value =
        json!({"b": "{{ x }}", "a": "plain", "{{ key }}": 1, "c": {"d": "{{ z }}"}, "l": [1, "{{ x }}"], "e": {}});
    let parsed = Templated::parse(&value).unwrap();
    let outcome = |arguments| parsed.evaluate(&scope(arguments)).unwrap();
    assert_eq!(
        outcome(json!({"x": 2, "z": 3})),
        Outcome::Given(json!({"b": 2, "a": "plain", "{{ key }}": 1, "c": {"d": 3}, "l": [1, 2], "e": {}}))
    );
    assert_eq!(
        outcome(json!({"x": 2})),
        Outcome::Given(json!({"b": 2, "a": "plain", "{{ key }}": 1, "l": [1, 2], "e": {}})),
        "a table that loses every key goes, an empty one stays"
    );
    assert_eq!(
        outcome(json!({})),
        Outcome::Given(json!({"a": "plain", "{{ key }}": 1, "e": {}})),
        "an absent element takes its list with it"
    );
    let keys: Vec<_> = parsed.names().iter().map(|name| name.root.clone()).collect();
    assert_eq!(keys, ["x", "z", "x"]);
    assert_eq!(parsed.placed_templates()[1].0, [Segment::Key("c".into()), Segment::Key("d".into())]);
}

#[test]
fn a_table_that_loses_every_key_is_absent() {
    let parsed = Templated::parse(&json!({"a": {"b": "{{ x }}"}})).unwrap();
    assert_eq!(parsed.evaluate(&scope(json!({}))).unwrap(), Outcome::Absent(Cause::NotGiven));
    let empty = Templated::parse(&json!({})).unwrap();
    assert_eq!(empty.evaluate(&scope(json!({}))).unwrap(), Outcome::Given(json!({})));
}

#[test]
fn a_literal_is_never_read_as_a_template() {
    let literal = Templated::from_literal(json!(["{{ x }}"]));
    assert_eq!(literal.evaluate(&scope(json!({}))).unwrap(), Outcome::Given(json!(["{{ x }}"])));
    assert_eq!(Templated::parse(&json!(["a", {"b": 1}])).unwrap().as_literal(), Some(&json!(["a", {"b": 1}])));
}

#[test]
fn arguments_are_cut_at_the_end_only() {
    let list = Templated::parse(&json!(["{{ a }}", "{{ b }}", "{{ c }}"])).unwrap();
    let outcome = |arguments| list.evaluate_arguments(&scope(arguments));
    assert_eq!(outcome(json!({"a": 1, "b": 2, "c": 3})), Ok(Outcome::Given(json!([1, 2, 3]))));
    assert_eq!(outcome(json!({"a": 1})), Ok(Outcome::Given(json!([1]))));
    assert_eq!(outcome(json!({})), Ok(Outcome::Given(json!([]))));
    assert_eq!(outcome(json!({"a": 1, "c": 3})), Err(Error::Gap { position: 2 }));
    assert_eq!(outcome(json!({"c": null})), Err(Error::Gap { position: 1 }));
    let whole = Templated::parse(&json!("{{ list }}")).unwrap();
    assert_eq!(whole.evaluate_arguments(&scope(json!({"list": [1]}))), Ok(Outcome::Given(json!([1]))));
}

#[test]
fn every_bad_template_in_json_is_named() {
    let faults = Templated::parse(&json!({"a": ["{{ x | uper }}", 1], "b": "{{ "})).unwrap_err();
    let [PathFault { path: first, fault }, PathFault { path: second, .. }] = faults.as_slice() else {
        panic!("{faults:?}");
    };
    assert_eq!(first, &[Segment::Key("a".into()), Segment::Index(0)]);
    assert_eq!(second, &[Segment::Key("b".into())]);
    assert_eq!(fault.message, "unknown filter `uper`");
    assert_eq!(fault.hint.as_deref(), Some("did you mean `upper`?"));
}
