//! Whether a password fits a hash of crypt(5).

use sha_crypt::{PasswordVerifier, ShaCrypt};
use yescrypt::Yescrypt;

/// The most rounds of SHA-crypt that are tried; newer Red Hat systems use so many.
const MOST_ROUNDS: usize = 100_000;

/// The highest cost of bcrypt that is tried.
const MOST_COST: u32 = 10;

/// yescrypt's parameters for costs 1 to 5 of crypt_gensalt(3); 5 is the default.
const YESCRYPT: [&str; 5] = ["j75", "j85", "j7T", "j8T", "j9T"];

/// What came of trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tried {
    /// The password fits.
    Fits,
    /// It does not.
    No,
    /// Nobody can tell.
    Cannot,
}

/// What trying one password costs, in units of about two milliseconds, or why it is not tried.
pub(super) fn work(hash: &str) -> Result<usize, &'static str> {
    const DEAR: &str = "its hash is made to cost more than is spent on it";
    let mut parts = hash.split('$').skip(1);
    let scheme = parts.next().unwrap_or_default();
    let parameter = parts.next().unwrap_or_default();
    match scheme {
        "5" | "6" => match parameter.strip_prefix("rounds=") {
            None => Ok(2),
            Some(rounds) => match rounds.parse() {
                Ok(rounds @ 1000..=MOST_ROUNDS) => Ok(rounds / 5000 * 2 + 2),
                _ => Err(DEAR),
            },
        },
        "2a" | "2b" | "2y" => match parameter.parse() {
            Ok(cost @ 4..=MOST_COST) => Ok((1_usize << cost) / 32),
            _ => Err(DEAR),
        },
        "y" if YESCRYPT.contains(&parameter) => Ok(8),
        "y" => Err(DEAR),
        _ => Err("its hash is of a scheme that cannot be tried"),
    }
}

/// Tries a password; only for hashes that [`work`] has a price for.
pub(super) fn fits(password: &str, hash: &str) -> Tried {
    use sha_crypt::password_hash::Error;
    let verified = if hash.starts_with("$2") {
        return match bcrypt::verify(password, hash) {
            Ok(true) => Tried::Fits,
            Ok(false) => Tried::No,
            Err(_) => Tried::Cannot,
        };
    } else if hash.starts_with("$y$") {
        Yescrypt::default().verify_password(password.as_bytes(), hash)
    } else {
        ShaCrypt::default().verify_password(password.as_bytes(), hash)
    };
    match verified {
        Ok(()) => Tried::Fits,
        Err(Error::PasswordInvalid) => Tried::No,
        Err(_) => Tried::Cannot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dear_and_unknown_hashes_are_not_tried() {
        for (hash, tried) in [
            ("$6$salt$x", true),
            ("$6$rounds=100000$salt$x", true),
            ("$6$rounds=656000$salt$x", false),
            ("$6$rounds=1$salt$x", false),
            ("$2b$10$x", true),
            ("$2b$12$x", false),
            ("$2x$10$x", false),
            ("$y$j9T$salt$x", true),
            ("$y$jFT$salt$x", false),
            ("$gy$j9T$salt$x", false),
            ("$1$salt$x", false),
            ("ab0123456789A", false),
        ] {
            assert_eq!(work(hash).is_ok(), tried, "{hash}");
        }
    }

    #[test]
    fn rounds_that_are_written_out_count() {
        let hash = "$6$rounds=5001$ab.cd/efgh$xSvCJdHxJumEG1d12py6/9fPn.tdE65euf/nl85KjUtrw638VEIelVbFmCUxNKwcTzrwkDDJz0pDAfhijhowD1";
        assert_eq!(fits("joe", hash), Tried::Fits);
        assert_eq!(fits("Joe", hash), Tried::No);
    }

    #[test]
    fn a_broken_hash_is_no_answer() {
        for hash in ["$6$salt$short", "$y$j9T$!$x", "$2b$05$short", "$5$$"] {
            assert_eq!(fits("x", hash), Tried::Cannot, "{hash}");
        }
    }
}
