//! Secrets that are known by their form: each service gives its tokens a beginning and a length of
//! their own.
//!
//! The forms are as the services document them, e.g. "Unique identifiers" in AWS's IAM user guide,
//! "GitHub's token formats", RFC 7519 for JWT. Commented-out ones count: whoever reads the file has
//! them all the same.

use super::plausible::is_random;
use super::{Kind, Place};

/// A token's beginning, the letters that follow, and what it is.
struct Form {
    start: &'static str,
    /// How many characters of `tail` follow at least.
    length: usize,
    /// How many may follow at most.
    most: usize,
    tail: fn(u8) -> bool,
    kind: Kind,
    what: &'static str,
}

const fn form(
    start: &'static str,
    (length, most): (usize, usize),
    tail: fn(u8) -> bool,
    what: &'static str,
) -> Form {
    Form {
        start,
        length,
        most,
        tail,
        kind: Kind::Token,
        what,
    }
}

const ANY: usize = 500;

fn alnum(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}

fn word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

fn dotted(b: u8) -> bool {
    word(b) || b == b'.'
}

fn hex(b: u8) -> bool {
    b.is_ascii_digit() || (b'a'..=b'f').contains(&b)
}

fn base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

const FORMS: [Form; 29] = [
    form("ghp_", (36, 36), alnum, "a personal access token of GitHub"),
    form("gho_", (36, 36), alnum, "an OAuth token of GitHub"),
    form("ghu_", (36, 36), alnum, "a user token of a GitHub app"),
    form("ghs_", (36, 36), alnum, "a server token of a GitHub app"),
    form("ghr_", (36, 76), alnum, "a refresh token of GitHub"),
    form(
        "github_pat_",
        (60, 90),
        word,
        "a personal access token of GitHub",
    ),
    form(
        "glpat-",
        (20, ANY),
        dotted,
        "a personal access token of GitLab",
    ),
    form("gldt-", (20, ANY), dotted, "a deploy token of GitLab"),
    form("glrt-", (20, ANY), dotted, "a runner's token of GitLab"),
    form("xoxb-", (24, ANY), word, "a bot token of Slack"),
    form("xoxp-", (24, ANY), word, "a user token of Slack"),
    form("xoxa-", (24, ANY), word, "an app token of Slack"),
    form("xoxr-", (24, ANY), word, "a refresh token of Slack"),
    form("xapp-", (24, ANY), word, "an app token of Slack"),
    form(
        "https://hooks.slack.com/services/T",
        (30, ANY),
        base64,
        "a webhook of Slack",
    ),
    form("sk_live_", (24, ANY), alnum, "a live secret key of Stripe"),
    form(
        "rk_live_",
        (24, ANY),
        alnum,
        "a live restricted key of Stripe",
    ),
    form("SG.", (60, 80), dotted, "an API key of SendGrid"),
    form("npm_", (36, 36), alnum, "an access token of npm"),
    form(
        "pypi-AgEIcHlwaS5vcmc",
        (50, ANY),
        word,
        "an API token of PyPI",
    ),
    form("dop_v1_", (64, 64), hex, "an access token of DigitalOcean"),
    form("hvs.", (24, ANY), word, "a token of HashiCorp Vault"),
    form(
        "dckr_pat_",
        (24, ANY),
        word,
        "an access token of Docker Hub",
    ),
    form("dapi", (32, 34), hex, "an access token of Databricks"),
    form("sk-ant-", (40, ANY), word, "an API key of Anthropic"),
    form("sk-proj-", (40, ANY), word, "an API key of OpenAI"),
    Form {
        kind: Kind::CloudKey,
        ..form(
            "AccountKey=",
            (86, 90),
            base64,
            "an account key of Azure Storage",
        )
    },
    Form {
        kind: Kind::WeakToken,
        ..form("AIza", (35, 35), word, "an API key of Google")
    },
    Form {
        kind: Kind::WeakToken,
        ..form("eyJ", (60, 8000), dotted, JWT)
    },
];

const JWT: &str = "a JSON Web Token";

/// How many lines a secret access key may be away from its id.
const NEAR: usize = 4;

