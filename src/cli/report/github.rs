//! Workflow commands of GitHub Actions: `::error file=…,line=…,col=…::message`.

use super::{path_of, text_of};
use crate::source::{Diagnostic, Severity};

/// One finding as a command.
pub(super) fn command(diagnostic: &Diagnostic) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &diagnostic.place {
        let ((line, column), (end_line, end_column)) = (place.line_column(), place.end());
        properties.push(format!("file={}", property(&path_of(&place.file.path))));
        properties.push(format!("line={line}"));
        properties.push(format!("endLine={end_line}"));
        // GitHub takes columns only where both are on one line.
        if line == end_line {
            properties.push(format!("col={column}"));
            properties.push(format!("endColumn={}", end_column.max(column)));
        }
    }
    properties.push("title=tooldoo".to_owned());
    format!("::{word} {}::{}", properties.join(","), data(&text_of(diagnostic)))
}

/// What would end a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What would end a property, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_message_ends_the_command() {
        let diagnostic = Diagnostic::error("100 %\nof a::b,c").with_hint("look");
        assert_eq!(command(&diagnostic), "::error title=tooldoo::100 %25%0Aof a::b,c%0Alook");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
