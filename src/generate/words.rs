//! Names and words: of a model's tools, of arguments, of labels in a sentence.

/// The words of a model's name that say what its records are: `res.partner` is a partner, `product.product` a product.
pub(super) fn stem(model: &str) -> Vec<String> {
    let name = model.strip_prefix("x_studio_").or_else(|| model.strip_prefix("x_")).unwrap_or(model);
    let mut words: Vec<String> = name
        .split(['.', '_'])
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    words.dedup();
    if words.len() > 1 && matches!(words.first().map(String::as_str), Some("res" | "ir")) {
        words.remove(0);
    }
    words
}

/// `sale_order` and `sale_orders`, short enough for a tool's name with a verb in front.
pub(super) fn model_names(model: &str) -> (String, String) {
    const LONGEST: usize = 48;
    let words = stem(model);
    let Some((last, before)) = words.split_last() else { return ("record".to_owned(), "records".to_owned()) };
    let join = |last: String| {
        let mut name = before.iter().cloned().chain([last]).collect::<Vec<_>>().join("_");
        name.truncate(LONGEST);
        name
    };
    (join(singular(last)), join(plural(&singular(last))))
}

/// The module of a bundle for a model: those of the definitions that ship, else the first word.
pub(super) fn app(model: &str) -> String {
    let first = model.split(['.', '_']).next().unwrap_or_default();
    let known = match first {
        "sale" => "sales",
        "account" => "finance",
        "stock" => "inventory",
        "hr" => "employees",
        "product" => "products",
        "res" => "contacts",
        "ir" | "base" => "admin",
        "x" => "custom",
        "mrp" => "manufacturing",
        other => other,
    };
    known.chars().filter(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()).take(40).collect()
}

/// `Delivery Address` as `delivery_address`; `None` where that is no good name for an argument.
pub(super) fn slug(label: &str) -> Option<String> {
    const LONGEST: usize = 28;
    let plain = label.split(['(', ':']).next().unwrap_or_default();
    let words: Vec<String> = plain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let name = words.join("_");
    let good = (1..=3).contains(&words.len()) && name.len() <= LONGEST && crate::template::is_identifier(&name);
    good.then_some(name)
}

/// A label inside a sentence: `Sales Order` as `sales order`, but `VAT` and `iPhone` as they are.
pub(super) fn lower(label: &str) -> String {
    let word = |word: &str| {
        let capitals = word.chars().filter(|letter| letter.is_uppercase()).count();
        let usual = capitals == 1 && word.starts_with(char::is_uppercase) && word.chars().count() > 1;
        if usual { word.to_lowercase() } else { word.to_owned() }
    };
    label.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// With a capital at the beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The plural of an English word, or of the last word of several.
pub(super) fn plural(word: &str) -> String {
    let before_y = word.chars().rev().nth(1);
    if word.ends_with('y') && before_y.is_some_and(|letter| !"aeiou".contains(letter)) {
        return format!("{}ies", word.strip_suffix('y').unwrap_or(word));
    }
    if word.ends_with('s') && !is_singular_with_s(word) {
        return word.to_owned();
    }
    let hisses = ["s", "x", "z", "ch", "sh"].into_iter().any(|end| word.ends_with(end));
    format!("{word}{}", if hisses { "es" } else { "s" })
}

/// The singular of an English word, or of the last word of several.
pub(super) fn singular(word: &str) -> String {
    for (end, instead) in [("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("uses", "us")] {
        if let Some(stem) = word.strip_suffix(end).filter(|stem| stem.len() > 2) {
            return format!("{stem}{instead}");
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if !is_singular_with_s(word) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

fn is_singular_with_s(word: &str) -> bool {
    ["ss", "us", "is"].into_iter().any(|end| word.ends_with(end)) || word.chars().count() < 4
}

/// `a` or `an`.
pub(super) fn article(word: &str) -> &'static str {
    let vowel = word.chars().next().is_some_and(|letter| "aeioAEIO".contains(letter));
    if vowel || word.starts_with("un") && !word.starts_with("uni") { "an" } else { "a" }
}

/// The first sentence of a help text, on one line and short; nothing that a template would be.
pub(super) fn first_sentence(help: &str) -> Option<String> {
    const LONGEST: usize = 100;
    let text = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |end| end);
    let sentence = text.get(..end)?.trim_end_matches('.').trim();
    // A list of options says in its own words what the options say.
    let good = !sentence.is_empty() && !sentence.contains(['*', '<']) && !sentence.contains(" - ");
    (good && sentence.chars().count() <= LONGEST).then(|| plain(sentence))
}

/// Text in which nobody looks for a template.
pub(super) fn plain(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #")
}

/// `a, b or c`.
pub(super) fn either(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_have_names_that_people_use() {
        for (model, one, many) in [
            ("sale.order", "sale_order", "sale_orders"),
            ("res.partner", "partner", "partners"),
            ("res.users", "user", "users"),
            ("product.product", "product", "products"),
            ("res.partner.category", "partner_category", "partner_categories"),
            ("hr.leave", "hr_leave", "hr_leaves"),
            ("account.tax", "account_tax", "account_taxes"),
            ("crm.lost.reason", "crm_lost_reason", "crm_lost_reasons"),
            ("x_studio_Visit", "visit", "visits"),
            ("hr.work.address", "hr_work_address", "hr_work_addresses"),
            ("x_", "record", "records"),
        ] {
            assert_eq!(model_names(model), (one.to_owned(), many.to_owned()), "{model}");
        }
    }

    #[test]
    fn labels_become_names_where_they_are_good_ones() {
        assert_eq!(slug("Sales Team").as_deref(), Some("sales_team"));
        assert_eq!(slug("Invoice/Bill Date").as_deref(), Some("invoice_bill_date"));
        assert_eq!(slug("Straße"), None);
        assert_eq!(slug("2nd address"), None);
        assert_eq!(slug("The one of all those"), None);
        assert_eq!(slug(""), None);
    }

    #[test]
    fn sentences_are_short_and_hold_no_template() {
        assert_eq!(lower("Sales Order VAT"), "sales order VAT");
        assert_eq!(first_sentence("The  tax\nnumber. More.").as_deref(), Some("The tax number"));
        assert_eq!(first_sentence("Use {{ object }} here").as_deref(), Some("Use { { object }} here"));
        assert_eq!(first_sentence("* a: b"), None);
        assert_eq!((plural("company"), singular("companies")), ("companies".into(), "company".into()));
        assert_eq!((plural("status"), article("opportunity")), ("statuses".into(), "an"));
        assert_eq!(either(&["a".into(), "b".into(), "c".into()]), "a, b or c");
    }
}
