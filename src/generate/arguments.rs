//! From fields to what a caller gives: names, schemas, and where the value goes.

use std::collections::{HashMap, HashSet};

use super::text::{expression, inline, string, strings};
use super::view::Shown;
use super::words;
use crate::odoo::metadata::{Field, FieldType};

/// More options than this are not listed.
const MOST_OPTIONS: usize = 25;
/// A description longer than this is not read.
const LONGEST: usize = 160;
/// Names that the server adds, and those that every file uses for itself.
const OURS: [&str; 10] =
    ["limit", "offset", "plan", "clear", "query", "mine", "archived", "group_by", "created_after", "created_before"];

/// The arguments' names of a model's fields: the same in all its tools.
#[derive(Debug, Default)]
pub(super) struct Naming {
    taken: HashSet<String>,
    by_field: HashMap<String, String>,
}

impl Naming {
    /// Names for these fields, none of them the reserved one. A relation is called what its label says (`user_id` may be the salesperson), everything else what
    /// Odoo calls it.
    pub(super) fn of<'f>(fields: impl Iterator<Item = (&'f Field, &'f Shown)>, reserved: &str) -> Self {
        let mut naming = Self::default();
        naming.taken.extend(OURS.into_iter().chain([reserved]).map(str::to_owned));
        // The caller's company is said by other means.
        let fields = fields.filter(|(field, _)| field.name != "company_id");
        let fields: Vec<_> = fields.collect();
        let is_a_field = |word: &str| fields.iter().any(|(field, _)| field.name == word);
        for (field, shown) in fields.iter().filter(|(field, _)| field.relation.is_none()) {
            // `product_uom_qty` is the quantity; `client_order_ref` says more than any word.
            let word = words::slug(label(field, shown))
                .filter(|word| field.name.contains('_') && !word.contains('_') && !is_a_field(word));
            let name = naming.fresh(word.into_iter().chain([field.name.clone(), format!("{}_value", field.name)]));
            naming.by_field.insert(field.name.clone(), name);
        }
        for (field, shown) in fields.iter().filter(|(field, _)| field.relation.is_some()) {
            let many = field.kind != FieldType::Many2one;
            let stem = field.name.trim_end_matches("_ids").trim_end_matches("_id").to_owned();
            let stem = if many { words::plural(&stem) } else { stem };
            let by_label = words::slug(label(field, shown)).filter(|name| !name.ends_with("_id"));
            // A label of more words says the same: `product_variant` is the product.
            let longer = by_label
                .as_ref()
                .is_some_and(|name| stem.split('_').all(|word| name.split('_').any(|other| other == word)));
            let by_label = by_label.filter(|_| !longer);
            let name =
                naming.fresh(by_label.into_iter().chain([stem, field.name.clone(), format!("{}_value", field.name)]));
            naming.by_field.insert(field.name.clone(), name);
        }
        naming
    }

    /// The name of a field's argument.
    pub(super) fn name<'n>(&'n self, field: &'n Field) -> &'n str {
        self.by_field.get(&field.name).map_or(field.name.as_str(), String::as_str)
    }

    /// The first of these that is free and can be written in a template.
    pub(super) fn fresh(&mut self, candidates: impl IntoIterator<Item = String>) -> String {
        let mut last = String::new();
        for name in candidates {
            if crate::template::is_identifier(&name)
                && !crate::template::is_reserved(&name)
                && self.taken.insert(name.clone())
            {
                return name;
            }
            last = name;
        }
        let number = (2..).find(|number| !self.taken.contains(&format!("{last}_{number}"))).unwrap_or(2);
        let name = format!("{last}_{number}");
        self.taken.insert(name.clone());
        name
    }
}

/// What people read beside a field.
pub(super) fn label<'f>(field: &'f Field, shown: &'f Shown) -> &'f str {
    shown.label.as_deref().unwrap_or(&field.string)
}

