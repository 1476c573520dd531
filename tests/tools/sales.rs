//! The shipped tools of `tools.d/sales.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
