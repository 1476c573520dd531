//! The shipped tools of `tools.d/employees.toml`.

use crate::Case;

pub const CASES: &[Case] = &[];
