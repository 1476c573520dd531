//! The table of absence: each line, and each variant in a line, with `x` not given.

use super::*;

fn none() -> Value {
    json!({"y": [1, 2], "a": "A", "rows": [], "t": true, "n": 7})
}

#[track_caller]
fn is_absent(source: &str) {
    absent(source, none());
}

#[track_caller]
fn is(source: &str, expected: Value) {
    gives(source, none(), expected);
}

// {{ x }}, a {{ x }} b, {{ x + 1 }}, {{ x | upper }}, {{ f(x) }}, {{ [x] }}, {{ x.y }}, {{ rows[0].name }} of no rows: absent

#[test]
fn a_name_that_is_not_given_makes_the_template_absent() {
    is_absent("{{ x }}");
    is_absent("  {{ x }}\n");
    is_absent("{{- x -}}");
    is_absent("{{ (x) }}");
}

#[test]
fn text_around_it_does_not_save_it() {
    is_absent("a {{ x }} b");
    is_absent("%{{ x }}%");
    is_absent("{{ a }}{{ x }}");
    is_absent("{% if t %}{{ x }}{% endif %}");
    is_absent("{% for i in y %}{{ x }}{% endfor %}");
    is_absent("{% set z = x %}{{ z }}");
    is_absent("{% with z = x %}{{ z }}{% endwith %}");
    is_absent("{% set z %}{{ x }}{% endset %}z");
    is_absent("{% filter upper %}{{ x }}{% endfilter %}");
}

#[test]
fn arithmetic_with_it_is_absent() {
    for operator in ["+", "-", "*", "/", "//", "%", "**"] {
        is_absent(&format!("{{{{ x {operator} 1 }}}}"));
        is_absent(&format!("{{{{ 1 {operator} x }}}}"));
        is_absent(&format!("{{{{ (1 + x) {operator} 2 }}}}"));
    }
    is_absent("{{ -x }}");
    is_absent("{{ x + x }}");
}

#[test]
fn a_filter_on_it_is_absent() {
    for filter in [
        "upper",
        "lower",
        "tojson",
        "string",
        "int",
        "float",
        "bool",
        "length",
        "list",
        "first",
        "last",
        "join(',')",
        "abs",
        "round",
        "trim",
        "sort",
        "unique",
        "reverse",
        "sum",
        "shift(days=1)",
        "replace('a', 'b')",
        "items",
        "title",
        "format(1)",
    ] {
        is_absent(&format!("{{{{ x | {filter} }}}}"));
    }
    is_absent("{{ x | upper | lower }}");
    is_absent("{{ a | replace('A', x) }}");
    is_absent("{{ y | join(x) }}");
    is_absent("{{ today() | shift(days=x) }}");
    is_absent("a {{ x | upper }}");
}

#[test]
fn a_function_of_it_is_absent() {
    is_absent("{{ today(days=x) }}");
    is_absent("{{ now(hours=x) }}");
    is_absent("{{ start_of('month', x) }}");
    is_absent("{{ end_of('month', n=x) }}");
    is_absent("{{ start_of(x) }}");
    is_absent("{{ range(x) }}");
    is_absent("{{ dict(a=x) }}");
}

#[test]
fn a_list_or_table_with_it_is_absent() {
    is_absent("{{ [x] }}");
    is_absent("{{ [1, x, 2] }}");
    is_absent("{{ [[x]] }}");
    is_absent("{{ (x, 1) }}");
    is_absent("{{ {\"k\": x} }}");
    is_absent("{{ {\"k\": 1, \"l\": [x]} }}");
    is_absent("{{ {x: 1} }}");
    is_absent("{{ [x] | tojson }}");
    is_absent("{{ [x] | length }}");
}

