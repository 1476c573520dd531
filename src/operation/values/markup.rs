//! Markdown to HTML for Odoo's html fields. Markup in the text is text, and a link leads only where mail and web lead.

use pulldown_cmark::{Event, Options, Parser, Tag, html};

/// The HTML of a Markdown text: raw HTML in it is escaped; a link or image of another scheme than `http`, `https`,
/// `mailto` and `tel` loses its address.
#[must_use]
pub fn html_of_markdown(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(markdown, options).map(|event| match event {
        Event::Html(markup) | Event::InlineHtml(markup) => Event::Text(markup),
        // A line break that the writer typed is meant; HTML would join the lines.
        Event::SoftBreak => Event::HardBreak,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if is_safe(&dest_url) { dest_url } else { "".into() };
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            let dest_url = if is_safe(&dest_url) { dest_url } else { "".into() };
            Event::Start(Tag::Image { link_type, dest_url, title, id })
        }
        event => event,
    });
    let mut out = String::with_capacity(markdown.len() + markdown.len() / 4);
    html::push_html(&mut out, events);
    out.truncate(out.trim_end().len());
    out
}

/// Whether an address stays within the web and mail. One without a scheme is relative.
fn is_safe(address: &str) -> bool {
    let address: String = address.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    match address.find([':', '/', '?', '#']) {
        Some(at) if address.get(at..=at) == Some(":") => {
            let scheme = address.get(..at).unwrap_or_default().to_ascii_lowercase();
            ["http", "https", "mailto", "tel"].contains(&scheme.as_str())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html_and_markup_stays_text() {
        assert_eq!(html_of_markdown("Call **him**\nsoon"), "<p>Call <strong>him</strong><br />\nsoon</p>");
        let html = html_of_markdown("<script>alert(1)</script>\n\na <b onclick=x>b</b> & c");
        assert!(!html.contains("<script") && !html.contains("<b "), "{html}");
        assert!(html.contains("&lt;script&gt;") && html.contains("&lt;b onclick=x&gt;"), "{html}");
    }

    #[test]
    fn a_link_leads_only_to_web_and_mail() {
        let html = html_of_markdown(
            "[a](https://x.example/?a:b) [b](javascript:alert(1)) [c](<java\tscript:x>) [d](/odoo) ![e](data:x)",
        );
        assert!(html.contains("https://x.example/?a:b") && html.contains("\"/odoo\""), "{html}");
        assert!(!html.contains("javascript:") && !html.contains("script:x\"") && !html.contains("data:"), "{html}");
    }
}
