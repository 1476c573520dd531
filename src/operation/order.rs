//! `order` against the model: Odoo 14 ignores what it cannot sort by, so it is refused here.

use super::faults::{Faults, cut, invalid};
use super::names::{find, type_name, unknown, written};
use crate::odoo::Error;
use crate::odoo::metadata::{FieldType, Model};

/// More terms than this are nobody's order.
const MOST: usize = 16;

/// `priority desc, id desc` in this Odoo's names; optional fields that are missing are left out. `None` where nothing
/// is left.
///
/// # Errors
/// All faults in one: a field that is not there (`unknown_field`), that cannot be sorted by, or a term that is none.
pub fn fit_order(order: &str, model: &Model) -> Result<Option<String>, Error> {
    let mut faults = Faults::default();
    let mut terms: Vec<String> = Vec::new();
    let written_terms: Vec<&str> = order.split(',').map(str::trim).filter(|term| !term.is_empty()).collect();
    if written_terms.len() > MOST {
        return Err(invalid(format!("`order` has {} terms, more than {MOST}", written_terms.len())));
    }
    for term in written_terms {
        if let Some(Some(term)) = faults.keep(fit_term(term, model)) {
            terms.push(term);
        }
    }
    faults.into_result((!terms.is_empty()).then(|| terms.join(", ")))
}

fn fit_term(term: &str, model: &Model) -> Result<Option<String>, Error> {
    let wrong = || {
        invalid(format!("`{}` is no order", cut(term, 80)))
            .hint("Write a field and `asc` or `desc`, with commas between.")
    };
    let mut words = term.split_whitespace();
    let name = words.next().ok_or_else(wrong)?;
    let rest = words.map(str::to_lowercase).collect::<Vec<_>>().join(" ");
    let rest = match rest.as_str() {
        "" | "asc" | "desc" | "nulls first" | "nulls last" | "asc nulls first" | "asc nulls last"
        | "desc nulls first" | "desc nulls last" => rest,
        _ => return Err(wrong()),
    };
    let (first, property) = match name.split_once('.') {
        Some((first, property)) => (first, Some(property)),
        None => (name, None),
    };
    let name = written(first);
    let Some(named) = find(&name, model) else {
        return if name.optional { Ok(None) } else { Err(unknown(&name, model)) };
    };
    let field = named.field;
    let path = match (property, &field.kind) {
        (None, _) => field.name.clone(),
        (Some("id"), FieldType::Many2one) => format!("{}.id", field.name),
        (Some(property), FieldType::Properties) if is_plain(property) => format!("{}.{property}", field.name),
        _ => return Err(wrong()),
    };
    if !field.sortable && field.name != "id" {
        let message = format!("`{}` ({}) of `{}` cannot be sorted by", field.name, type_name(&field.kind), model.name);
        return Err(invalid(message).hint("Sort by a stored field that is no list."));
    }
    Ok(Some(if rest.is_empty() { path } else { format!("{path} {rest}") }))
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::fit::testing::lead;

    #[test]
    fn names_of_this_odoo_and_nothing_but_an_order() {
        let model = lead();
        let order = |text: &str| fit_order(text, &model);
        assert_eq!(order("priority DESC , id").unwrap().as_deref(), Some("priority desc, id"));
        assert_eq!(
            order("nope? desc, sales|user_id asc nulls last").unwrap().as_deref(),
            Some("user_id asc nulls last")
        );
        assert_eq!(order("nope?").unwrap(), None);
        assert_eq!(order("lead_properties.abc").unwrap().as_deref(), Some("lead_properties.abc"));
        for wrong in
            ["name; drop table x", "name desc desc", "partner_id.name", "name (select 1)", "lead_properties.a'b"]
        {
            assert!(order(wrong).is_err(), "{wrong}");
        }
        let both = order("computed, nmae").unwrap_err().message;
        assert!(
            both.contains("`computed` (char) of `crm.lead` cannot be sorted by") && both.contains("`name`"),
            "{both}"
        );
    }
}