#[test]
fn an_attribute_of_it_is_absent() {
    is_absent("{{ x.y }}");
    is_absent("{{ x.y.z }}");
    is_absent("{{ x['y'] }}");
    is_absent("{{ x[0] }}");
    is_absent("{{ x[1:] }}");
    is_absent("{{ y[x] }}");
    is_absent("{{ y[x:] }}");
    is_absent("{{ args.x }}");
    is_absent("{{ args['x'] }}");
    is_absent("{{ args['x-ref'] }}");
    is_absent("{{ x.y | upper }}");
}

#[test]
fn an_element_of_no_rows_is_absent() {
    is_absent("{{ rows[0].name }}");
    is_absent("{{ rows[0] }}");
    is_absent("{{ (rows | first).name }}");
    is_absent("{{ rows | first }}");
    is_absent("{{ n.name }}");
    absent("{{ rows | map(attribute='name') | list }}", json!({"rows": [{"name": "a"}, {}]}));
}

// {{ x | default(1) }}, {{ x.y | default(1) }}, {{ x or 1 }}: 1

#[test]
fn default_takes_its_place() {
    is("{{ x | default(1) }}", json!(1));
    is("{{ x | d(1) }}", json!(1));
    is("{{ x | default(value=1) }}", json!(1));
    is("{{ x.y | default(1) }}", json!(1));
    is("{{ x.y.z | default(1) }}", json!(1));
    is("{{ args['x-ref'] | default(1) }}", json!(1));
    is("{{ rows[0].name | default(1) }}", json!(1));
    is("{{ x | upper | default(1) }}", json!(1));
    is("{{ (x + 1) | default(1) }}", json!(1));
    is("{{ x | default(z | default(1)) }}", json!(1));
    is("{{ x | default }}", json!(""));
    is("{{ [x | default(1)] }}", json!([1]));
    is("{{ 2 + x | default(1) }}", json!(3));
    is("a{{ x | default('') }}", json!("a"));
    is_absent("{{ x | default(z) }}");
    is("{{ n | default(x) }}", json!(7));
    gives("{{ x | default(1) }}", json!({"x": null}), json!(null));
    gives("{{ x | default(1) }}", json!({"x": 0}), json!(0));
    gives("{{ x | default(1, true) }}", json!({"x": 0}), json!(1));
    gives("{{ x | default(1, true) }}", json!({"x": null}), json!(1));
}

#[test]
fn or_takes_its_place() {
    is("{{ x or 1 }}", json!(1));
    is("{{ x.y or 1 }}", json!(1));
    is("{{ x or z or 1 }}", json!(1));
    is("{{ 1 or x }}", json!(1));
    is_absent("{{ x or z }}");
    is_absent("{{ false or x }}");
    is_absent("{{ x and 1 }}");
    is_absent("{{ 1 and x }}");
    is("{{ false and x }}", json!(false));
}

// {{ 5 if x }} (also when x is false): absent

#[test]
fn if_without_else_switches_on() {
    is_absent("{{ 5 if x }}");
    absent("{{ 5 if x }}", json!({"x": false}));
    absent("{{ 5 if x }}", json!({"x": 0}));
    absent("{{ 5 if x }}", json!({"x": null}));
    gives("{{ 5 if x }}", json!({"x": true}), json!(5));
    gives("{{ user.id if x }}", json!({"x": true}), json!(6));
    is_absent("{{ x if t }}");
    is_absent("{{ 5 if x.y }}");
    is_absent("{{ 5 if x < 3 }}");
    is("{{ 5 if not x }}", json!(5));
    is("{{ 5 if odoo.version >= 16 }}", json!(5));
    is_absent("{{ 5 if odoo.version < 16 }}");
}

// {{ 5 if x else 6 }}, {{ x is defined }}, {{ not x }}, {{ x == 3 }}: 6, false, true, false

