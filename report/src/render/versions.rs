//! Which version of a package is the newest, for reading: dpkg's order, which rpm and apk share for all
//! but odd versions. Whether a package is vulnerable was decided by its own package manager's rules.

use std::cmp::Ordering;

/// The newest of some versions of one package.
pub(super) fn newest<'a>(versions: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    versions.max_by(|a, b| compare(a, b).then_with(|| a.cmp(b)))
}

/// Compares epochs, then upstream versions, then revisions (deb-version(7)).
fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (parts(a), parts(b));
    numbers(a.0, b.0)
        .then_with(|| segments(a.1, b.1))
        .then_with(|| segments(a.2, b.2))
}

/// Epoch, upstream version and revision.
fn parts(version: &str) -> (&str, &str, &str) {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, "0"));
    (epoch, upstream, revision)
}

/// Compares what is no digit and numbers by turns.
fn segments(mut a: &str, mut b: &str) -> Ordering {
    while !(a.is_empty() && b.is_empty()) {
        let (words_a, rest_a) = split(a, |c| !c.is_ascii_digit());
        let (words_b, rest_b) = split(b, |c| !c.is_ascii_digit());
        let (number_a, rest_a) = split(rest_a, |c| c.is_ascii_digit());
        let (number_b, rest_b) = split(rest_b, |c| c.is_ascii_digit());
        let order = words(words_a, words_b).then_with(|| numbers(number_a, number_b));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

fn split(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !wanted(c)).unwrap_or(text.len()))
}

/// Numbers of any length.
fn numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// A tilde comes before the end, the end before letters, and letters before all else.
fn words(a: &str, b: &str) -> Ordering {
    let rank = |c: Option<char>| match c {
        Some('~') => (0, '~'),
        None => (1, '\0'),
        Some(c) if c.is_ascii_alphabetic() => (2, c),
        Some(c) => (3, c),
    };
    let (mut a, mut b) = (a.chars(), b.chars());
    loop {
        let (one, other) = (a.next(), b.next());
        if one.is_none() && other.is_none() {
            return Ordering::Equal;
        }
        let order = rank(one).cmp(&rank(other));
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_are_ordered_as_dpkg_orders_them() {
        for (older, newer) in [
            ("3.0.17-1~deb12u2", "3.0.17-1~deb12u10"),
            ("3.0.17-1~deb12u3", "3.0.17-1"),
            ("9.9-1", "1:0.1-1"),
            ("1.0~rc1-1", "1.0-1"),
            ("1.2-9", "1.2+b1-1"),
            ("1.2-9", "1.2.1-1"),
            ("1.1.1k-9.el8_7", "1.1.1k-12.el8_9"),
            ("2.9", "2.10"),
            ("1.0", "1.0a"),
            ("08", "9"),
            ("0-20240101", "0-20241231"),
            ("999999999999999999999998", "999999999999999999999999"),
        ] {
            assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
            assert_eq!(newest([newer, older].into_iter()), Some(newer));
        }
        assert_eq!(compare("0:1.0-0", "1.0"), Ordering::Equal);
        assert_eq!(newest(std::iter::empty()), None);
    }

    proptest! {
        #[test]
        fn the_order_is_one(a in "[0-9a-z.~:+-]{0,12}", b in "[0-9a-z.~:+-]{0,12}", c in "[0-9a-z.~:+-]{0,12}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            if compare(&a, &b) != Ordering::Greater && compare(&b, &c) != Ordering::Greater {
                prop_assert!(compare(&a, &c) != Ordering::Greater);
            }
        }
    }
}
