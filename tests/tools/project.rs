//! The shipped tools of `tools.d/project.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
