//! The minijinja environment: typed evaluation, absence, and date functions.
