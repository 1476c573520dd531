//! The shipped tools of `tools.d/stock.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
