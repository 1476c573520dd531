//! What the tools rely on in purchase.

use crate::run::Case;

pub fn cases() -> Vec<Case> {
    Vec::new()
}
