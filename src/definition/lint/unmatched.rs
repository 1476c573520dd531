//! A pattern of a bundle that no name matches.

use super::Subject;
use crate::source::{Sink, did_you_mean};

pub(super) fn lint(subject: &Subject<'_>, sink: &mut Sink) {
    for bundle in subject.declared {
        for (key, patterns) in [("include", &bundle.include), ("exclude", &bundle.exclude)] {
            for pattern in patterns {
                if subject.names.iter().any(|name| pattern.matches(name)) {
                    continue;
                }
                let hint = did_you_mean(&pattern.text, subject.names.iter().copied())
                    .unwrap_or_else(|| "correct it, or remove it; `tooldoo list` shows the names".to_owned());
                let message = format!("`{key}` matches nothing: `{}`", pattern.text);
                sink.warning(&pattern.place, message).hint(hint).definition = Some(format!("bundle `{}`", bundle.name));
            }
        }
    }
}
