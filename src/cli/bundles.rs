//! The bundles of `--bundle`, and what they have.

use super::Error;
use crate::access::Caller;
use crate::catalog::Catalog;
use crate::definition::bundle::DEFAULT_BUNDLE;

/// That these bundles are there, and go together.
pub(super) fn check(catalog: &Catalog, bundles: &[String]) -> Result<(), Error> {
    if let Some(clash) = catalog.clash(bundles) {
        return Err(Error::Clash(clash));
    }
    match bundles.iter().find(|name| !catalog.has_bundle(name)) {
        None => Ok(()),
        Some(name) => Err(Error::UnknownBundle {
            name: name.clone(),
            known: catalog.bundles().into_iter().map(str::to_owned).collect(),
        }),
    }
}

/// The bundles of `--bundle a+b`, in the one order in which they are compared.
pub(super) fn named(names: &[String]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().flat_map(|name| name.split(['+', ','])).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// The bundles through which this caller would have what its own do not.
pub(super) fn elsewhere(catalog: &Catalog, caller: &Caller, has: impl Fn(&Caller) -> bool) -> Vec<String> {
    let through = |bundle: &str| Caller { bundles: vec![bundle.to_owned()], ..caller.clone() };
    catalog.bundles().into_iter().filter(|bundle| has(&through(bundle))).map(str::to_owned).collect()
}

/// That only other bundles have the tool or prompt of that name, where it is so.
pub(super) fn only_others(
    catalog: &Catalog,
    caller: &Caller,
    name: &str,
    has: impl Fn(&Caller) -> bool,
) -> Option<Error> {
    let elsewhere = elsewhere(catalog, caller, has);
    if elsewhere.is_empty() {
        return None;
    }
    let asked = if caller.bundles.is_empty() { vec![DEFAULT_BUNDLE.to_owned()] } else { caller.bundles.clone() };
    Some(Error::OtherBundle { name: name.to_owned(), asked, elsewhere })
}
