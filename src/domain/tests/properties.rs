//! What holds for every domain and every argument.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Map;

use super::*;
use crate::domain::{Condition, Operand, Operator};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no infinity", |n| n.is_finite()).prop_map(Value::from),
        ".*".prop_map(Value::from),
        prop::sample::select(vec!["|", "&", "!", "=", "{{ x }}", "{% if %}", "it's", "\\", "\"", "[]", "(1, '=', 1)"])
            .prop_map(Value::from),
    ]
}

fn path() -> impl Strategy<Value = String> {
    "[a-z_][a-z0-9_]{0,5}(\\.[a-z_]{1,4}){0,2}"
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(Operator::ALL.to_vec()).prop_filter("takes a value", |operator| !operator.takes_domain())
}

fn condition() -> impl Strategy<Value = Domain<Value>> {
    let value = prop_oneof![3 => scalar(), 1 => prop::collection::vec(scalar(), 0..4).prop_map(Value::from)];
    (path(), operator(), value).prop_map(|(path, operator, value)| {
        Domain::Condition(Condition { path, operator, operand: Operand::Value(value) })
    })
}

/// Any tree, not only in normal form.
fn tree() -> impl Strategy<Value = Domain<Value>> {
    let leaf =
        prop_oneof![8 => condition().boxed(), 1 => Just(Domain::all()).boxed(), 1 => Just(Domain::none()).boxed()];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Domain::And),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Domain::Or),
            inner.clone().prop_map(|inner| Domain::Not(Box::new(inner))),
            (path(), any::<bool>(), inner).prop_map(|(path, not, inner)| Domain::Condition(Condition {
                path,
                operator: if not { Operator::NotAny } else { Operator::Any },
                operand: Operand::Domain(Box::new(inner)),
            })),
        ]
    })
}

/// As Python writes it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => {
            let mut out = String::from("'");
            for c in text.chars() {
                match c {
                    '\'' | '\\' => out.extend(['\\', c]),
                    '\n' => out.push_str("\\n"),
                    c if c.is_control() && u32::from(c) < 256 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
                    c => out.push(c),
                }
            }
            out + "'"
        }
        Value::Array(items) => {
            format!("({})", items.iter().map(|item| python(item) + ",").collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

/// The argument that leaf `n` uses.
fn argument(n: usize) -> String {
    format!("v{n}")
}

/// A tree over numbered leaves.
#[derive(Debug, Clone)]
enum Shape {
    Leaf,
    Not(Box<Shape>),
    And(Box<Shape>, Box<Shape>),
    Or(Box<Shape>, Box<Shape>),
    Any(Box<Shape>),
}

fn shape() -> impl Strategy<Value = Shape> {
    Just(Shape::Leaf).prop_recursive(5, 10, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| Shape::Not(Box::new(a))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Shape::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Shape::Or(Box::new(a), Box::new(b))),
            inner.prop_map(|a| Shape::Any(Box::new(a))),
        ]
    })
}

impl Shape {
    /// As an author writes it, with the leaves numbered from `next`.
    fn write(&self, next: &mut usize, out: &mut Vec<Value>) {
        match self {
            Self::Leaf => {
                let n = *next;
                *next += 1;
                out.push(json!([format!("f{n}"), "=", format!("{{{{ {} }}}}", argument(n))]));
            }
            Self::Not(inner) => {
                out.push("!".into());
                inner.write(next, out);
            }
            Self::And(a, b) | Self::Or(a, b) => {
                out.push(if matches!(self, Self::And(..)) { "&" } else { "|" }.into());
                a.write(next, out);
                b.write(next, out);
            }
            Self::Any(inner) => {
                let mut nested = Vec::new();
                inner.write(next, &mut nested);
                out.push(json!(["line_ids", "any", nested]));
            }
        }
    }

