//! What the definition files say: raw types with spans, checks, and the checked definitions.
