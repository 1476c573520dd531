//! The shipped tools of `tools.d/knowledge.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
