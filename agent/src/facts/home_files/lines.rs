//! Secrets in files of lines: ini, YAML, netrc(5) and the like.
//!
//! What is commented out is as readable as the rest, and counts.

use super::Seen;
use super::value::{has_url_password, is_secret};

/// Anything but white space.
pub(super) fn text(text: &str) -> Seen {
    (!text.trim().is_empty()).into()
}

/// One token and nothing else.
pub(super) fn token(text: &str) -> Seen {
    is_secret(text).into()
}

/// A line that is no comment, sshd(8).
pub(super) fn entry(text: &str) -> Seen {
    text.lines()
        .map(str::trim)
        .any(|line| !line.is_empty() && !line.starts_with('#'))
        .into()
}

/// `key = value` with a secret, for keys that `wanted` takes.
fn assigned(text: &str, wanted: impl Fn(&str) -> bool) -> bool {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .any(|(key, value)| {
            let key = key.trim_start_matches([' ', '\t', '#', ';', '\u{feff}']);
            wanted(key.trim_end().trim_matches('"')) && is_secret(value)
        })
}

/// `key: value` with a secret in YAML or JSON, in whatever style.
fn mapped(text: &str, keys: &[&str]) -> bool {
    text.split(['\n', '{', '}', ','])
        .filter_map(|part| part.split_once(':'))
        .any(|(key, value)| {
            let key = key.trim_start_matches([' ', '\t', '-', '#', '\u{feff}']);
            let key = key.trim_end().trim_matches(['"', '\'']);
            let is_null = matches!(value.trim(), "null" | "~");
            keys.contains(&key) && !is_null && is_secret(value)
        })
}

/// `aws_secret_access_key = …`; a file that only names roles has none.
pub(super) fn aws(text: &str) -> Seen {
    assigned(text, |key| {
        key.eq_ignore_ascii_case("aws_secret_access_key")
    })
    .into()
}

/// `secret_key = …` of s3cmd.
pub(super) fn s3cmd(text: &str) -> Seen {
    assigned(text, |key| matches!(key, "secret_key" | "access_token")).into()
}

/// The credentials of gsutil.
pub(super) fn gsutil(text: &str) -> Seen {
    assigned(text, |key| {
        matches!(key, "gs_secret_access_key" | "gs_oauth2_refresh_token")
    })
    .into()
}

/// A URL with a password, git-credential-store(1).
pub(super) fn url(text: &str) -> Seen {
    has_url_password(text).into()
}

/// A URL with a password or a header that logs in, git-config(1) `http.extraHeader`.
pub(super) fn git(text: &str) -> Seen {
    let header = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(key, _)| key.trim().eq_ignore_ascii_case("extraheader"))
        .filter_map(|(_, value)| value.split_once(':'))
        .any(|(name, value)| {
            name.to_ascii_lowercase().contains("authorization") && is_secret(value)
        });
    (header || has_url_password(text)).into()
}

/// The hosts file of GitHub's `gh`.
pub(super) fn forge(text: &str) -> Seen {
    mapped(text, &["oauth_token"]).into()
}

/// `password …`, netrc(5).
pub(super) fn netrc(text: &str) -> Seen {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    words
        .windows(2)
        .any(|pair| matches!(pair, ["password" | "passwd", value] if is_secret(value)))
        .into()
}

/// `//registry/:_authToken=…`, npmrc(5).
pub(super) fn npm(text: &str) -> Seen {
    assigned(text, |key| {
        let key = key.rsplit(':').next().unwrap_or(key);
        matches!(key, "_authToken" | "_password" | "_auth")
    })
    .into()
}

/// `npmAuthToken: …` of yarn.
pub(super) fn yarn(text: &str) -> Seen {
    mapped(text, &["npmAuthToken", "npmAuthIdent"]).into()
}

/// `password = …` or an index with a password in its URL.
pub(super) fn python(text: &str) -> Seen {
    (assigned(text, |key| key == "password") || has_url_password(text)).into()
}

