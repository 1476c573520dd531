//! What the tools rely on in sale.

use crate::run::Case;

pub fn cases() -> Vec<Case> {
    Vec::new()
}
