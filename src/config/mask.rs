//! Hides secrets in the text of a configuration file, so that no diagnostic can show one. Offsets stay what they are.

/// The text with every string that stands after one of the keys, and every login in an address, replaced by asterisks.
pub(super) fn masked(text: &str, keys: &[&str]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for key in keys {
        for (start, _) in text.match_indices(key) {
            let after = text.get(start + key.len()..).unwrap_or_default();
            let rest = after.trim_start_matches(['"', '\'', ' ', '\t']);
            let Some(value) = rest.strip_prefix(['=', ':']) else { continue };
            let value = value.trim_start_matches([' ', '\t']);
            let begin = text.len() - value.len();
            hide(&mut bytes, begin, value);
        }
    }
    for (start, separator) in text.match_indices("://") {
        let from = start + separator.len();
        let rest = text.get(from..).unwrap_or_default();
        let end = rest.find(['/', '"', '\'', '\n', ' ']).unwrap_or(rest.len());
        let login = rest.get(..end).unwrap_or_default().rfind('@').unwrap_or(0);
        for byte in bytes.iter_mut().skip(from).take(login) {
            *byte = b'*';
        }
    }
    // Only whole stretches of characters were replaced, each byte of them by one ASCII byte.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Replaces what is inside the quotes; to the end of the line where they are not closed.
fn hide(bytes: &mut [u8], begin: usize, value: &str) {
    let Some(quotes) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| value.starts_with(quotes)) else {
        return;
    };
    let inside = value.get(quotes.len()..).unwrap_or_default();
    let mut escaped = false;
    let end = inside.char_indices().find_map(|(offset, letter)| {
        let closes = !escaped && inside.get(offset..)?.starts_with(quotes);
        escaped = letter == '\\' && !escaped && quotes.starts_with('"');
        (closes || (letter == '\n' && quotes.len() == 1)).then_some(offset)
    });
    let from = begin + quotes.len();
    for byte in bytes.iter_mut().skip(from).take(end.unwrap_or(inside.len())) {
        if *byte != b'\n' && *byte != b'\r' {
            *byte = b'*';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn secrets_disappear_and_offsets_stay() {
        let cases = [
            (r#"api_key = "s3cret""#, r#"api_key = "******""#),
            (r#"{"password": "a\"b", "url": "x"}"#, r#"{"password": "****", "url": "x"}"#),
            (r#"api_key = "unterminated"#, r#"api_key = "************"#),
            (r#"url = "https://bot:pw@host/x""#, r#"url = "https://******@host/x""#),
            (r#"api_key = { env = "ODOO_API_KEY" }"#, r#"api_key = { env = "ODOO_API_KEY" }"#),
            ("password = \"\"\"\ntwo\nlines\"\"\"", "password = \"\"\"\n***\n*****\"\"\""),
            ("password = 'é'", "password = '**'"),
        ];
        for (text, hidden) in cases {
            assert_eq!(masked(text, &["api_key", "password"]), hidden);
        }
    }
}
