//! Whose folder is which: logins as names of folders, safe on every file system.

use std::borrow::Cow;
use std::fmt::Write as _;

/// No name of a folder or file is longer than this, in bytes.
const LONGEST: usize = 200;

/// Names that mean a device to Windows, with whatever ending.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt"];

/// The name of the folder of a login, or of the file of a prompt. Two different ones never have the same name, not even where
/// `A` and `a` are one, and none leads anywhere else: what is not a small letter, a digit or one of `-_.@+` is written as `%`
/// and the byte. `None` for what is empty or too long.
pub(super) fn name_of(login: &str) -> Option<String> {
    let lowered = login.to_ascii_lowercase();
    let stem = lowered.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    let device = DEVICES.contains(&stem);
    let mut name = String::with_capacity(login.len());
    for (position, byte) in login.bytes().enumerate() {
        let first = position == 0;
        let last = position + 1 == login.len();
        let plain = match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'@' | b'+' => !(first && device),
            // What begins with these is skipped by whoever reads the folder, and Windows drops a dot at the end.
            b'_' => !first,
            b'.' => !first && !last,
            _ => false,
        };
        if plain {
            name.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ = write!(name, "%{byte:02x}");
        }
    }
    (!name.is_empty() && name.len() <= LONGEST).then_some(name)
}

/// Whose folder it is. Folders that somebody made by hand may be called as the login is written.
pub(super) fn login_of(name: &str) -> Option<String> {
    let login: Cow<'_, str> = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
    let hidden = name.starts_with(['.', '_', '#']) || name.ends_with(['~', '#']);
    (!hidden && !login.is_empty()).then(|| login.into_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_login_is_a_folder_and_leads_nowhere_else() {
        for (login, name) in [
            ("anna@example.com", "anna@example.com"),
            ("Anna", "%41nna"),
            ("..", "%2e%2e"),
            ("../admin", "%2e.%2fadmin"),
            ("a/b\\c:d", "a%2fb%5cc%3ad"),
            ("_x", "%5fx"),
            ("con", "%63on"),
            ("nul.txt", "%6eul.txt"),
            ("com1", "%63om1"),
            ("a.", "a%2e"),
            ("jörg", "j%c3%b6rg"),
            ("a%41", "a%2541"),
            ("a\0b", "a%00b"),
        ] {
            assert_eq!(name_of(login).as_deref(), Some(name), "{login}");
        }
        assert_eq!(name_of(""), None);
        assert_eq!(name_of(&"ü".repeat(100)), None);
        assert_eq!(login_of("Anna").as_deref(), Some("Anna"), "made by hand");
        for hidden in [".git", "_draft", "x~", "%ff"] {
            assert_eq!(login_of(hidden), None, "{hidden}");
        }
    }

    proptest! {
        #[test]
        fn names_are_plain_and_say_whose_they_are(login in "\\PC{1,20}") {
            let Some(name) = name_of(&login) else { return Ok(()) };
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.@+%".contains(&byte)), "{name}");
            prop_assert!(!name.starts_with(['.', '_', '#']) && !name.ends_with('.'));
            prop_assert_eq!(login_of(&name), Some(login));
        }

        #[test]
        fn two_logins_never_share_a_folder(logins in prop::collection::hash_set("[aAbB._%/ü]{1,3}", 2..20)) {
            let names: HashSet<String> = logins.iter().filter_map(|login| name_of(login)).map(|name| name.to_lowercase()).collect();
            prop_assert_eq!(names.len(), logins.len());
        }
    }
}