/// The passwords and tokens of poetry.
pub(super) fn poetry(text: &str) -> Seen {
    let tokens = text
        .split_once("[pypi-token")
        .is_some_and(|(_, rest)| assigned(rest, |_| true));
    (tokens || assigned(text, |key| key == "password")).into()
}

/// A kubeconfig whose users have more than names of files.
pub(super) fn kubernetes(text: &str) -> Seen {
    const KEYS: [&str; 6] = [
        "token",
        "client-key-data",
        "password",
        "id-token",
        "refresh-token",
        "access-token",
    ];
    mapped(text, &KEYS).into()
}

/// `token = …` in a block `credentials`.
pub(super) fn terraform(text: &str) -> Seen {
    assigned(text, |key| key == "token").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_without_a_secret_are_not_taken_for_one() {
        for (seen, text) in [
            (aws("[default]\nrole_arn = arn:aws:iam::1:role/x\n"), "role"),
            (aws("aws_secret_access_key = ${KEY}\n"), "reference"),
            (gsutil("#gs_oauth2_refresh_token = <token>\n"), "template"),
            (s3cmd("secret_key = \naccess_key = x\n"), "empty"),
            (url("https://user@example.com\n"), "no password"),
            (git("[user]\n\temail = a@example.com\n"), "mail"),
            (netrc("machine example.com login me\n"), "no password"),
            (netrc("machine example.com password <token>\n"), "template"),
            (entry("# nothing yet\n\n"), "comment"),
            (
                npm("//r.example.com/:_authToken=${NPM_TOKEN}\n"),
                "reference",
            ),
            (npm("registry=https://r.example.com/\n"), "registry"),
            (
                python("[global]\nindex-url = https://pypi.org/simple\n"),
                "index",
            ),
            (
                kubernetes("users:\n- user:\n    tokenFile: /a\n    client-key: /b\n"),
                "files",
            ),
            (kubernetes("    token: \"\"\n    password: null\n"), "empty"),
            (terraform("plugin_cache_dir = \"/x\"\n"), "setting"),
            (token("\n"), "empty"),
        ] {
            assert_eq!(seen, Seen::Nothing, "{text}");
        }
    }

    #[test]
    fn secrets_are_seen_in_every_spelling() {
        for (seen, text) in [
            (aws("# aws_secret_access_key=x"), "comment"),
            (
                git("[http]\n\textraheader = AUTHORIZATION: basic eDp4\n"),
                "header",
            ),
            (git("[url \"https://me:x@example.com/\"]\n"), "section"),
            (
                netrc("default login a password ${A} machine b password x"),
                "second",
            ),
            (npm("; _auth = \"eDp4\"\n"), "comment"),
            (npm("//r.example.com:8080/:_password=eDp4"), "port"),
            (
                yarn("npmRegistries:\n  //x:\n    npmAuthToken: x\n"),
                "yarn",
            ),
            (
                python("[pypi]\nusername = __token__\npassword: x\npassword=x\n"),
                "pypi",
            ),
            (
                python("extra-index-url =\n  https://me:x@example.com/simple\n"),
                "pip",
            ),
            (poetry("[pypi-token]\npypi = \"x\"\n"), "poetry"),
            (kubernetes("- name: a\n  user: {token: x}\n"), "flow"),
            (
                kubernetes(r#"{"users":[{"user":{"client-key-data":"x"}}]}"#),
                "json",
            ),
            (
                terraform("credentials \"a\" {\n  token = \"x\"\n}\n"),
                "terraform",
            ),
            (forge("github.com:\n    oauth_token: x\n"), "gh"),
        ] {
            assert_eq!(seen, Seen::Secret, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "([:=#;{},\n]|token|password|\\PC)*") {
            for seen in [aws, git, netrc, npm, python, poetry, kubernetes] {
                seen(&text);
            }
        }
    }
}
