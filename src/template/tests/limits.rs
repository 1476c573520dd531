//! What an author's mistake or a caller's value could blow up.

use super::*;

fn fails(source: &str, arguments: Value) -> Error {
    error(source, arguments)
}

#[test]
fn loops_run_out_of_fuel() {
    let source = "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}";
    assert!(matches!(fails(source, json!({})), Error::Fuel { .. }));
    assert!(matches!(
        fails("{% for a in range(90000) %}{{ (x | sort) and '' }}{% endfor %}", json!({"x": vec![1; 100]})),
        Error::Fuel { .. }
    ));
}

#[test]
fn texts_and_lists_do_not_grow_without_bound() {
    let long = "a".repeat(1 << 20);
    for source in [
        "{% for a in range(9) %}{{ x }}{% endfor %}",
        "{{ x ~ x ~ x ~ x ~ x }}",
        "{{ x | replace('a', x) }}",
        "{{ x * 9 }}",
        "{{ [x, x, x, x, x, x] | join }}",
        "{{ 'a' * 999999999999 }}",
        "{{ [1] * 999999999 }}",
        "{{ [1] * 999999999 | list }}",
        "{{ range(999999999) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '%*d' | format(999999999, 1) }}",
        "{{ [1] | batch(999999999, 0) | list }}",
        "{{ [1] | slice(999999999) | list }}",
        "{{ x | indent(999999999) }}",
        "{{ x | indent(width=999999999) }}",
        "{{ 9 ** 999 }}",
        "{{ 18446744073709551615 + 1 }}",
        "{{ 1e300 * 1e300 }}",
        "{{ 1 / 0 }}",
    ] {
        fails(source, json!({"x": long.clone()}));
    }
    let doubling = "{% set ns = namespace(x=x) %}{% for i in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x | length }}";
    fails(doubling, json!({"x": [1]}));
    fails(doubling, json!({"x": "a"}));
}

#[test]
fn values_do_not_nest_without_bound() {
    fails("{% set ns = namespace(x=1) %}{% for i in range(9000) %}{% set ns.x = [ns.x] %}{% endfor %}", json!({}));
    fails("{% set ns = namespace() %}{% set ns.x = ns %}", json!({}));
    fails("{% set ns = namespace() %}{% set ns.x = [ns] %}", json!({}));
    fails("{% set a = namespace() %}{{ a }}", json!({}));
}

#[test]
fn expressions_do_not_nest_without_bound() {
    for source in [
        format!("{{{{ {}1{} }}}}", "(".repeat(140), ")".repeat(140)),
        format!("{{{{ {}1{} }}}}", "[".repeat(140), "]".repeat(140)),
        format!("{{{{ {}x }}}}", "not ".repeat(400)),
        format!("{{{{ {}x }}}}", "-".repeat(400)),
        format!("{{{{ 1{} }}}}", " + 1".repeat(40_000)),
        format!("{{{{ x{} }}}}", ".a".repeat(40_000)),
        format!("{{{{ x{} }}}}", " | upper".repeat(40_000)),
        format!("{{{{ x{} }}}}", " if x else x".repeat(200)),
        format!("{}{}", "{% if x %}".repeat(140), "{% endif %}".repeat(140)),
        format!("{{% if x %}}{}{{% endif %}}", "{% elif x %}".repeat(40_000)),
    ] {
        // Refused or not, it must neither overflow nor take forever.
        let _ = Template::compile(&source);
    }
    assert!(Template::compile(&format!("{{{{ 1{} }}}}", " + 1".repeat(40_000))).is_err());
}

#[test]
fn what_went_wrong_is_placed() {
    let source = "abc {{ x | abs }}";
    let error = fails(source, json!({"x": "a"}));
    let range = error.range().unwrap();
    assert_eq!(&source[range], "x | abs");
    assert!(error.to_string().ends_with("(in `x | abs`)"), "{error}");
    assert!(fails("{{ x + 1 }}", json!({"x": "a"})).to_string().contains("+"));
    assert!(fails("{{ 1 in x }}", json!({"x": 5})).range().is_some());
}

#[test]
fn templates_and_scopes_go_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Template>();
    shared::<Scope>();
    shared::<crate::template::Templated>();
}