/// The schema of an argument that gives this field a value, as an inline table.
pub(super) fn property(field: &Field, shown: &Shown, argument: &str) -> String {
    let described = |hint: &str| description(field, shown, argument, hint);
    let typed = |kind: &str, hint: &str| inline([("type", string(kind)), ("description", string(&described(hint)))]);
    match field.kind {
        FieldType::Boolean => typed("boolean", ""),
        FieldType::Integer => typed("integer", ""),
        FieldType::Float | FieldType::Monetary => typed("number", ""),
        FieldType::Date => typed("string", ", e.g. 2026-03-31"),
        FieldType::Datetime => typed("string", ", e.g. 2026-03-31T09:00"),
        FieldType::Html => typed("string", ", Markdown"),
        FieldType::Many2one => typed("string", ": name or id"),
        FieldType::Many2many => inline([
            ("type", string("array")),
            ("items", inline([("type", string("string"))])),
            ("description", string(&described(": names or ids"))),
        ]),
        FieldType::Selection => selection(field, shown, argument),
        _ => typed("string", &example(shown)),
    }
}

/// A placeholder that is an example.
fn example(shown: &Shown) -> String {
    let placeholder = shown.placeholder.as_deref().filter(|text| text.starts_with("e.g.") && text.len() <= 60);
    placeholder.map(|text| format!(", {}", words::plain(text).trim_end_matches('.'))).unwrap_or_default()
}

fn selection(field: &Field, shown: &Shown, argument: &str) -> String {
    let options = options(field);
    let Some(options) = options.filter(|options| options.len() <= MOST_OPTIONS) else {
        let hint = field.selection.first().and_then(|(value, _)| value.as_str());
        let hint = hint.map(|value| format!(", e.g. {value}")).unwrap_or_default();
        return inline([
            ("type", string("string")),
            ("description", string(&description(field, shown, argument, &hint))),
        ]);
    };
    // What a value says by itself is not said again.
    let says_itself = |(value, label): &(&str, &str)| value.replace('_', " ").eq_ignore_ascii_case(label);
    let labels: Vec<String> = options
        .iter()
        .filter(|option| !says_itself(option))
        .map(|(value, label)| format!("{value}: {}", words::plain(label)))
        .collect();
    let mut text = sentence(label(field, shown));
    if !labels.is_empty() {
        text = format!("{text} ({})", labels.join(", "));
    }
    let values = strings(options.iter().map(|(value, _)| *value), 0, 0)
        .replace("\n  ", " ")
        .replace(",\n]", "]")
        .replace("[ ", "[");
    inline([("type", string("string")), ("enum", values), ("description", string(&text))])
}

/// Value and label of each option, where all are texts.
pub(super) fn options(field: &Field) -> Option<Vec<(&str, &str)>> {
    let options = field.selection.iter().map(|(value, label)| Some((value.as_str()?, label.as_str())));
    options
        .collect::<Option<Vec<_>>>()
        .filter(|options| !options.is_empty() && options.iter().all(|(value, _)| !value.is_empty()))
}

/// A label as the beginning of a sentence.
pub(super) fn sentence(label: &str) -> String {
    words::capital(&words::lower(&words::plain(label)))
}

/// Label, hint, and the first sentence of the help text where that says more. An argument that is called what its label says
/// needs no label before a hint.
fn description(field: &Field, shown: &Shown, argument: &str, hint: &str) -> String {
    let label = sentence(label(field, shown));
    let known = words::slug(&label).is_some_and(|slug| slug == argument);
    let text = match hint.strip_prefix(": ").filter(|_| known) {
        Some(hint) => words::capital(hint),
        None => format!("{label}{hint}"),
    };
    let help = field.help.as_deref().and_then(words::first_sentence);
    match help.filter(|help| !help.eq_ignore_ascii_case(&label) && help.len() + text.len() + 2 <= LONGEST) {
        Some(help) => format!("{text}. {help}"),
        None => text,
    }
}

/// Where the value goes: the argument itself, or the record of that name.
pub(super) fn value(field: &Field, argument: &str) -> String {
    match field.kind {
        FieldType::Many2one => inline([("lookup", expression(argument))]),
        FieldType::Many2many => inline([("set", expression(argument))]),
        _ => expression(argument),
    }
}

/// Whether a caller can give this kind of field a value by one argument.
pub(super) fn takes_one_argument(field: &Field) -> bool {
    !matches!(field.kind, FieldType::One2many | FieldType::Reference | FieldType::Many2oneReference)
        && super::subject::is_speakable(field)
}
