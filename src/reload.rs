//! Watch the definition files, load, swap, notify: one code path for start and reload.
