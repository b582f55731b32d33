//! dpkg's order, deb-version(7): `[epoch:]upstream[-revision]`.
//!
//! Written here because the crates that have it bring regular expressions or big numbers along,
//! which the agent has no room for.

use std::cmp::Ordering;

/// Compares two versions as `dpkg --compare-versions` does.
#[must_use]
pub fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (Parts::of(one), Parts::of(other));
    number(one.epoch.as_bytes(), other.epoch.as_bytes())
        .then_with(|| part(one.upstream, other.upstream))
        .then_with(|| part(one.revision, other.revision))
}

struct Parts<'a> {
    epoch: &'a str,
    upstream: &'a str,
    /// Without one it counts as `0`, which compares as nothing does.
    revision: &'a str,
}

impl<'a> Parts<'a> {
    fn of(version: &'a str) -> Self {
        let version = version.trim();
        let (epoch, rest) = version.split_once(':').unwrap_or(("", version));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Self {
            epoch,
            upstream,
            revision,
        }
    }
}

/// Compares what is no digit and what is one by turns, until the two differ.
fn part(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while !one.is_empty() || !other.is_empty() {
        let (words, rests) = split(one, other, |byte| !byte.is_ascii_digit());
        let order = text(words.0, words.1);
        if order.is_ne() {
            return order;
        }
        let (numbers, rests) = split(rests.0, rests.1, u8::is_ascii_digit);
        let order = number(numbers.0, numbers.1);
        if order.is_ne() {
            return order;
        }
        (one, other) = rests;
    }
    Ordering::Equal
}

type Pair<'a> = (&'a [u8], &'a [u8]);

/// What both begin with that is wanted, and what both go on with.
fn split<'a>(one: &'a [u8], other: &'a [u8], wanted: impl Fn(&u8) -> bool) -> (Pair<'a>, Pair<'a>) {
    let at = |bytes: &'a [u8]| {
        let end = bytes
            .iter()
            .position(|byte| !wanted(byte))
            .unwrap_or(bytes.len());
        bytes.split_at(end)
    };
    let ((one, one_rest), (other, other_rest)) = (at(one), at(other));
    ((one, other), (one_rest, other_rest))
}

/// Letters come before everything else, the tilde before even the end.
fn text(one: &[u8], other: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    };
    (0..one.len().max(other.len()))
        .map(|at| weight(one.get(at)).cmp(&weight(other.get(at))))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Numbers of any length; none counts as zero.
fn number(one: &[u8], other: &[u8]) -> Ordering {
    let significant = |digits: &[u8]| {
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.get(zeros..).unwrap_or_default().to_vec()
    };
    let (one, other) = (significant(one), significant(other));
    one.len().cmp(&other.len()).then_with(|| one.cmp(&other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_manual_hold() {
        for (older, newer) in [
            ("1.0~~", "1.0~~a"),
            ("1.0~~a", "1.0~"),
            ("1.0~", "1.0"),
            ("1.0", "1.0a"),
            ("1.0a", "1.0+b"),
            ("1.2.3", "1.2.10"),
            ("9.9", "1:0.1"),
            ("1.0-1", "1.0-1+deb12u1"),
            ("1.0-1~bpo12+1", "1.0-1"),
            ("7.88.1-10+deb12u5", "7.88.1-10+deb12u14"),
        ] {
            assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
            assert_eq!(compare(newer, older), Ordering::Greater, "{newer} {older}");
        }
        for (one, other) in [
            ("1.0", "0:1.0"),
            ("1.0", "1.0-0"),
            ("1.01", "1.1"),
            ("", "0"),
        ] {
            assert_eq!(compare(one, other), Ordering::Equal, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_its_place(one in any::<String>(), other in any::<String>()) {
            prop_assert_eq!(compare(&one, &other), compare(&other, &one).reverse());
            prop_assert_eq!(compare(&one, &one), Ordering::Equal);
        }
    }
}
