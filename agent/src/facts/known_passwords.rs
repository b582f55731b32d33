//! Which accounts have a password that anybody would try first. Hashes and passwords stay here:
//! only the account's name and how it was guessed go on.

mod verify;

use self::verify::Tried;
use super::Fact;
use super::accounts::password::{self, Password};
use crate::host::{Host, ReadError};

/// Passwords that images, boards and tutorials come with.
const WELL_KNOWN: [&str; 20] = [
    "root",
    "admin",
    "password",
    "toor",
    "changeme",
    "vagrant",
    "packer",
    "ubuntu",
    "debian",
    "centos",
    "fedora",
    "rocky",
    "raspberry",
    "alpine",
    "ec2-user",
    "123456",
    "12345678",
    "letmein",
    "test",
    "secret",
];

/// How much is computed for all accounts together, in units of about two milliseconds: enough for
/// 20 accounts with the schemes' usual costs.
const MOST_WORK: usize = 4000;

/// How many passwords are tried on an account: its name, the empty one and the well-known.
const TRIES: usize = WELL_KNOWN.len() + 2;

/// How a password was guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    /// It is the account's own name.
    OwnName,
    /// It is one that images come with.
    WellKnown,
    /// It is the empty one.
    Empty,
}

/// What was found out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct KnownPasswords {
    /// Accounts whose password was guessed.
    pub(crate) guessed: Vec<(String, Guess)>,
    /// Accounts whose password could not be tried, and why.
    pub(crate) untried: Vec<(String, &'static str)>,
}

/// Tries a few passwords on the accounts of `/etc/shadow` and `/etc/passwd`.
pub(crate) fn collect(host: &Host) -> Fact<KnownPasswords> {
    let passwd = host.text("/etc/passwd")?;
    let shadow = match host.text("/etc/shadow") {
        Err(ReadError::Absent(_)) => String::new(),
        shadow => shadow?,
    };
    Ok(guess(shadow.lines().chain(passwd.lines())))
}

/// The lines are of passwd(5) or shadow(5).
fn guess<'a>(lines: impl Iterator<Item = &'a str>) -> KnownPasswords {
    let mut known = KnownPasswords::default();
    let mut work = 0;
    for line in lines {
        let mut fields = line.split(':');
        let (Some(name), Some(hash)) = (fields.next(), fields.next()) else {
            continue;
        };
        if !matches!(password::parse(hash), Password::Hashed(_)) {
            continue;
        }
        match verify::work(hash) {
            Err(why) => known.untried.push((name.to_owned(), why)),
            Ok(once) => {
                work += once * TRIES;
                if work > MOST_WORK {
                    let why = "more accounts have passwords than are tried";
                    known.untried.push((name.to_owned(), why));
                    continue;
                }
                try_all(name, hash, &mut known);
            }
        }
    }
    known
}

fn try_all(name: &str, hash: &str, known: &mut KnownPasswords) {
    for (password, guess) in tries(name) {
        match verify::fits(password, hash) {
            Tried::No => {}
            Tried::Fits => return known.guessed.push((name.to_owned(), guess)),
            Tried::Cannot => {
                let why = "the hash is not well-formed";
                return known.untried.push((name.to_owned(), why));
            }
        }
    }
}

fn tries(name: &str) -> impl Iterator<Item = (&str, Guess)> {
    [(name, Guess::OwnName), ("", Guess::Empty)]
        .into_iter()
        .chain(WELL_KNOWN.map(|password| (password, Guess::WellKnown)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // All made with crypt(3) of libxcrypt.
    const VAGRANT: [&str; 4] = [
        "$y$j9T$abcdefghijklmnop$92WeDGXP3jJv.T0YwruaB0FjGlpZJySWljdDQKvzZhD",
        "$6$abcdefgh$E1hF0gaN0DpDb6CPUzLu2iVL8Dk4IHUSGbTjeK66FbWF.6b8XrgzScIZctPmnNtrdCxnYsTEiY4Y28.1ne0fE0",
        "$5$abcdefgh$h9y3gh0/XWB2trple5ZwHn41ofs0y6lE9eMktw8fG2B",
        "$2b$10$abcdefghijklmnopqrstuuGWBTcnbs5xNrOwx8j0u10IeIRt0a9Zq",
    ];

    #[test]
    fn well_known_passwords_are_guessed_in_every_scheme() {
        for hash in VAGRANT {
            let known = guess([format!("joe:{hash}:1::::::")].iter().map(String::as_str));
            assert_eq!(known.untried, [], "{hash}");
            assert_eq!(known.guessed, [("joe".to_owned(), Guess::WellKnown)]);
        }
    }

    #[test]
    fn the_own_name_and_the_empty_password_are_guessed() {
        let lines = [
            format!("vagrant:{}:1::::::", VAGRANT[1]),
            "joe:$5$abcdefgh$mnv0N8gJGuJiQCFVlADjwwxPyRiUO8rGuljjETTLqw9:1::::::".to_owned(),
        ];
        let known = guess(lines.iter().map(String::as_str));
        assert_eq!(
            known.guessed,
            [
                ("vagrant".to_owned(), Guess::OwnName),
                ("joe".to_owned(), Guess::Empty)
            ]
        );
    }

    #[test]
    fn locked_and_missing_passwords_are_not_tried() {
        let lines = ["root:!$6$a$b:", "bin:*:", "joe::", "x", ""];
        assert_eq!(guess(lines.into_iter()), KnownPasswords::default());
    }

    #[test]
    fn no_more_is_computed_than_the_limit() {
        let lines = (0..30).map(|user| format!("u{user}:$y$j9T$broken!:1:"));
        let lines: Vec<String> = lines.collect();
        let known = guess(lines.iter().map(String::as_str));
        assert_eq!(known.untried.len(), 30);
        assert!(known.untried[29].1.starts_with("more accounts"));
        assert!(!known.untried[19].1.starts_with("more accounts"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn never_panics(hash in "\\$(y|5|6|2b|2y|1)\\$(j9T\\$|05\\$|rounds=1000\\$)?[./a-zA-Z0-9$,=é]{0,70}") {
            guess([format!("joe:{hash}:1")].iter().map(String::as_str));
        }
    }
}
