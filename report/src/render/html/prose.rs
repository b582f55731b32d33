//! Outside text as markup: cleaned, bounded, escaped, and links only where they lead to the web.

use maud::{Markup, html};

use super::super::{LINE, TEXT};
use crate::{Reference, clean_line, clean_text};

/// The longest address that becomes a link.
const LONGEST_ADDRESS: usize = 2_000;

/// Text that stands on one line.
pub(super) fn line(text: &str) -> String {
    clean_line(text, LINE)
}

/// Text of several lines.
pub(super) fn block(text: &str) -> String {
    clean_text(text, TEXT)
}

/// Paragraphs, divided by empty lines, with what stands in backquotes as code.
pub(super) fn paragraphs(text: &str) -> Markup {
    let text = block(text);
    html! {
        @for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            p { (inline(paragraph.trim())) }
        }
    }
}

fn inline(text: &str) -> Markup {
    // An odd backquote at the end opens nothing.
    let closed = text.matches('`').count() / 2 * 2;
    html! {
        @for (number, piece) in text.splitn(closed + 1, '`').enumerate() {
            @if number % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

/// The address, if it leads to the web and nowhere else.
pub(super) fn web_address(url: &str) -> Option<&str> {
    let scheme = url.split_once("://")?.0;
    let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let plain = url
        .chars()
        .all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>' | '\\' | '`'));
    (web && plain && url.len() <= LONGEST_ADDRESS).then_some(url)
}

/// A reference: a link where it has an address on the web, otherwise its name.
pub(super) fn reference(reference: &Reference) -> Markup {
    link(&reference.name, reference.url.as_deref())
}

/// A name with an address that may be anything. What makes no link is shown as text.
pub(super) fn link(name: &str, url: Option<&str>) -> Markup {
    let name = line(name);
    html! {
        @match url.map(|url| (url, web_address(url))) {
            None => (name),
            Some((_, Some(url))) => a href=(url) rel="noopener noreferrer nofollow" { (name) },
            Some((url, None)) => { (name) " (" code { (line(url)) } ")" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_on_the_web_become_links() {
        for url in [
            "javascript:alert(1)",
            "JavaScript://x/%0aalert(1)",
            "data:text/html,x",
            "//example.com/",
            " https://example.com/",
            "https://example.com/\"x",
            "java\nscript://x",
            "file:///etc/passwd",
        ] {
            assert_eq!(web_address(url), None, "{url}");
            assert!(
                !link("name", Some(url)).into_string().contains("<a"),
                "{url}"
            );
        }
        let good = "https://example.com/a?b=c&d#e";
        assert_eq!(
            link("a <b>", Some(good)).into_string(),
            "<a href=\"https://example.com/a?b=c&amp;d#e\" rel=\"noopener noreferrer nofollow\">a &lt;b&gt;</a>"
        );
    }

    #[test]
    fn backquotes_become_code_in_pairs() {
        assert_eq!(
            paragraphs("Set `a <b>`, then `c`.\n\nDone `half").into_string(),
            "<p>Set <code>a &lt;b&gt;</code>, then <code>c</code>.</p><p>Done `half</p>"
        );
    }
}
