//! The shipped tools of `tools.d/helpdesk.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
