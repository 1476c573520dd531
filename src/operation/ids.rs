//! `ids`: an integer, digits, a list of them, a record of an earlier answer, or an external id.

use indexmap::IndexSet;
use serde_json::Value;

use super::needed::needed;
use super::run::Run;
use super::scalar::record_id;
use super::{fitting, lookup};
use crate::definition::operation::Operation;
use crate::definition::values::Ids;
use crate::odoo::{Client, Error, Kind, Patience};

/// The record ids that an operation is about, in their order, each once.
///
/// # Errors
/// `not_found` for none at all, for an external id that does not exist and for a name of nobody; `ambiguous`; `invalid_arguments`
/// for what is no id, and where the caller left it out.
pub(super) async fn of(ids: &Ids, model: &str, run: &Run<'_>) -> Result<Vec<i64>, Error> {
    match ids {
        Ids::Given(ids) => {
            let value = needed("ids", ids, run)?;
            resolve(&run.instance.client, model, "ids", &value, &run.patience).await
        }
        Ids::Lookup(spot) => {
            let value = needed("ids", &spot.matches, run)?;
            let domain = fitting::domain(spot.domain.as_ref(), model, run).await?;
            let argument = run.scope.first_argument(spot.matches.names());
            let found = lookup::named(lookup::find_each(run, model, &value, domain).await, argument.as_deref())?;
            resolve(&run.instance.client, model, "ids", &found.into(), &run.patience).await
        }
    }
}

/// How many ids are looked at to say which is missing.
const MOST_ASKED: usize = 20;

/// The error for the first record of those given to an operation that writes which is not there, if one is not.
pub(super) async fn missing(run: &Run<'_>) -> Option<Error> {
    let ids = match run.step?.operation()? {
        Operation::Write(write) => &write.ids,
        Operation::Call(call) => call.ids.as_ref()?,
        Operation::MessagePost(post) => &post.ids,
        Operation::Attach(attach) => &attach.ids,
        _ => return None,
    };
    let Ids::Given(templated) = ids else { return None };
    let model = run.model().ok()?;
    let value = templated.evaluate(&run.scope).ok()?.given()?;
    let list = value.as_array().map_or(std::slice::from_ref(&value), Vec::as_slice);
    for id in list.iter().filter_map(record_id).take(MOST_ASKED) {
        let named = lookup::display_name(&run.instance.client, &model, id, &run.patience).await;
        if let Err(error) = named
            && error.kind == Kind::NotFound
        {
            let argument = run.scope.only_argument(templated.names());
            return lookup::named::<()>(Err(error.hint("Search for it first.")), argument.as_deref()).err();
        }
    }
    None
}

/// The record ids that a value names, in its order, each once.
///
/// # Errors
/// `not_found` for none at all (Odoo answers "true" to a method on nothing) and for an external id that does not exist;
/// `invalid_arguments` for what is no id.
async fn resolve(
    client: &Client,
    model: &str,
    key: &str,
    value: &Value,
    patience: &Patience,
) -> Result<Vec<i64>, Error> {
    // A caller may name very many.
    let mut ids = IndexSet::new();
    let list = std::slice::from_ref(value);
    for element in value.as_array().map_or(list, Vec::as_slice) {
        let id = match record_id(element) {
            Some(id) => id,
            None => external(client, model, key, element, patience).await?,
        };
        ids.insert(id);
    }
    if ids.is_empty() {
        return Err(Error::new(Kind::NotFound, format!("`{key}` names no record of `{model}`."))
            .hint("Give at least one record id."));
    }
    Ok(ids.into_iter().collect())
}

/// `module.name`: what an external id looks like.
pub(super) fn looks_external(text: &str) -> bool {
    let Some((module, name)) = text.split_once('.') else { return false };
    let word = |part: &str, more: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c))
    };
    module.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && word(module, "") && word(name, ".-")
}

async fn external(client: &Client, model: &str, key: &str, element: &Value, patience: &Patience) -> Result<i64, Error> {
    let Some(text) = element.as_str().map(str::trim).filter(|text| looks_external(text)) else {
        return Err(no_id(key, element));
    };
    let (of_model, id) = client.xml_id(text, patience).await?;
    if of_model == model {
        return Ok(id);
    }
    Err(Error::new(Kind::NotFound, format!("The external id `{text}` is a record of `{of_model}`, not of `{model}`.")))
}

fn no_id(key: &str, element: &Value) -> Error {
    Error::new(Kind::InvalidArguments, format!("`{key}` takes record ids, and {element} is none."))
        .hint("Search for the record first and give its `id`.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn external_ids_have_a_module_and_a_name() {
        for text in ["base.be", "__export__.res_partner_1-2", "sale.order.line_1"] {
            assert!(looks_external(text), "{text}");
        }
        for text in ["base", "S0001. 2", "Mr. Smith", ".x", "base.", "Acme.Inc"] {
            assert!(!looks_external(text), "{text}");
        }
    }
}
