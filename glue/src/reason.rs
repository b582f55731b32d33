//! Text from outside as the value of a tag.
//!
//! A tag's value has at most 256 characters, and what every AWS service takes in it are letters,
//! digits, spaces and `+ - = . _ : / @` (AWS, "Tag naming limits and requirements"). EC2 itself
//! takes anything: so it is on us that no image can put markup, escape sequences or text that reads
//! backwards onto its AMI's tags.

/// The most characters that the value of a tag may have.
pub const LONGEST: usize = 256;

/// Makes a tag's value of any text: ASCII letters, digits, single spaces and `+ - = . _ : / @`, at
/// least one and at most 256 characters. Quotation marks vanish, every other character becomes a
/// space, and what is too long ends in `...`.
#[must_use]
pub fn tag_value(text: &str) -> String {
    cleaned(text, LONGEST)
}

/// Like [`tag_value`], for what is usually a word (a version), with another greatest length.
#[must_use]
pub fn cleaned(text: &str, longest: usize) -> String {
    let mut value = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => value.push(c),
            '+' | '-' | '=' | '.' | '_' | ':' | '/' | '@' => value.push(c),
            '\'' | '"' | '`' => {}
            _ if value.is_empty() || value.ends_with(' ') => {}
            _ => value.push(' '),
        }
        if value.len() > longest {
            value.truncate(longest.saturating_sub(3));
            value.truncate(value.trim_end().len());
            value.push_str("...");
            break;
        }
    }
    value.truncate(value.trim_end().len());
    if value.is_empty() {
        value.push_str("unknown");
    }
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_reason_stays_readable() {
        for (text, expected) in [
            (
                "lynis: killed by signal 9, after 3 s",
                "lynis: killed by signal 9 after 3 s",
            ),
            ("`x` (a\tb)\r\n", "x a b"),
            ("\u{1b}[2J\u{202E}evil\u{0}", "2J evil"),
            ("<script>alert(1)</script>", "script alert 1 /script"),
            ("ünïcödé", "n c d"),
            ("", "unknown"),
            (" \u{feff}\n", "unknown"),
        ] {
            assert_eq!(tag_value(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_says_so() {
        let value = tag_value(&"word ".repeat(100));
        assert_eq!(value.len(), 256);
        assert!(value.ends_with("wor..."), "{value}");
        assert_eq!(tag_value(&"x".repeat(256)), "x".repeat(256));
        assert_eq!(cleaned("3.1.4-very-long", 8), "3.1.4...");
    }

    proptest! {
        #[test]
        fn whatever_comes_in_a_legal_value_comes_out(text in any::<String>(), times in 1_usize..40) {
            let value = tag_value(&text.repeat(times));
            prop_assert!((1..=LONGEST).contains(&value.len()));
            let legal = |c: char| c.is_ascii_alphanumeric() || " +-=._:/@".contains(c);
            prop_assert!(value.chars().all(legal), "{value}");
            prop_assert_eq!(value.trim(), &value);
            prop_assert_eq!(tag_value(&value), value);
        }
    }
}
