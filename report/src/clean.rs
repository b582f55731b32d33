//! Making outside text harmless to show: no control characters, no invisible trickery, bounded.

/// What is put where a character was taken out.
const REPLACEMENT: char = '\u{FFFD}';

/// Whether a character may be shown as it is: control characters move cursors and ring bells,
/// bidirectional overrides make text read as what it is not (CVE-2021-42574), invisible characters
/// hide text, and noncharacters are not allowed in XML.
fn is_harmless(c: char) -> bool {
    let noncharacter = u32::from(c) & 0xFFFE == 0xFFFE || matches!(c, '\u{FDD0}'..='\u{FDEF}');
    !noncharacter
        && !c.is_control()
        && !matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Cleans text that stands on one line: control characters (line ends and tabs included) become
/// `U+FFFD`, and more than `max_chars` characters end in `…`.
#[must_use]
pub fn clean_line(text: &str, max_chars: usize) -> String {
    cut(
        text.chars()
            .map(|c| if is_harmless(c) { c } else { REPLACEMENT }),
        max_chars,
    )
}

/// Cleans text of several lines: like [`clean_line`], but line ends and tabs stay.
#[must_use]
pub fn clean_text(text: &str, max_chars: usize) -> String {
    cut(
        text.chars().map(|c| {
            if c == '\n' || c == '\t' || is_harmless(c) {
                c
            } else {
                REPLACEMENT
            }
        }),
        max_chars,
    )
}

fn cut(chars: impl Iterator<Item = char>, max_chars: usize) -> String {
    let mut out = String::new();
    if max_chars == 0 {
        return out;
    }
    for (count, c) in chars.enumerate() {
        if count + 1 > max_chars {
            out.pop();
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_terminal_escape_cannot_get_through() {
        assert_eq!(clean_line("a\x1b[2Jb\n", 80), "a\u{FFFD}[2Jb\u{FFFD}");
        assert_eq!(clean_text("a\x1b[2Jb\n", 80), "a\u{FFFD}[2Jb\n");
    }

    #[test]
    fn right_to_left_overrides_are_taken_out() {
        assert_eq!(clean_line("x\u{202E}y", 80), "x\u{FFFD}y");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(clean_line("abcdef", 4), "abc…");
        assert_eq!(clean_line("abcd", 4), "abcd");
        assert_eq!(clean_line("abcd", 1), "…");
        assert_eq!(clean_line("abcd", 0), "");
    }

    #[test]
    fn what_cannot_be_seen_is_seen() {
        assert_eq!(
            clean_line("a\u{200B}\u{00AD}\u{E0041}b", 80),
            "a\u{FFFD}\u{FFFD}\u{FFFD}b"
        );
    }

    proptest! {
        #[test]
        fn a_cleaned_line_is_bounded_one_line_and_legal_in_xml(text in any::<String>(), max in 0_usize..50) {
            let cleaned = clean_line(&text, max);
            prop_assert!(cleaned.chars().count() <= max);
            let legal = |c: char| c >= ' ' && u32::from(c) & 0xFFFE != 0xFFFE;
            prop_assert!(cleaned.chars().all(legal));
            prop_assert_eq!(clean_line(&cleaned, max), cleaned);
        }
    }
}