/// The tokens in a text.
pub(super) fn find(text: &str) -> Vec<Place> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let mut place = |kind, what| {
            found.push(Place {
                line: index + 1,
                kind,
                what,
            });
        };
        for at in starts(line) {
            let rest = line.get(at..).unwrap_or_default();
            if let Some(form) = FORMS.iter().find(|form| is_of(form, rest)) {
                place(form.kind, form.what);
            } else if is_aws_id(rest) {
                let near = lines
                    .iter()
                    .skip(index.saturating_sub(NEAR))
                    .take(2 * NEAR + 1);
                if near.flat_map(|line| words(line)).any(is_aws_secret) {
                    place(Kind::CloudKey, "an access key of AWS with its secret");
                }
            }
        }
        if line.contains("\"private_key\"") && text.contains("\"service_account\"") {
            place(
                Kind::CloudKey,
                "the key of a service account of Google Cloud",
            );
        }
    }
    found
}

/// Where in a line a token may begin: after what is no part of one, with a letter that some form
/// begins with.
fn starts(line: &str) -> impl Iterator<Item = usize> {
    let mut before = b' ';
    line.bytes().enumerate().filter_map(move |(at, byte)| {
        let after = std::mem::replace(&mut before, byte);
        let may_begin = matches!(
            byte,
            b'g' | b'x' | b'h' | b's' | b'r' | b'S' | b'n' | b'p' | b'd' | b'A' | b'e'
        );
        (may_begin && !word(after)).then_some(at)
    })
}

fn is_of(form: &Form, text: &str) -> bool {
    let Some(rest) = text.strip_prefix(form.start) else {
        return false;
    };
    let end = rest
        .bytes()
        .position(|byte| !(form.tail)(byte))
        .unwrap_or(rest.len());
    let Some(tail) = rest.get(..end) else {
        return false;
    };
    (form.length..=form.most).contains(&tail.len())
        && is_random(tail)
        && (form.what != JWT || is_jwt(tail))
}

/// Three parts, of which the second is JSON too (RFC 7519): `{"` begins `eyJ`.
fn is_jwt(tail: &str) -> bool {
    let parts: Vec<&str> = tail.split('.').collect();
    matches!(parts.as_slice(), [_, claims, signature] if claims.starts_with("eyJ") && signature.len() >= 20)
}

/// `AKIA` (long-lived) or `ASIA` (temporary) and 16 letters and digits.
fn is_aws_id(text: &str) -> bool {
    let id = words(text).next().unwrap_or_default();
    id.len() == 20
        && (id.starts_with("AKIA") || id.starts_with("ASIA"))
        && id
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && !id.contains("EXAMPLE")
}

/// 40 characters of base64, of all three sorts.
fn is_aws_secret(word: &str) -> bool {
    word.len() == 40
        && word.bytes().any(|b| b.is_ascii_lowercase())
        && word.bytes().any(|b| b.is_ascii_uppercase())
        && word.bytes().any(|b| b.is_ascii_digit())
        && !word.contains("EXAMPLE")
        && is_random(word)
}

/// The runs of base64 characters in a line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens are put together here so that no scanner takes this file for one that leaks them.
    fn tail(length: usize) -> String {
        "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT"
            .chars()
            .cycle()
            .take(length)
            .collect()
    }

    fn whats(text: &str) -> Vec<&'static str> {
        find(text).into_iter().map(|place| place.what).collect()
    }

    #[test]
    fn every_form_is_found_and_its_placeholder_is_not() {
        for form in &FORMS {
            let tail = match form.what {
                JWT => format!("{}.eyJ{}.{}", tail(20), tail(30), tail(43)),
                _ if (form.tail)(b'Z') => tail(form.length),
                _ => "f0e1d2c3b4a59687"
                    .chars()
                    .cycle()
                    .take(form.length)
                    .collect(),
            };
            let text = format!("# a: \"{}{tail}\"\n", form.start);
            assert_eq!(whats(&text), [form.what], "{}", form.start);
            let stand_in = format!("a: {}{}\n", form.start, "x".repeat(form.length));
            assert_eq!(whats(&stand_in), [""; 0], "{}", form.start);
        }
    }

    #[test]
    fn an_access_key_of_aws_needs_its_secret() {
        let id = format!("AKIA{}", "Q3EGRTXZ5VBN7MKL");
        let secret = tail(40);
        assert_eq!(whats(&format!("id = {id}\n")), [""; 0]);
        assert_eq!(whats(&format!("id = {id}\nkey = {secret}\n")).len(), 1);
        assert_eq!(
            whats("AKIAIOSFODNN7EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_token_inside_a_longer_word_is_none() {
        assert_eq!(whats(&format!("aghp_{}\n", tail(36))), [""; 0]);
        assert_eq!(whats(&format!("ghp_{}\n", tail(50))), [""; 0]);
    }
}