    /// The stated rule: an absent leaf is gone, and what is left with nothing is gone too. `any` is taken as a mark that its domain
    /// holds, which is enough to see whether it was changed.
    fn truth(&self, next: &mut usize, given: &[bool], true_: &[bool]) -> Option<bool> {
        match self {
            Self::Leaf => {
                let n = *next;
                *next += 1;
                given[n].then(|| true_[n])
            }
            Self::Not(inner) => inner.truth(next, given, true_).map(|it| !it),
            Self::And(a, b) => match (a.truth(next, given, true_), b.truth(next, given, true_)) {
                (Some(a), Some(b)) => Some(a && b),
                (one, other) => one.or(other),
            },
            Self::Or(a, b) => match (a.truth(next, given, true_), b.truth(next, given, true_)) {
                (Some(a), Some(b)) => Some(a || b),
                (one, other) => one.or(other),
            },
            Self::Any(inner) => inner.truth(next, given, true_),
        }
    }
}

/// Whether a domain holds, if the condition on `f<n>` holds as `true_[n]` says.
fn holds(domain: &Domain<Value>, true_: &[bool]) -> bool {
    match domain {
        Domain::And(parts) => parts.iter().all(|part| holds(part, true_)),
        Domain::Or(parts) => parts.iter().any(|part| holds(part, true_)),
        Domain::Not(inner) => !holds(inner, true_),
        Domain::Condition(condition) => match &condition.operand {
            Operand::Domain(inner) => holds(inner, true_),
            Operand::Value(_) => true_[condition.path[1..].parse::<usize>().unwrap()],
        },
    }
}

/// The same tree with every value taken out.
fn skeleton(domain: &Domain<Value>) -> Domain<()> {
    domain.clone().map(|_| ())
}

fn json_value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            (path(), operator(), inner.clone()).prop_map(|(path, operator, value)| json!([
                path,
                operator.as_str(),
                value
            ])),
            (path(), operator(), inner.clone()).prop_map(|(path, operator, value)| json!([[
                path,
                operator.as_str(),
                value
            ]])),
            inner.clone().prop_map(|value| json!({"id": 1, "name": value})),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..3).prop_map(|map: BTreeMap<String, Value>| json!(map)),
        ]
    })
}

