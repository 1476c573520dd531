//! The shipped tools of `tools.d/finance.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