#[test]
fn if_with_else_tests() {
    is("{{ 5 if x else 6 }}", json!(6));
    is("{{ 5 if x.y else 6 }}", json!(6));
    is("{{ x if x else 6 }}", json!(6));
    is("{{ x if x is defined else 6 }}", json!(6));
    is("{{ 5 if x < 3 else 6 }}", json!(6));
    is_absent("{{ 5 if x else x }}");
}

#[test]
fn is_defined_and_other_tests_test() {
    is("{{ x is defined }}", json!(false));
    is("{{ x is not defined }}", json!(true));
    is("{{ x is undefined }}", json!(true));
    is("{{ x.y is defined }}", json!(false));
    is("{{ (x + 1) is defined }}", json!(false));
    is("{{ rows[0] is defined }}", json!(false));
    is("{{ n is defined }}", json!(true));
    is("{{ x is none }}", json!(false));
    is("{{ x is string }}", json!(false));
    is("{{ x is number }}", json!(false));
    is("{{ x is divisibleby 3 }}", json!(false));
    is("{{ x is eq 3 }}", json!(false));
    is("{{ x is ne 3 }}", json!(true));
    is_absent("{{ x is gt 3 }}");
    is_absent("{{ x is in y }}");
    is_absent("{{ n is divisibleby x }}");
    gives("{{ x is defined }}", json!({"x": null}), json!(true));
    gives("{{ x is none }}", json!({"x": null}), json!(true));
}

#[test]
fn not_tests() {
    is("{{ not x }}", json!(true));
    is("{{ not x.y }}", json!(true));
    is("{{ not not x }}", json!(false));
    is("{{ not (x < 3) }}", json!(true));
    is("{{ not (x in y) }}", json!(true));
    is("{{ not x in y }}", json!(true));
}

#[test]
fn equality_tests() {
    is("{{ x == 3 }}", json!(false));
    is("{{ 3 == x }}", json!(false));
    is("{{ x.y == 3 }}", json!(false));
    is("{{ x == none }}", json!(false));
    is("{{ (x) == (3) }}", json!(false));
    is("{{ x == '<' }}", json!(false));
}

// {{ x < 3 }}, {{ x >= 3 }}, {{ x in y }}, {{ x not in y }}, {{ a ~ x }}: absent

#[test]
fn order_uses() {
    for operator in ["<", "<=", ">", ">="] {
        is_absent(&format!("{{{{ x {operator} 3 }}}}"));
        is_absent(&format!("{{{{ 3 {operator} x }}}}"));
        is_absent(&format!("{{{{ (x) {operator} (3) }}}}"));
    }
    is_absent("{{ 1 < x < 3 }}");
    is_absent("{{ 1 < 2 < x }}");
    is("{{ 2 < 1 < x }}", json!(false));
    is_absent("{{ (x < 3) == x < 3 }}");
}

#[test]
fn membership_uses() {
    is_absent("{{ x in y }}");
    is_absent("{{ x not in y }}");
    is_absent("{{ 1 in x }}");
    is_absent("{{ 1 not in x }}");
    is_absent("{{ (x) not in (y) }}");
    is_absent("{{ x.y not in ['not'] }}");
    is_absent("{{ a ~ 'not' ~ x not in y }}");
    is("{{ 3 not in y }}", json!(true));
    is("{{ 1 not in y }}", json!(false));
    is("{{ 1 in y }}", json!(true));
    is_absent("{{ 'not' in x }}");
}

#[test]
fn joining_texts_uses() {
    is_absent("{{ a ~ x }}");
    is_absent("{{ x ~ a }}");
    is_absent("{{ 'a' ~ 'b' ~ x }}");
    is("{{ a ~ x | default('b') }}", json!("Ab"));
}

// {{ x != 3 }}: true

#[test]
fn inequality_tests() {
    is("{{ x != 3 }}", json!(true));
    is("{{ 3 != x }}", json!(true));
    is("{{ x.y != 3 }}", json!(true));
}

// a{% if x %} ({{ x }}){% endif %}, {% for i in x %}…{% endfor %}: "a", nothing

