//! What the second field of passwd(5) and shadow(5) says, crypt(5). The field itself is a secret
//! and is not kept.

/// Whether and how an account has a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Password {
    /// Nothing: whoever asks is let in.
    Empty,
    /// No password fits.
    Locked,
    /// Hashed with this scheme.
    Hashed(Scheme),
    /// The field is in `/etc/shadow` (only while reading).
    InShadow,
}

/// How a password is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Cheap to guess; with its name.
    Weak(&'static str),
    /// SHA-2, bcrypt, yescrypt and the like.
    Fine,
}

pub(in crate::facts) fn parse(field: &str) -> Password {
    let field = field.trim();
    if field.is_empty() {
        return Password::Empty;
    }
    if field.starts_with(['!', '*']) {
        return Password::Locked;
    }
    let body = field.strip_prefix('$').map(|rest| rest.split('$').next());
    match body {
        Some(Some("1" | "md5")) => Password::Hashed(Scheme::Weak("MD5")),
        Some(Some("3")) => Password::Hashed(Scheme::Weak("NT hash")),
        Some(Some("sha1")) => Password::Hashed(Scheme::Weak("SHA-1")),
        Some(_) => Password::Hashed(Scheme::Fine),
        None if field.starts_with('_') && field.len() == 20 => {
            Password::Hashed(Scheme::Weak("BSDi DES"))
        }
        None if field.len() == 13 => Password::Hashed(Scheme::Weak("DES")),
        // "a string that is not a valid result of crypt(3)": nobody gets in with a password.
        None => Password::Locked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        for (field, password) in [
            ("", Password::Empty),
            ("*", Password::Locked),
            ("!", Password::Locked),
            ("!!", Password::Locked),
            ("!$6$a$b", Password::Locked),
            ("*LK*", Password::Locked),
            ("NP", Password::Locked),
            ("$6$a$b", Password::Hashed(Scheme::Fine)),
            ("$y$j9T$a$b", Password::Hashed(Scheme::Fine)),
            ("$2b$10$x", Password::Hashed(Scheme::Fine)),
            ("$1$a$b", Password::Hashed(Scheme::Weak("MD5"))),
            ("ab0123456789A", Password::Hashed(Scheme::Weak("DES"))),
        ] {
            assert_eq!(parse(field), password, "{field}");
        }
    }
}