proptest! {
    /// Reading what was printed gives the normal form of what was printed.
    #[test]
    fn print_then_parse_is_the_identity(tree in tree()) {
        let normal = tree.clone().normalized();
        prop_assert_eq!(Domain::parse(&tree.print()), Ok(normal.clone()));
        prop_assert_eq!(normal.clone().normalized(), normal.clone());
        prop_assert_eq!(Domain::parse(&normal.print()).map(|domain| domain.print()), Ok(normal.print()));
    }

    /// An author's domain without templates is the same domain.
    #[test]
    fn authors_and_callers_read_the_same(tree in tree()) {
        let printed = tree.print();
        prop_assume!(!printed.to_string().contains("{{") && !printed.to_string().contains("{%"));
        let author = DomainTemplate::parse(&printed).map(|template| template.evaluate(&scope(json!({}))));
        prop_assert_eq!(author, Ok(Ok(tree.normalized())));
    }

    /// Python's notation and JSON's are both read back.
    #[test]
    fn text_gives_the_same_domain(tree in tree()) {
        let printed = tree.print();
        let normal = tree.normalized();
        prop_assert_eq!(Domain::parse_text(&python(&printed)), Ok(normal.clone()));
        prop_assert_eq!(Domain::parse_text(&printed.to_string()), Ok(normal));
    }

    /// No text whatever makes the reader fail otherwise than by a fault.
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}", tokens in prop::collection::vec(prop::sample::select(vec!["[", "]", "(", ")", ",", "'a'", "'='", "1", "'|'", "\\", "'", "True", "-"]), 0..20)) {
        for text in [text, tokens.concat()] {
            match Domain::parse_text(&text) {
                Ok(domain) => prop_assert_eq!(Domain::parse(&domain.print()), Ok(domain)),
                Err(faults) => prop_assert!(!faults.is_empty()),
            }
        }
    }

    /// A pruned domain is the written one with the absent leaves taken away, under every assignment, and is well-formed.
    #[test]
    fn pruning_only_takes_the_absent_away(shape in shape(), seed in prop::collection::vec(any::<bool>(), 40)) {
        let (mut count, mut written) = (0, Vec::new());
        shape.write(&mut count, &mut written);
        let given = &seed[..count];
        let mut arguments = Map::new();
        for (n, given) in given.iter().enumerate() {
            if *given {
                arguments.insert(argument(n), json!(n));
            }
        }
        let pruned = template(&json!(written)).evaluate(&scope(Value::Object(arguments))).unwrap();
        prop_assert_eq!(Domain::parse(&pruned.print()), Ok(pruned.clone()));
        for bits in 0..1_u32 << count.min(10) {
            let true_: Vec<bool> = (0..count).map(|n| bits >> (n % 10) & 1 == 1).collect();
            let expected = shape.truth(&mut 0, given, &true_).unwrap_or(true);
            prop_assert_eq!(holds(&pruned, &true_), expected, "{:?} of {:?}", &pruned, &written);
        }
        // Exactly the given leaves are left, in order.
        let mut left = Vec::new();
        pruned.walk(&mut |_, condition| {
            if let Operand::Value(value) = &condition.operand {
                left.push(value.clone());
            }
        });
        let expected: Vec<_> = (0..count).filter(|n| given[*n]).map(|n| json!(n)).collect();
        prop_assert_eq!(left, expected);
    }

    /// Whatever the arguments hold, the tree stays as written: each value stands where its template stood, or the call is refused.
    #[test]
    fn no_argument_changes_the_shape(shape in shape(), values in prop::collection::vec(json_value(), 20)) {
        let (mut count, mut written) = (0, Vec::new());
        shape.write(&mut count, &mut written);
        prop_assume!(count <= values.len());
        let template = template(&json!(written));
        let harmless: Map<_, _> = (0..count).map(|n| (argument(n), json!(n))).collect();
        let harmful: Map<_, _> = (0..count).map(|n| (argument(n), values[n].clone())).collect();
        let expected = skeleton(&template.evaluate(&scope(Value::Object(harmless))).unwrap());
        match template.evaluate(&scope(Value::Object(harmful))) {
            Ok(domain) => {
                prop_assert_eq!(skeleton(&domain), expected.clone());
                prop_assert_eq!(Domain::parse(&domain.print()).map(|domain| skeleton(&domain)), Ok(expected));
            }
            Err(Error::Value { .. }) => {
                let refused = values[..count].iter().any(|value| match value {
                    Value::Object(_) => true,
                    Value::Array(items) => items.iter().any(|item| item.is_array() || item.is_object()),
                    _ => false,
                });
                prop_assert!(refused);
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    /// A caller's own domain is one operand, whatever it is: what the author wrote beside it stays.
    #[test]
    fn a_given_domain_stays_one_operand(given in json_value(), as_text in any::<bool>()) {
        let given = if as_text { Value::String(given.to_string()) } else { given };
        let written = json!([["active", "=", true], "|", "{{ d }}", ["own", "=", 1]]);
        match evaluate(&written, json!({"d": given})) {
            Err(Error::Given { faults, .. }) => prop_assert!(!faults.is_empty()),
            Err(other) => prop_assert!(false, "{}", other),
            Ok(printed) => {
                let Ok(Domain::And(parts)) = Domain::parse(&printed) else {
                    return Err(TestCaseError::fail(printed.to_string()));
                };
                prop_assert_eq!(parts.len(), 2);
                prop_assert_eq!(parts[0].print(), json!([["active", "=", true]]));
                let own = Domain::parse(&json!([["own", "=", 1]])).unwrap();
                match &parts[1] {
                    Domain::Or(operands) => prop_assert_eq!(operands.last(), Some(&own)),
                    single => prop_assert_eq!(single, &own),
                }
            }
        }
    }
}
