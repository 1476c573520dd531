//! The shipped tools of `tools.d/purchase.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