#[test]
fn if_and_for_blocks_test() {
    is("a{% if x %} ({{ x }}){% endif %}", json!("a"));
    gives("a{% if x %} ({{ x }}){% endif %}", json!({"x": 1}), json!("a (1)"));
    is("a{% if x %}1{% else %}2{% endif %}", json!("a2"));
    is("a{% if z %}1{% elif x %}2{% else %}3{% endif %}", json!("a3"));
    is("a{% if x < 3 %}1{% endif %}", json!("a"));
    is("{% for i in x %}{{ i }}{% endfor %}", json!(""));
    is("{% for i in x.y %}{{ i }}{% endfor %}", json!(""));
    is("{% for i in x %}{{ i }}{% else %}none{% endfor %}", json!("none"));
    is("{% for i in y if x %}{{ i }}{% endfor %}", json!(""));
}

// none is a value

#[test]
fn none_is_a_value() {
    gives("{{ x }}", json!({"x": null}), json!(null));
    gives("{{ none }}", json!({}), json!(null));
    gives("{{ [x] }}", json!({"x": null}), json!([null]));
    gives("a{{ x }}", json!({"x": null}), json!("a"));
    gives("{{ x == none }}", json!({"x": null}), json!(true));
}

// user.*, bundle.*

#[test]
fn a_user_value_that_is_not_there_fails() {
    assert_eq!(error("{{ user.tz }}", json!({})), Error::NoValue { expression: "user.tz".into(), range: 3..10 });
    assert_eq!(error("a {{ user.phone }}", json!({})).to_string(), "`user.phone` has no value");
    assert_eq!(error("{{ user.phone | upper }}", json!({})).to_string(), "`user.phone` has no value");
    assert_eq!(error("{{ [user.phone] }}", json!({})).to_string(), "`user.phone` has no value");
    assert_eq!(error("{{ x ~ user.phone }}", json!({})).to_string(), "`user.phone` has no value");
    assert_eq!(error("{{ bundle.x }}", json!({})).to_string(), "`bundle.x` has no value");
    gives("{{ user.tz | default('UTC') }}", json!({}), json!("UTC"));
    gives("{{ user.tz or 'UTC' }}", json!({}), json!("UTC"));
    gives("{{ user.tz is defined }}", json!({}), json!(false));
    gives("{{ user.company_ids }}", json!({}), json!([1, 2]));
    assert_eq!(text("{{ user.tz }}", json!({})), "");
}

#[test]
fn without_user_or_bundle_they_fail_too() {
    let empty = Scope::new(jiff::Timestamp::UNIX_EPOCH, TimeZone::UTC);
    assert!(matches!(compile("{{ user.id }}").evaluate(&empty), Err(Error::NoValue { .. })));
    assert!(matches!(compile("{{ bundle.x }}").evaluate(&empty), Err(Error::NoValue { .. })));
}

// text for people

#[test]
fn in_text_for_people_nothing_propagates() {
    assert_eq!(text("a {{ x }} b", none()), "a  b");
    assert_eq!(text("{{ x }}", none()), "");
    assert_eq!(text("{{ x.y }}{{ x + 1 }}{{ x | upper }}", none()), "");
    assert_eq!(text("{{ 'Hello ' ~ x }}", none()), "Hello ");
    assert_eq!(text("{{ [a, x] | join('-') }}", none()), "A-");
    assert_eq!(text("{{ z }} {{ t }} {{ not t }}", json!({"z": null, "t": true})), " true false");
    assert_eq!(text("{{ t }}", none()), "true");
    assert_eq!(text("{{ y }}", none()), "[1,2]");
    assert_eq!(text("{{ n }} leads{% if rows %}; {{ rows[0].name }}{% endif %}", none()), "7 leads");
    assert_eq!(text("{{ x | default('no one') }}", none()), "no one");
    assert_eq!(text("{{ 5 if x }}", none()), "");
}

