//! Compiled tools and bundles: what one call sees, whole and unchanging.
