//! The names of lookups, asks and steps: each is a variable of the templates after it, and stands for one thing only.

use crate::source::Place;
use crate::template;

use super::Builder;

/// What a template sees of an earlier ask or step.
#[derive(Debug)]
pub(super) struct Earlier {
    /// It may not be there: it was skipped, or declined.
    pub(super) may_be_absent: bool,
    /// The keys that it has, where they are known.
    pub(super) keys: Option<Vec<String>>,
}

impl Builder<'_> {
    /// Takes a name for a variable. `what` says of what: "the lookup", "the step".
    pub(super) fn variable(&mut self, what: &str, name: &str, place: &Place) {
        if !template::is_identifier(name) {
            self.sink
                .error(place, format!("`{name}` is not a variable name"))
                .hint("letters, digits and `_`, beginning with a letter");
        } else if template::is_reserved(name) {
            self.sink.error(place, format!("{what} cannot be called `{name}`: the name is reserved")).hint(
                "`args`, `user`, `bundle`, `odoo`, `item`, `index` and the names of functions have a meaning of their own",
            );
        } else if let Some(argument) = self.scope.arguments.get(name) {
            let argument = argument.place.clone();
            self.sink
                .error(place, format!("{what} `{name}` has the name of an argument"))
                .hint("templates could not tell the two apart: rename one of them")
                .related(&argument, "the argument");
        } else if let Some((other, first)) = self.scope.variables.get(name) {
            let (other, first) = (other.clone(), first.clone());
            self.sink
                .error(place, format!("{what} `{name}` has the name of another variable"))
                .hint("templates could not tell the two apart: rename one of them")
                .related(&first, other);
        } else {
            self.scope.variables.insert(name.to_owned(), (what.to_owned(), place.clone()));
        }
    }
}
