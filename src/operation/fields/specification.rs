//! A selection as Odoo's `web_search_read` takes it.

use super::{Selected, Selection};
use crate::odoo::metadata::FieldType;
use crate::odoo::{FieldSpecification, Related, Specification};

impl Selection {
    /// What to ask Odoo for. Related records always come with `display_name` where the answer names them: a many2one,
    /// and an x2many or reference without fields of its own.
    #[must_use]
    pub fn specification(&self) -> Specification {
        let one =
            |selected: &Selected| (selected.field.name.clone(), FieldSpecification { related: related(selected) });
        Specification { fields: self.fields.iter().map(one).collect() }
    }
}

fn related(selected: &Selected) -> Option<Related> {
    match (&selected.field.kind, &selected.nested) {
        (FieldType::Many2one | FieldType::One2many | FieldType::Many2many, Some(nested)) => {
            let mut fields = nested.selection.specification();
            if selected.field.kind == FieldType::Many2one {
                fields.fields.entry("display_name".to_owned()).or_default();
            }
            Some(Related { fields, limit: nested.limit, order: nested.order.clone() })
        }
        (
            FieldType::Many2one
            | FieldType::One2many
            | FieldType::Many2many
            | FieldType::Reference
            | FieldType::Many2oneReference,
            None,
        ) => Some(Related { fields: Specification::display_name(), limit: None, order: None }),
        _ => None,
    }
}
