//! Text that came from Odoo, as a terminal may be given it.
//!
//! Whoever can write into a record could otherwise move the cursor of the person who reads it, hide lines, or name another window:
//! a terminal acts on control characters. A file or another program gets the text as it is.

use std::borrow::Cow;
use std::io::IsTerminal;

/// The text as that output may be given it.
pub(super) fn fit<'a>(text: &'a str, output: &impl IsTerminal) -> Cow<'a, str> {
    if output.is_terminal() { visible(text) } else { text.into() }
}

/// With control characters as JSON writes them, so that JSON stays what it is. Tabs and the ends of lines stay.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let text: Cow<'_, str> = if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { text.into() };
    let acts = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if !text.contains(acts) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if acts(letter) {
            shown.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            shown.push(letter);
        }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_is_left() {
        assert_eq!(visible("a\tb\r\nc\n"), "a\tb\nc\n");
        assert_eq!(visible("\u{1b}]0;x\u{7}\r\u{9b}2J\u{7f}é"), r"\u001b]0;x\u0007\u000d\u009b2J\u007fé");
    }

    #[test]
    fn json_stays_the_same_json() {
        let text = "{\"name\":\"\u{9b}31m\"}";
        let shown = visible(text).into_owned();
        assert_ne!(shown, text);
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&shown), read(text));
    }
}
