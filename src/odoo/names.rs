//! Which names may become part of a URL.
//!
//! A model or a method that a caller gives ends in a path (`/json/2/<model>/<method>`); what is not a name never gets there.

use super::error::{Error, Kind};

/// No model's and no method's name is longer; a URL that is too long would be no request at all.
const LONGEST: usize = 200;

/// Whether this can be an Odoo model: `^[a-z0-9_]+(\.[a-z0-9_]+)*$`.
#[must_use]
pub fn is_model_name(name: &str) -> bool {
    name.len() <= LONGEST
        && name.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
}

/// Whether this can be a public method: `^[a-z][a-zA-Z0-9_]*$`. What begins with `_` is private to Odoo.
#[must_use]
pub fn is_method_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= LONGEST
        && bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether this can be the name of a report, or an external id: `^[A-Za-z0-9_]+(\.[A-Za-z0-9_-]+)+$`.
#[must_use]
pub fn is_report_name(name: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    name.len() <= LONGEST && name.contains('.') && name.split('.').all(word)
}

/// Refuses what is no report's name.
pub(crate) fn report(name: &str) -> Result<(), Error> {
    if is_report_name(name) {
        return Ok(());
    }
    Err(Error::new(Kind::InvalidArguments, format!("`{}` is not the name of an Odoo report.", shown(name)))
        .hint("A report is written as `sale.report_saleorder`: its `report_name` in Odoo, or its external id."))
}

/// Refuses what is no model name.
pub(super) fn model(name: &str) -> Result<(), Error> {
    if is_model_name(name) {
        return Ok(());
    }
    Err(Error::new(Kind::InvalidArguments, format!("`{}` is not the name of an Odoo model.", shown(name)))
        .hint("A model is written as `res.partner`: small letters, digits, `_` and `.`."))
}

/// Refuses what is no public method name.
pub(crate) fn method(name: &str) -> Result<(), Error> {
    if is_method_name(name) {
        return Ok(());
    }
    let error = if name.starts_with('_') {
        Error::new(
            Kind::InvalidArguments,
            format!("`{}` is a private method: Odoo lets nobody call it from outside.", shown(name)),
        )
    } else {
        Error::new(Kind::InvalidArguments, format!("`{}` is not the name of an Odoo method.", shown(name)))
    };
    Err(error.hint("A method is written as `action_confirm`: a small letter, then letters, digits and `_`."))
}

/// The name as a message may show it: short and on one line.
fn shown(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_passes_for_a_model_or_a_method() {
        for good in ["res.partner", "x_studio_thing", "crm.lead", "a1", "ir.actions.act_window"] {
            assert!(is_model_name(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "res..partner",
            ".res",
            "res.",
            "../../web",
            "res/partner",
            "res.partner?x=1",
            "Res.partner",
            "res partner",
            "res.pärtner",
            "a%2e",
            "a\n",
        ] {
            assert!(!is_model_name(bad), "{bad}");
            assert_eq!(model(bad).unwrap_err().kind, Kind::InvalidArguments);
        }
        for good in ["read", "action_confirm", "toggleX", "web_search_read"] {
            assert!(is_method_name(good), "{good}");
        }
        for bad in ["", "_read", "__init__", "1x", "Read", "a/b", "a.b", "a b", "a?b", "é"] {
            assert!(!is_method_name(bad), "{bad}");
        }
        let long = "a".repeat(LONGEST + 1);
        assert!(!is_model_name(&long) && !is_method_name(&long));
        for good in ["sale.report_saleorder", "account.report_invoice_with_payments", "x_studio.a-b.c"] {
            assert!(is_report_name(good), "{good}");
        }
        for bad in
            ["", "sale", "../web", "sale.report/../..", "sale..x", "sale.report?x", "sale.report%2f", "sale.r r", "."]
        {
            assert!(!is_report_name(bad), "{bad}");
            assert_eq!(report(bad).unwrap_err().kind, Kind::InvalidArguments);
        }
        assert!(method("_compute").unwrap_err().message.contains("private"));
    }
}
