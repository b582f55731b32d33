//! Text from outside in a Slack message (<https://docs.slack.dev/messaging/formatting-message-text>): it calls
//! nobody, links nowhere, and its formatting ends with it.

use std::fmt::Write as _;

use hardtarget_report::clean_line;

/// A character that is not seen and at which no line breaks: what it stands in is no mention and no URL.
const JOINER: char = '\u{2060}';

/// Outside text as running text: `&`, `<` and `>` escaped, what would format it exchanged for what looks alike,
/// `@channel` and URLs taken apart. At most `max` characters of it.
#[must_use]
pub fn plain(text: &str, max: usize) -> String {
    let text = clean_line(text, max);
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' => out.push('\''),
            '*' => out.push('\u{2217}'),
            '~' => out.push('\u{223C}'),
            // Within a word it formats nothing: `all.rp_filter`.
            '_' if !(word(before) && word(rest.peek().copied())) => out.push('\u{02CD}'),
            '@' => out.extend(['@', JOINER]),
            ':' if rest.peek() == Some(&'/') => out.extend([':', JOINER]),
            c => out.push(c),
        }
        before = Some(c);
    }
    out
}

/// Outside text as code, in which Slack formats nothing; nothing at all if it is empty. At most `max`
/// characters of it.
#[must_use]
pub fn code(text: &str, max: usize) -> String {
    let text = clean_line(text, max);
    let mut out = String::with_capacity(text.len() + 2);
    if text.trim().is_empty() {
        return out;
    }
    out.push('`');
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' => out.push('\''),
            c => out.push(c),
        }
    }
    out.push('`');
    out
}

/// A link. The URL is percent-encoded already, `text` is our own.
#[must_use]
pub fn link(url: &str, text: &str) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write!(out, "<{}|{text}>", url.replace('&', "&amp;"));
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_title_reads_as_it_was_written() {
        assert_eq!(
            plain("net.ipv4.conf.all.rp_filter is 0 & 1 is wanted", 100),
            "net.ipv4.conf.all.rp_filter is 0 &amp; 1 is wanted"
        );
        assert_eq!(code("/etc/ssh/sshd_config", 100), "`/etc/ssh/sshd_config`");
        assert_eq!(code(" ", 100), "");
    }

    #[test]
    fn nobody_is_called_and_nothing_is_a_link() {
        assert_eq!(
            plain("<!channel> @here", 100),
            "&lt;!channel&gt; @\u{2060}here"
        );
        assert_eq!(
            plain("http://evil.example", 100),
            "http:\u{2060}//evil.example"
        );
        assert_eq!(plain("*b* _i_ ~s~ ```c```", 100), "∗b∗ ˍiˍ ∼s∼ '''c'''");
        assert_eq!(code("`<@U1>`", 100), "`'&lt;@U1&gt;'`");
    }

    #[test]
    fn a_link_keeps_its_query() {
        let link = link("https://example.org/?a=1&b=2", "report");
        assert_eq!(link, "<https://example.org/?a=1&amp;b=2|report>");
    }

    proptest! {
        #[test]
        fn nothing_gets_out_of_either(text in any::<String>(), max in 0_usize..60) {
            let running = plain(&text, max);
            prop_assert!(!running.contains(['<', '>', '`', '*', '~', '\n']));
            prop_assert!(running.chars().filter(|c| *c != JOINER).count() <= 5 * max);
            let code = code(&text, max);
            prop_assert!(code.is_empty() || code.matches('`').count() == 2);
            prop_assert!(!code.contains(['<', '>', '\n']));
        }
    }
}
