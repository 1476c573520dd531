//! `search`, `search_count`, `name_search`; order and paging.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::demo::{
    access::{self, Mode},
    domain::{Key, Node, Test, by_name, compile},
    env::Env,
    errors::{Fault, Outcome},
    field::Kind,
    methods::attachment,
    model::Model,
    value,
};

/// Which part of the matching records, and in which order. A limit of 0 is no limit.
#[derive(Clone, Debug, Default)]
pub(in crate::demo) struct Page {
    pub(in crate::demo) offset: usize,
    pub(in crate::demo) limit: Option<usize>,
    pub(in crate::demo) order: Option<String>,
}

/// The ids of the matching records that the caller may see, in no order.
pub(in crate::demo) fn matching(env: &Env<'_>, model: &Model, node: &Node) -> Outcome<Vec<i64>> {
    access::check(env, model, Mode::Read)?;
    let test = compile(env, model, node)?;
    // 14 leaves them out whoever asks.
    let asked = node.names("id") || node.names("res_field");
    if model.name == "ir.attachment" && (!asked || env.major() < 15 && !env.context.su) {
        let found = passing_with(env, model, &test)?;
        return Ok(found.into_iter().filter(|id| !attachment::of_a_field(env, model, *id)).collect());
    }
    if env.context.active_test && model.archivable() && !node.names("active") {
        let active = compile(&env.sudo(), model, &Node::condition("active", "=", json!(true)))?;
        return passing_with(env, model, &Test::All(vec![active, test]));
    }
    passing_with(env, model, &test)
}

/// As [`matching`], of a compiled domain that does not name `active`.
pub(in crate::demo) fn passing(env: &Env<'_>, model: &Model, test: &Test) -> Outcome<Vec<i64>> {
    access::check(env, model, Mode::Read)?;
    if env.context.active_test && model.archivable() {
        let active = compile(&env.sudo(), model, &Node::condition("active", "=", json!(true)))?;
        return passing_with(env, model, &Test::All(vec![active, test.clone()]));
    }
    passing_with(env, model, test)
}

fn passing_with(env: &Env<'_>, model: &Model, test: &Test) -> Outcome<Vec<i64>> {
    let sudo = env.sudo().active_test(false);
    let rules = match access::rules(env, model, Mode::Read)? {
        Some(node) => Some(compile(&sudo, model, &node)?),
        None => None,
    };
    let mut ids = env.store.ids(&model.name);
    ids.retain(|id| {
        test.passes(&sudo, model, *id) && rules.as_ref().is_none_or(|rules| rules.passes(&sudo, model, *id))
    });
    Ok(access::reached(env, model, ids, Mode::Read))
}

/// `search`: the ids of a page of the matching records.
pub(in crate::demo) fn search(env: &Env<'_>, model: &Model, domain: &Value, page: &Page) -> Outcome<Vec<i64>> {
    let node = Node::parse(domain, env.major())?;
    let mut ids = matching(env, model, &node)?;
    arrange(env, model, &mut ids, page.order.as_deref())?;
    Ok(cut(ids, page.offset, page.limit))
}

/// A slice of a list; a limit of 0 is no limit.
pub(in crate::demo) fn cut<T>(items: Vec<T>, offset: usize, limit: Option<usize>) -> Vec<T> {
    let limit = limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    items.into_iter().skip(offset).take(limit).collect()
}

/// Puts records in order: the caller's, else the model's.
pub(in crate::demo) fn arrange(env: &Env<'_>, model: &Model, ids: &mut [i64], order: Option<&str>) -> Outcome<()> {
    let order = order.filter(|order| !order.trim().is_empty()).unwrap_or(&model.order);
    let terms = terms(env, model, order)?;
    sort_by(&env.sudo().active_test(false), model, ids, &terms, 0);
    Ok(())
}

/// Puts records in a known order.
pub(in crate::demo) fn sort(env: &Env<'_>, model: &Model, ids: &mut [i64], order: &str) {
    if let Ok(terms) = terms(env, model, order) {
        sort_by(env, model, ids, &terms, 0);
    }
}

struct Term {
    field: String,
    descending: bool,
    nulls_first: bool,
}

