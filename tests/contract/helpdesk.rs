//! What the tools rely on in helpdesk.

use crate::run::Case;

pub fn cases() -> Vec<Case> {
    Vec::new()
}
