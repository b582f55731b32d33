//! Wildcards in file names, glob(7).

/// Whether a name (no `/`) is what a pattern with `*`, `?` and `[…]` stands for.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // Where to go on should the part after the last `*` not fit: that `*` then takes one more.
    let mut retry: Option<(usize, usize)> = None;
    let (mut p, mut n) = (0, 0);
    while let Some(&c) = name.get(n) {
        if pattern.get(p) == Some(&'*') {
            retry = Some((p + 1, n));
            p += 1;
        } else if let Some(next) = one(&pattern, p, c) {
            p = next;
            n += 1;
        } else if let Some((after, taken)) = retry {
            retry = Some((after, taken + 1));
            p = after;
            n = taken + 1;
        } else {
            return false;
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

/// The place in the pattern after the part at `p`, if that part stands for `c`.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    let rest = pattern.get(p..)?;
    match rest {
        ['?', ..] => Some(p + 1),
        ['[', set @ ..] => {
            let (negated, skipped) = match set {
                ['!' | '^', ..] => (true, 1),
                _ => (false, 0),
            };
            let set = set.get(skipped..)?;
            // A `]` that comes first is a member.
            let length = set.iter().skip(1).position(|c| *c == ']')? + 1;
            let found = set.get(..length)?;
            let mut member = false;
            let mut i = 0;
            while let Some(&low) = found.get(i) {
                if let (Some('-'), Some(&high)) = (found.get(i + 1), found.get(i + 2)) {
                    member |= (low..=high).contains(&c);
                    i += 3;
                } else {
                    member |= low == c;
                    i += 1;
                }
            }
            (member != negated).then_some(p + 1 + skipped + length + 1)
        }
        [literal, ..] => (*literal == c).then_some(p + 1),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("*.conf", "50-a.conf", true),
            ("*.conf", "50-a.conf.bak", false),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[0-9]*", "5x", true),
            ("[!0-9]*", "5x", false),
            ("[]]x", "]x", true),
            ("*a*b", "xaxab", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(pattern in "[*?a\\[\\]!^-]{0,12}", name in "[ab\\]-]{0,12}") {
            matches(&pattern, &name);
        }
    }
}