fn terms(env: &Env<'_>, model: &Model, order: &str) -> Outcome<Vec<Term>> {
    let mut terms = Vec::new();
    for part in order.split(',') {
        let words: Vec<&str> = part.split_whitespace().collect();
        let malformed = || {
            Fault::user(format!(
                "Invalid \"order\" specified ({order}). A valid \"order\" specification is a comma-separated list of valid field names (optionally followed by asc/desc for the direction)"
            ))
        };
        let (name, rest) = words.split_first().ok_or_else(malformed)?;
        let rest: Vec<String> = rest.iter().map(|word| word.to_lowercase()).collect();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let (descending, nulls) = match rest.as_slice() {
            [] | ["asc"] => (false, None),
            ["desc"] => (true, None),
            ["nulls", place @ ("first" | "last")] | ["asc", "nulls", place @ ("first" | "last")] => {
                (false, Some(*place))
            }
            ["desc", "nulls", place @ ("first" | "last")] => (true, Some(*place)),
            _ => return Err(malformed()),
        };
        // `nulls last` and paths came with 16 (`regex_order`).
        let old = env.major() < 16;
        let legal =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':') || letter == '.' && !old;
        if !name.chars().all(legal) || nulls.is_some() && old {
            return Err(malformed());
        }
        let (name, property) = name.split_once(['.', ':']).map_or((*name, None), |(name, rest)| (name, Some(rest)));
        let field = model
            .field(name)
            .ok_or_else(|| Fault::value(format!("Invalid field '{name}' on model '{}'", model.name)))?;
        if let Some(property) = property.filter(|_| part.contains('.')) {
            return Err(Fault::value(format!(
                "Invalid field property {} on {}.{name}",
                value::repr_text(property),
                model.name
            )));
        }
        access::check_field(env, model, field, "read")?;
        if !field.is_sortable() {
            // Until 18 Odoo leaves out what it cannot order by, with a line in its log.
            if env.major() < 19 {
                continue;
            }
            return Err(Fault::value(format!("Cannot convert {}.{name} to SQL because it is not stored", model.name)));
        }
        terms.push(Term {
            field: name.to_owned(),
            descending,
            nulls_first: nulls.map_or(descending, |place| place == "first"),
        });
    }
    Ok(terms)
}

/// How deep a many2one's own order is followed.
const DEPTH: u8 = 4;

fn sort_by(env: &Env<'_>, model: &Model, ids: &mut [i64], terms: &[Term], depth: u8) {
    ids.sort_by(|left, right| {
        for term in terms {
            let order = compare(env, model, *left, *right, term, depth);
            if order != Ordering::Equal {
                return order;
            }
        }
        left.cmp(right)
    });
}

fn compare(env: &Env<'_>, model: &Model, left: i64, right: i64, term: &Term, depth: u8) -> Ordering {
    let Some(field) = model.field(&term.field) else {
        return Ordering::Equal;
    };
    let (one, two) = (env.value(model, left, field), env.value(model, right, field));
    if field.kind == Kind::Many2one {
        let ids = (value::id(&one), value::id(&two));
        let (Some(one), Some(two)) = ids else {
            return nulls(ids.0.is_none(), ids.1.is_none(), term);
        };
        if one == two || depth >= DEPTH {
            return Ordering::Equal;
        }
        let Some(comodel) = field.relation.as_deref().and_then(|name| env.registry.model(name)) else {
            return Ordering::Equal;
        };
        let Ok(inner) = terms(&env.sudo(), comodel, &comodel.order) else {
            return Ordering::Equal;
        };
        for inner in &inner {
            let order = compare(env, comodel, one, two, inner, depth + 1);
            if order != Ordering::Equal {
                return if term.descending { order.reverse() } else { order };
            }
        }
        let order = one.cmp(&two);
        return if term.descending { order.reverse() } else { order };
    }
    match (Key::of(&one), Key::of(&two)) {
        (Some(one), Some(two)) => {
            let order = one.order(&two);
            if term.descending { order.reverse() } else { order }
        }
        (one, two) => nulls(one.is_none(), two.is_none(), term),
    }
}

fn nulls(left: bool, right: bool, term: &Term) -> Ordering {
    match (left, right) {
        (true, false) if term.nulls_first => Ordering::Less,
        (true, false) => Ordering::Greater,
        (false, true) if term.nulls_first => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ => Ordering::Equal,
    }
}

/// The code in `[code] name`.
fn bracketed(text: &Value) -> Option<&str> {
    let (code, _) = text.as_str()?.split_once('[')?.1.split_once(']')?;
    Some(code)
}

/// `name_search`: ids and names of the records whose name stands in this relation to a text.
pub(in crate::demo) fn name_search(
    env: &Env<'_>,
    model: &Model,
    text: &Value,
    domain: &Value,
    operator: &str,
    limit: Option<usize>,
) -> Outcome<Vec<(i64, String)>> {
    let node = Node::parse(domain, env.major())?;
    let everything = !value::truthy(text) && operator.ends_with("like");
    let mut ids = matching(env, model, &node)?;
    if !everything {
        let test = by_name(env, model, operator, text)?;
        let sudo = env.sudo().active_test(false);
        let found: Vec<i64> = ids.iter().copied().filter(|id| test.passes(&sudo, model, *id)).collect();
        let code = bracketed(text).filter(|_| found.is_empty() && model.name == "product.product");
        match code.filter(|_| matches!(operator, "=" | "ilike" | "like" | "=like" | "=ilike")) {
            // A product's whole display name, `[code] name`, is found by its code.
            Some(code) => ids.retain(|id| sudo.text(model, *id, "default_code") == code),
            None => ids = found,
        }
    }
    arrange(env, model, &mut ids, None)?;
    super::compute::name_search_order(env, model, text, &mut ids);
    let ids = cut(ids, 0, limit);
    Ok(ids.into_iter().map(|id| (id, env.name(model, id))).collect())
}
