//! Which names a template uses, and what cannot be compiled.

use super::*;

/// `root.attribute` of each use, with `?` where it can be absent.
fn names(source: &str) -> Vec<String> {
    compile(source)
        .names()
        .iter()
        .map(|name| {
            let mut text = name.root.clone();
            if let Some(attribute) = &name.attribute {
                text = format!("{text}.{attribute}");
            }
            if name.guarded { format!("{text}?") } else { text }
        })
        .collect()
}

#[test]
fn every_use_is_found() {
    assert_eq!(names("{{ x }}"), ["x"]);
    assert_eq!(names("a {{ x.y.z }} {{ lead.records[0].id }}"), ["x.y", "lead.records"]);
    assert_eq!(names("{{ args.x }} {{ args['x-ref'] }} {{ args[k] }}"), ["args.x", "args.x-ref", "args", "k"]);
    assert_eq!(names("{{ today(days=n) | shift(days=m) }}"), ["n", "m"]);
    assert_eq!(names("{{ [a, {'k': b}, c[d:e]] }}"), ["a", "b", "c", "d", "e"]);
    assert_eq!(names("{{ a if b else c }}"), ["b?", "a", "c"]);
    assert_eq!(names("{{ 'x' }}"), Vec::<String>::new());
}

#[test]
fn what_the_template_defines_is_not_used() {
    assert_eq!(names("{% for i in x %}{{ i }}{{ loop.index }}{{ y }}{% endfor %}{{ i }}"), ["x?", "y", "i"]);
    assert_eq!(names("{% set a = x %}{{ a }}"), ["x"]);
    assert_eq!(names("{% set today = today() %}{{ today }}"), Vec::<String>::new());
    assert_eq!(names("{% with a = x %}{{ a }}{% endwith %}{{ a }}"), ["x", "a"]);
    assert_eq!(names("{% for k, v in x | items %}{{ k }}{{ v }}{% endfor %}"), ["x?"]);
    assert_eq!(names("{% set a %}{{ x }}{% endset %}{{ a }}"), ["x"]);
}

#[test]
fn what_can_be_absent_is_marked() {
    assert_eq!(names("{{ x | default(y) }}"), ["x?", "y"]);
    assert_eq!(names("{{ (x + 1) | default(1) }}"), ["x?"]);
    assert_eq!(names("{{ x or y }}"), ["x?", "y"]);
    assert_eq!(names("{{ x and y }}"), ["x", "y"]);
    assert_eq!(names("{{ not x }} {{ x == 3 }} {{ x != y }} {{ x is defined }}"), ["x?", "x?", "x?", "y?", "x?"]);
    assert_eq!(names("{{ x < 3 }} {{ x in y }} {{ x is in y }}"), ["x", "x", "y", "x", "y"]);
    assert_eq!(names("{{ x not in y }}"), ["x", "y"]);
    assert_eq!(names("{{ 5 if x }}"), ["x"]);
    assert_eq!(names("{{ 5 if x else 6 }}"), ["x?"]);
    assert_eq!(names("a{% if x %} ({{ x }}){% endif %}"), ["x?", "x?"]);
    assert_eq!(names("{% if x is not defined %}a{% else %}{{ x }}{% endif %}"), ["x?", "x?"]);
    assert_eq!(
        names("{% if x and y.z %}{{ x.a }}{{ y.z }}{{ y.w }}{% endif %}"),
        ["x?", "y.z?", "x.a?", "y.z?", "y.w"]
    );
    assert_eq!(names("{% if x %}a{% else %}{{ x }}{% endif %}"), ["x?", "x"]);
    assert_eq!(names("{{ x if x is defined else 1 }}"), ["x?", "x?"]);
    assert_eq!(names("{{ x ~ 'a' if x == 'b' else 1 }}"), ["x?", "x?"]);
    assert_eq!(names("{{ x if x != 'b' else 1 }}"), ["x?", "x"]);
    assert_eq!(names("{{ bundle.x | default(1) }} {{ bundle.y }}"), ["bundle.x?", "bundle.y"]);
    assert_eq!(names("{% if args.a %}{{ args.a }}{{ args.b }}{% endif %}"), ["args.a?", "args.a?", "args.b"]);
}

#[test]
fn places_are_those_of_root_and_attribute() {
    let template = compile("ä {{ 1 + (args.x) | upper }} {{ user['lang'].a.b }} {{ not y }}");
    let places: Vec<_> = template.names().iter().map(|name| &template.source()[name.place.clone()]).collect();
    assert_eq!(places, ["args.x", "user['lang']", "y"]);
}

#[track_caller]
fn refused(source: &str, message: &str, hint: Option<&str>) {
    let fault = fault(source);
    assert!(fault.message.contains(message), "{source}: {fault:?}");
    assert!(fault.range.is_some(), "{source}: {fault:?}");
    match hint {
        Some(hint) => assert!(fault.hint.as_deref().is_some_and(|own| own.contains(hint)), "{source}: {fault:?}"),
        None => assert_eq!(fault.hint, None, "{source}"),
    }
}

#[test]
fn bad_syntax_is_placed() {
    refused("{{ x", "syntax error", None);
    refused("{{ x + }}", "syntax error", None);
    refused("{% if x %}a", "syntax error", None);
    refused("{% endif %}", "syntax error", None);
    refused("{{ x y }}", "syntax error", None);
    refused("{{ 'a }}", "syntax error", None);
    assert_eq!(fault("abc {{ x + }} d").range, Some(11..13));
}

#[test]
fn unknown_words_are_refused_with_a_suggestion() {
    refused("{{ x | uper }}", "unknown filter `uper`", Some("`upper`"));
    refused("{{ x | strftime('%Y') }}", "unknown filter `strftime`", Some("`shift`"));
    refused("{{ x | pprint }}", "unknown filter `pprint`", None);
    refused("{{ x is definde }}", "unknown test `definde`", Some("`defined`"));
    refused("{{ toady() }}", "unknown function `toady`", Some("`today`"));
    refused("{{ len(x) }}", "unknown function `len`", Some("`length`"));
    refused("{{ upper(x) }}", "`upper` is a filter", Some("value | upper"));
    refused("{{ x.upper() }}", "`.upper()` is a method", Some("filter `upper`"));
    refused("{{ x.get('a') }}", "`.get()` is a method", Some("default"));
    refused("{{ x.y.strip() }}", "`.strip()` is a method", Some("`trim`"));
    refused("{{ today }}", "`today` is a function", Some("`today()`"));
    refused("{{ debug() }}", "unknown function `debug`", None);
    refused("{{ (x or y)() }}", "only a function can be called", None);
    assert_eq!(fault("a {{ x | uper }}").range, Some(9..13));
}

#[test]
fn nothing_can_be_brought_in() {
    for source in [
        "{% include 'a' %}",
        "{% import 'a' as b %}",
        "{% from 'a' import b %}",
        "{% extends 'a' %}",
        "{% block a %}{% endblock %}",
        "{% macro a() %}{% endmacro %}",
        "{% call a() %}{% endcall %}",
        "{% autoescape true %}{% endautoescape %}",
        "{% for i in x recursive %}{% endfor %}",
        "{{ f(*x) }}",
        "{{ today(**x) }}",
    ] {
        let fault = fault(source);
        assert!(fault.range.is_some() || source.contains('f'), "{source}: {fault:?}");
    }
    refused("{% include 'a' %}", "`include` is not part of templates here", Some("other files"));
    refused("{{ self.a() }}", "method", None);
}