// earlier answers

#[test]
fn what_an_earlier_answer_lacks_is_empty_and_not_left_out() {
    let mut scope = scope(json!({"i": 3}));
    scope.set_result("lead", json!({"records": [], "total": 0, "partner": {"email": null}}));
    let outcome = |source: &str| compile(source).evaluate(&scope).unwrap();
    let empty = |text: &str| Outcome::Absent(Cause::Empty(text.to_owned()));
    assert_eq!(outcome("{{ lead.records[0].id }}"), empty("lead.records[0]"));
    assert_eq!(outcome("{{ lead.nothing }}"), empty("lead.nothing"));
    assert_eq!(outcome("{{ (lead.records | first).id }}"), empty("lead.records | first"));
    assert_eq!(outcome("{{ lead.records[i].id }}"), empty("lead.records[i]"));
    assert_eq!(outcome("a {{ lead.records[0].id }}"), empty("lead.records[0]"));
    assert_eq!(outcome("{{ x + lead.nothing }}"), empty("lead.nothing"));
    assert_eq!(outcome("{{ lead.nothing + x }}"), empty("lead.nothing"));
    assert_eq!(outcome("{{ [x, lead.nothing] }}"), empty("lead.nothing"));
    assert_eq!(outcome("{{ 5 if lead.records }}"), empty("5 if lead.records"));
    assert_eq!(outcome("{{ lead.records[x] }}"), Outcome::Absent(Cause::NotGiven));
    assert_eq!(outcome("{{ lead.records[0].id | default(1) }}"), Outcome::Given(json!(1)));
    assert_eq!(outcome("{{ lead.partner.email }}"), Outcome::Given(json!(null)));
    assert_eq!(outcome("{{ lead.partner.email | default('a') }}"), Outcome::Given(json!("a")));
    assert_eq!(outcome("{{ lead.total }}"), Outcome::Given(json!(0)));
    let in_domain = compile("%{{ lead.partner.email }}%").evaluate_in_domain(&scope).unwrap();
    assert_eq!(in_domain, empty("lead.partner.email"));
}

#[test]
fn a_name_can_be_absent_for_a_reason() {
    let mut scope = scope(json!({}));
    scope.set_absent("step", Cause::Empty("step".into()));
    scope.set_absent("partner", Cause::NotGiven);
    assert_eq!(compile("{{ step.id }}").evaluate(&scope).unwrap(), Outcome::Absent(Cause::Empty("step".into())));
    assert_eq!(compile("{{ partner }}").evaluate(&scope).unwrap(), Outcome::Absent(Cause::NotGiven));
}

// A decision is not made on what is absent.

#[test]
fn a_decision_on_what_is_absent_is_absent() {
    let decided = |source: &str| compile(source).evaluate_decision(&scope(none())).unwrap();
    for source in [
        "{{ x == 3 }}",
        "{{ x != 3 }}",
        "{{ x.y == 3 }}",
        "{{ rows[0].name == 'A' }}",
        "{{ x == z }}",
        "{{ n == 7 and x == 3 }}",
        "{{ x == 3 or n == 8 }}",
        "{{ n == 8 or x == 3 }}",
        "{{ (x == 3 and t) or n == 8 }}",
        "{{ bundle.nothing == 3 }}",
    ] {
        assert!(matches!(decided(source), Outcome::Absent(_)), "{source}");
    }
    for (source, expected) in [
        ("{{ n == 8 }}", false),
        ("{{ n != 8 }}", true),
        ("{{ x == 3 or n == 7 }}", true),
        ("{{ n == 8 and x == 3 }}", false),
        ("{{ x is defined and x == 3 }}", false),
        ("{{ x | default(3) == 3 }}", true),
        ("{{ x or n == 8 }}", false),
    ] {
        assert_eq!(decided(source), Outcome::Given(json!(expected)), "{source}");
    }
}
