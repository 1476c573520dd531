//! Writes TOML 1.0 as a person would: keys under each other, lists on one line or broken at the margin, comments.

/// Where lines end.
const MARGIN: usize = 120;

/// A basic string.
pub(super) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A template that is one expression.
pub(super) fn expression(text: &str) -> String {
    string(&format!("{{{{ {text} }}}}"))
}

/// A list of values that are written already: on one line where it fits behind `before` characters, else filled up to the
/// margin.
pub(super) fn list(items: &[String], before: usize, indent: usize) -> String {
    let one_line = format!("[{}]", items.join(", "));
    if items.iter().all(|item| !item.contains('\n')) && before + one_line.len() <= MARGIN {
        return one_line;
    }
    let inner = " ".repeat(indent + 2);
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        let first = item.lines().next().unwrap_or_default();
        match lines.last_mut() {
            Some(line)
                if last_line(line) + first.len() + 3 <= MARGIN && !item.contains('\n') && !line.contains('\n') =>
            {
                line.push_str(&format!(" {item},"));
            }
            _ => lines.push(format!("{inner}{item},")),
        }
    }
    format!("[\n{}\n{}]", lines.join("\n"), " ".repeat(indent))
}

fn last_line(text: &str) -> usize {
    text.rsplit('\n').next().unwrap_or_default().len()
}

/// A list of strings, likewise.
pub(super) fn strings<S: AsRef<str>>(items: impl IntoIterator<Item = S>, before: usize, indent: usize) -> String {
    let items: Vec<String> = items.into_iter().map(|item| string(item.as_ref())).collect();
    list(&items, before, indent)
}

/// An inline table, on one line.
pub(super) fn inline<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// A file while it is written.
#[derive(Debug, Default)]
pub(super) struct Text {
    out: String,
}

/// A key, its value, and what is said beside it.
pub(super) type Row = (String, String, Option<String>);

/// A row without a comment.
pub(super) fn row(key: &str, value: String) -> Row {
    (key.to_owned(), value, None)
}

impl Text {
    /// A line as it is.
    pub(super) fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.out.push('\n');
    }

    /// A comment, broken at the margin.
    pub(super) fn comment(&mut self, text: &str) {
        let mut line = "#".to_owned();
        for word in text.split_whitespace() {
            if line.chars().count() + word.chars().count() + 1 > MARGIN {
                self.line(&line);
                line = "#".to_owned();
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    /// A table's header.
    pub(super) fn header(&mut self, header: &str) {
        self.line(header);
    }

    /// Keys, with their equal signs under each other.
    pub(super) fn rows(&mut self, rows: &[Row]) {
        let width = rows.iter().map(|(key, ..)| key.len()).max().unwrap_or_default();
        for (key, value, comment) in rows {
            let comment = comment.as_ref().map(|text| format!("      # {text}")).unwrap_or_default();
            self.line(&format!("{key:width$} = {value}{comment}"));
        }
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_back_as_they_were() {
        for text in ["plain", "a \"quoted\" \\ one", "two\nlines\tand a tab", "\u{1b}[31m", "Größe: 5 €", "'"] {
            let table: toml::Table = toml::from_str(&format!("a = {}", string(text))).unwrap();
            assert_eq!(table["a"].as_str(), Some(text));
        }
    }

    #[test]
    fn lists_are_broken_at_the_margin() {
        assert_eq!(strings(["a", "b"], 9, 0), r#"["a", "b"]"#);
        let many: Vec<String> = (0..30).map(|number| format!("field_{number}")).collect();
        let text = strings(&many, 9, 2);
        assert!(text.lines().count() > 3 && text.lines().all(|line| line.len() <= MARGIN), "{text}");
        assert!(text.ends_with("\n  ]"));
        let table: toml::Table = toml::from_str(&format!("a = {text}")).unwrap();
        assert_eq!(table["a"].as_array().unwrap().len(), 30);
    }

    #[test]
    fn keys_stand_under_each_other() {
        let mut text = Text::default();
        text.rows(&[row("a", "1".into()), ("long".into(), "2".into(), Some("why".into()))]);
        text.comment(&"word ".repeat(40));
        let text = text.finish();
        assert!(text.starts_with("a    = 1\nlong = 2      # why\n# word"), "{text}");
        assert!(text.lines().all(|line| line.len() <= MARGIN));
    }
}
