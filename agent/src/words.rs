//! Small ways of saying numbers, shared by messages everywhere.

use std::time::Duration;

/// A duration for people: `0.3 s`, `14 s`, `2 min 5 s`, `1 h 30 min`.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{whole} s"),
        60..3600 => with_rest(whole / 60, "min", whole % 60, "s"),
        _ => with_rest(whole / 3600, "h", whole % 3600 / 60, "min"),
    }
}

fn with_rest(big: u64, unit: &str, rest: u64, rest_unit: &str) -> String {
    if rest == 0 {
        format!("{big} {unit}")
    } else {
        format!("{big} {unit} {rest} {rest_unit}")
    }
}

/// A count with its noun: `1 finding`, `2 findings`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A paragraph broken into lines of at most `width` columns, each after `indent`.
#[must_use]
pub fn wrap(paragraph: &str, width: usize, indent: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        if column == 0 || column + 1 + length > width {
            if column > 0 {
                text.push('\n');
            }
            text.push_str(indent);
            column = indent.chars().count();
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (ms, text) in [
            (340, "0.3 s"),
            (14_000, "14 s"),
            (120_000, "2 min"),
            (125_000, "2 min 5 s"),
            (5_400_000, "1 h 30 min"),
        ] {
            assert_eq!(seconds(Duration::from_millis(ms)), text);
        }
    }

    #[test]
    fn paragraphs_are_wrapped_between_words() {
        assert_eq!(wrap("one two three", 9, "  "), "  one two\n  three\n");
    }
}
