//! Where a record is: in Odoo's own interface, for people, and as a resource of this server.

use crate::odoo::Version;

/// The web address that opens the record's form in Odoo's own interface. `base` is the instance's, without a `/` at its end.
///
/// From 18 on the address is a path, in which a model whose name has no dot is told from a screen by `m-`; before, it was a
/// fragment.
#[must_use]
pub fn web(base: &str, version: Version, model: &str, id: i64) -> String {
    if version < Version::new(18, 0) {
        return format!("{base}/web#id={id}&model={model}&view_type=form");
    }
    let prefix = if model.contains('.') { "" } else { "m-" };
    format!("{base}/odoo/{prefix}{model}/{id}")
}

/// Where resources are, for one call: what an answer may point to.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    /// The scheme of the Odoo that answers.
    pub scheme: &'a str,
    /// Whether who calls could read that address. What cannot be read is not pointed to.
    pub readable: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Links<'_> {
    /// For who reads no resource.
    pub const NONE: Links<'static> = Links { scheme: "odoo", readable: &|_| false };

    /// The resource that is the whole of one field: a file, or a text that an answer had to cut.
    #[must_use]
    pub fn field(&self, model: &str, id: i64, field: &str) -> Option<String> {
        Some(format!("{}://{model}/{id}/{field}", self.scheme)).filter(|uri| (self.readable)(uri))
    }

    /// The resource that is the file of an attachment.
    #[must_use]
    pub fn attachment(&self, id: i64) -> Option<String> {
        Some(format!("{}://ir.attachment/{id}", self.scheme)).filter(|uri| (self.readable)(uri))
    }
}

impl std::fmt::Debug for Links<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_opens_on_every_version() {
        let at = |major, model| web("https://x.example/odoo-a", Version::new(major, 0), model, 7);
        assert_eq!(at(14, "crm.lead"), "https://x.example/odoo-a/web#id=7&model=crm.lead&view_type=form");
        assert_eq!(at(17, "crm.lead"), "https://x.example/odoo-a/web#id=7&model=crm.lead&view_type=form");
        assert_eq!(at(18, "crm.lead"), "https://x.example/odoo-a/odoo/crm.lead/7");
        assert_eq!(at(19, "x_thing"), "https://x.example/odoo-a/odoo/m-x_thing/7");
    }
}
