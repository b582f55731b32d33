//! rpm's order, rpm-version(7): `[epoch:]version-release`.

use std::cmp::Ordering;

/// Compares two versions as rpm does. Without an epoch it is 0.
#[must_use]
pub fn compare(one: &str, other: &str) -> Ordering {
    rpm_version::rpm_evr_compare(one.trim(), other.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn epochs_tildes_and_carets_are_known() {
        for (older, newer) in [
            ("1.0~rc1-1", "1.0-1"),
            ("1.0-1", "1.0^git1-1"),
            ("1.0^git1-1", "1.0.1-1"),
            ("2.0-1", "1:1.0-1"),
            ("1.0-9.el9", "1.0-10.el9"),
            ("1.0-1.el9", "1.0-1.el9_2.1"),
        ] {
            assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
            assert_eq!(compare(newer, older), Ordering::Greater, "{newer} {older}");
        }
        assert_eq!(compare("1.0-1", "0:1.0-1"), Ordering::Equal);
        assert_eq!(compare("1.01-1", "1.1-1"), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn any_text_has_its_place(one in any::<String>(), other in any::<String>()) {
            prop_assert_eq!(compare(&one, &other), compare(&other, &one).reverse());
            prop_assert_eq!(compare(&one, &one), Ordering::Equal);
        }
    }
}
