//! What is a secret, and what only stands for one.

/// Words that stand for a secret in documentation and templates; in lower case.
const STAND_INS: [&str; 30] = [
    "changeme",
    "change_me",
    "change-me",
    "changethis",
    "replace",
    "example",
    "sample",
    "placeholder",
    "your",
    "xxxx",
    "****",
    "....",
    "dummy",
    "foobar",
    "todo",
    "insert",
    "redacted",
    "notset",
    "not-set",
    "undefined",
    "default",
    "secret_here",
    "goes_here",
    "goeshere",
    "mypassword",
    "password",
    "passwd",
    "12345",
    "00000",
    "testing",
];

/// What a value begins with that says where the secret is to be had.
const POINTERS: [&str; 22] = [
    "$", "%", "{", "<", "[", "(", "/", "~", "./", "../", "@", "&", "*", "!", "|", "`", "file:",
    "env:", "env(", "vault:", "arn:", "ssm:",
];

/// Whether a value that is assigned to a word like `password` looks like one: 6 to 200 characters
/// without blanks, with a digit or a sign among letters, that neither names a place to get the
/// secret from nor stands for one, and is no hash.
pub(super) fn is_password(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    (6..=200).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_graphic())
        && !is_pointer(&lower)
        && is_varied(value)
        && !is_mail_address(value)
        && !value.contains(['(', ')', '\\', ';', '"', '\'', '`'])
        && !["${", "$(", "{{", "}}", "%(", "<", "->", "::", "://"]
            .iter()
            .any(|mark| value.contains(mark))
}

/// Whether a word stands for a secret, or says where it is.
pub(super) fn is_pointer(lower: &str) -> bool {
    POINTERS.iter().any(|start| lower.starts_with(start))
        || is_stand_in(lower)
        || [
            "enc(",
            "op://",
            "secretsmanager",
            "process.env",
            "os.environ",
            "getenv",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

fn is_stand_in(lower: &str) -> bool {
    STAND_INS.iter().any(|word| lower.contains(word))
}

/// `anonymous@example.org`, which FTP takes for a password.
fn is_mail_address(value: &str) -> bool {
    let is_host = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '-');
    value.split_once('@').is_some_and(|(user, host)| {
        user.chars().all(is_host) && host.contains('.') && host.chars().all(is_host)
    })
}

/// Whether a text has letters, something that is none, and several different characters. A word of
/// letters that hyphens, dots or colons join is a name; a number, a date or a duration is no secret.
fn is_varied(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let others = value
        .bytes()
        .filter(|b| {
            !b.is_ascii_alphabetic() && !matches!(b, b'-' | b'_' | b'.' | b':' | b'/' | b',')
        })
        .count();
    letters >= 2 && others >= 1 && distinct(value) >= 5
}

/// Whether the tail of a token is one: many different characters, and none of the words that stand
/// for it.
pub(super) fn is_random(tail: &str) -> bool {
    distinct(tail) >= 8 && !is_stand_in(&tail.to_ascii_lowercase())
}

/// How many different bytes there are.
fn distinct(text: &str) -> u32 {
    let mut seen = 0_u128;
    for byte in text.bytes().filter(u8::is_ascii) {
        seen |= 1 << byte;
    }
    seen.count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_what_stands_for_them() {
        for value in [
            "hunter2!",
            "tr0ub4dor&3",
            "Zk9vQw77",
            "correct-horse-9",
            "a1b2c3d4",
        ] {
            assert!(is_password(value), "{value}");
        }
        for value in [
            "",
            "none",
            "required",
            "${DB_PASSWORD}",
            "$PASSWORD",
            "<password1>",
            "{{ pw1 }}",
            "changeme1",
            "your-password-1",
            "/etc/secret1",
            "123456789",
            "2026-11-21",
            "some-long-name",
            "$6$salt$hash1",
            "{SSHA}abc123",
            "getenv('X1')",
            "file:/run/secrets/x1",
            "arn:aws:x:1",
            "xxxxxxxx1",
            "a1",
            "two words1",
            "ENC(abc123)",
            "aaaaaa1",
            "10s",
            "anon@ftp.com",
            "en_US.UTF-8!x y",
        ] {
            assert!(!is_password(value), "{value}");
        }
    }
}
