//! HTML of Odoo's html fields as Markdown: what a model reads with fewer tokens and no markup.

use std::sync::LazyLock;

use htmd::element_handler::Handlers;
use htmd::{Element, HtmlToMarkdown};

/// Deeper markup than this is not walked: the converter recurses, and the stack is not the sender's to spend.
const DEEPEST: usize = 100;
/// Longer markup than this is not parsed, in bytes.
const LONGEST: usize = 1_000_000;

static CONVERTER: LazyLock<HtmlToMarkdown> = LazyLock::new(|| {
    HtmlToMarkdown::builder()
        .skip_tags(vec!["script", "style", "head", "title", "noscript", "template", "svg"])
        .add_handler(vec!["img"], |_: &dyn Handlers, image: Element| {
            let attribute = |name: &str| {
                let found = image.attrs.iter().find(|attribute| &*attribute.name.local == name);
                found.map(|attribute| attribute.value.to_string()).unwrap_or_default()
            };
            let (source, alt) = (attribute("src"), attribute("alt").replace(['[', ']', '\n'], " "));
            // An image inside the text is its bytes: never inline.
            let source = if source.trim_start().starts_with("data:") { String::new() } else { source };
            let words = format!("![{alt}]({})", source.replace([' ', ')', '('], ""));
            (!(alt.is_empty() && source.is_empty())).then(|| words.into())
        })
        .build()
});

/// The Markdown of an HTML text. What is too long or nested too deep to be parsed loses its tags instead.
#[must_use]
pub fn markdown_of_html(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.trim().to_owned();
    }
    if html.len() > LONGEST || nests_deeper(html, DEEPEST) {
        return without_tags(html);
    }
    match CONVERTER.convert(html) {
        Ok(markdown) => markdown.trim().to_owned(),
        Err(_) => without_tags(html),
    }
}

/// Whether more tags could be open at once. Counts tags that need no end as open too: too many is only less pretty.
fn nests_deeper(html: &str, most: usize) -> bool {
    const VOID: [&str; 9] = ["br", "img", "hr", "input", "meta", "link", "col", "wbr", "area"];
    let mut open = 0usize;
    for tag in html.split('<').skip(1) {
        let name: String = tag
            .chars()
            .take(8)
            .take_while(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        if tag.starts_with('/') {
            open = open.saturating_sub(1);
        } else if !name.is_empty() && !VOID.contains(&name.as_str()) {
            open += 1;
            if open > most {
                return true;
            }
        }
    }
    false
}

fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    for piece in html.split('<') {
        let text = match piece.split_once('>') {
            Some((_, text)) => text,
            None if out.is_empty() => piece,
            None => "",
        };
        if !text.trim().is_empty() {
            out.push_str(text.trim());
            out.push(' ');
        }
    }
    let text = out.trim_end().replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_markdown() {
        assert_eq!(markdown_of_html("<p>Call <b>him</b><br>soon &amp; often</p>"), "Call **him**  \nsoon & often");
        assert_eq!(markdown_of_html("<p><br></p>"), "");
        assert_eq!(markdown_of_html("<style>p{}</style><p>a</p><script>x()</script>"), "a");
        assert_eq!(markdown_of_html("<img src='data:image/png;base64,AAAA'><p>b</p>"), "b");
        assert_eq!(markdown_of_html("<ul><li>a</li><li>b</li></ul>").lines().count(), 2);
        assert_eq!(markdown_of_html(" plain "), "plain");
    }

    #[test]
    fn a_hostile_depth_does_not_overflow_the_stack() {
        let deep = format!("{}word{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
        assert_eq!(markdown_of_html(&deep), "word");
        assert_eq!(markdown_of_html(&"<".repeat(200_000)).len(), 200_000, "no tags, so text");
        let misnested = format!("{}word", "<b><p>".repeat(50_000));
        assert_eq!(markdown_of_html(&misnested), "word");
        let many = "<p>a</p>".repeat(1000);
        assert!(markdown_of_html(&many).contains("a\n\na"));
    }
}
