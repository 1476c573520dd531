//! Who calls, and what that caller may see.
