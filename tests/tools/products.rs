//! The shipped tools of `tools.d/products.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
