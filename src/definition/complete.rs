//! Where the values come from that a client offers while a person types.

use crate::domain::DomainTemplate;
use crate::template::Templated;

/// `complete` of a prompt's argument, or of a variable of a resource's URI.
#[derive(Debug)]
pub enum Complete {
    /// These.
    Values(Vec<String>),
    /// What the records of a model are called, as far as the caller may read them.
    Records {
        /// The model.
        model: Templated,
        /// Only these records; `None` is all.
        domain: Option<DomainTemplate>,
        /// The values of this field are offered. `None` offers what names a record to whoever takes the value: the id for
        /// the variable of a URI, the name for the argument of a prompt.
        field: Option<String>,
    },
}
