//! apk's order, apk-package(5): `digits{.digits}[letter]{_suffix[digits]}[~hash][-r#]`.

use std::cmp::Ordering;

/// What may come next in a version. What stands further up ends a newer one: `1.2.1` is newer than
/// `1.2`, and that newer than `1.2_rc1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// The first number.
    Digits(&'a str),
    /// A further number, after a dot: one with a leading zero compares as text.
    Part(&'a str),
    /// A letter after the numbers.
    Letter(u8),
    /// `_alpha`, `_beta`, `_pre` and `_rc` come before the version without, `_cvs`, `_svn`, `_git`,
    /// `_hg` and `_p` after it.
    Suffix(i32, &'a str),
    /// `~hash`.
    Hash(&'a str),
    /// `-r#`, the build of the package.
    Build(&'a str),
    /// The end.
    End,
    /// What apk knows not.
    Unknown(&'a str),
}

/// The suffixes and where they stand: below zero is older than nothing.
const SUFFIXES: [(&str, i32); 9] = [
    ("alpha", -4),
    ("beta", -3),
    ("pre", -2),
    ("rc", -1),
    ("cvs", 1),
    ("svn", 2),
    ("git", 3),
    ("hg", 4),
    ("p", 5),
];

/// Compares two versions as `apk version -t` does.
#[must_use]
pub fn compare(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (Reader::new(one), Reader::new(other));
    loop {
        let (left, right) = (one.next(), other.next());
        let order = tokens(left, right);
        if order.is_ne() || (left == Token::End && right == Token::End) {
            return order;
        }
    }
}

fn tokens(left: Token<'_>, right: Token<'_>) -> Ordering {
    match (left, right) {
        (Token::Digits(left), Token::Digits(right)) | (Token::Build(left), Token::Build(right)) => {
            number(left, right)
        }
        (Token::Part(left), Token::Part(right)) => {
            if left.starts_with('0') || right.starts_with('0') {
                left.cmp(right)
            } else {
                number(left, right)
            }
        }
        (Token::Letter(left), Token::Letter(right)) => left.cmp(&right),
        (Token::Suffix(left, left_number), Token::Suffix(right, right_number)) => left
            .cmp(&right)
            .then_with(|| number(left_number, right_number)),
        (Token::Hash(left), Token::Hash(right)) | (Token::Unknown(left), Token::Unknown(right)) => {
            left.cmp(right)
        }
        // A pre-release suffix is older than whatever the other goes on with.
        (Token::Suffix(weight, _), _) if weight < 0 => Ordering::Less,
        (_, Token::Suffix(weight, _)) if weight < 0 => Ordering::Greater,
        _ => rank(left).cmp(&rank(right)),
    }
}

/// Where the two go on differently, the one whose next token stands lower here is older.
const fn rank(token: Token<'_>) -> u8 {
    match token {
        Token::Unknown(_) => 0,
        Token::End => 1,
        Token::Build(_) => 2,
        Token::Hash(_) => 3,
        Token::Suffix(..) => 4,
        Token::Letter(_) => 5,
        Token::Part(_) => 6,
        Token::Digits(_) => 7,
    }
}

fn number(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

struct Reader<'a> {
    rest: &'a str,
    begun: bool,
}

impl<'a> Reader<'a> {
    fn new(version: &'a str) -> Self {
        Self {
            rest: version.trim(),
            begun: false,
        }
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn digits(&mut self) -> &'a str {
        self.take(|c| c.is_ascii_digit())
    }

    fn next(&mut self) -> Token<'a> {
        let rest = self.rest;
        let Some(first) = rest.bytes().next() else {
            return Token::End;
        };
        let begun = std::mem::replace(&mut self.begun, true);
        let after = |prefix: &str| rest.strip_prefix(prefix);
        if first.is_ascii_digit() {
            let digits = self.digits();
            return if begun {
                Token::Part(digits)
            } else {
                Token::Digits(digits)
            };
        }
        if let Some(rest) = after(".")
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            self.rest = rest;
            return Token::Part(self.digits());
        }
        if begun && first.is_ascii_lowercase() {
            self.rest = rest.get(1..).unwrap_or_default();
            return Token::Letter(first);
        }
        if let Some(rest) = after("_") {
            for (name, weight) in SUFFIXES {
                if let Some(rest) = rest.strip_prefix(name)
                    && !rest.starts_with(|c: char| c.is_ascii_lowercase())
                {
                    self.rest = rest;
                    return Token::Suffix(weight, self.digits());
                }
            }
        }
        if let Some(rest) = after("~") {
            self.rest = rest;
            return Token::Hash(self.take(|c| c.is_ascii_hexdigit()));
        }
        if let Some(rest) = after("-r")
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            self.rest = rest;
            return Token::Build(self.digits());
        }
        self.rest = "";
        Token::Unknown(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn versions_are_ordered_as_apk_orders_them() {
        let ordered = [
            "0.9-r9",
            "1.0_alpha1",
            "1.0_alpha2-r1",
            "1.0_beta",
            "1.0_pre20240101",
            "1.0_rc1-r0",
            "1.0",
            "1.0-r0",
            "1.0-r1",
            "1.0-r10",
            "1.0_git20240101",
            "1.0_p1",
            "1.0_p1-r1",
            "1.0a",
            "1.0b-r0",
            "1.0.1-r0",
            "1.1",
            "1.36.1-r29",
            "1.36.1-r30",
            "10",
        ];
        for (at, older) in ordered.iter().enumerate() {
            assert_eq!(compare(older, older), Ordering::Equal);
            for newer in &ordered[at + 1..] {
                assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
                assert_eq!(compare(newer, older), Ordering::Greater, "{newer} {older}");
            }
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
