//! Secrets in JSON files, mostly of the clouds' own tools.

use serde_json::Value;

use super::Seen;
use super::value::is_secret;

/// Looks with `has` at a JSON text; an empty one holds nothing.
fn json(text: &str, has: impl Fn(&Value) -> bool) -> Seen {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Seen::Nothing;
    }
    serde_json::from_str(text).map_or(Seen::Unclear, |value| has(&value).into())
}

/// Whether one of these keys has a secret, at any depth (serde_json takes no more than 128).
fn holds(value: &Value, keys: &[&str]) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| match value {
            Value::String(text) => keys.contains(&key.as_str()) && is_secret(text),
            value => holds(value, keys),
        }),
        Value::Array(list) => list.iter().any(|value| holds(value, keys)),
        _ => false,
    }
}

/// The credentials that Google's libraries use by default.
pub(super) fn google(text: &str) -> Seen {
    json(text, |value| {
        holds(value, &["private_key", "refresh_token"])
    })
}

/// The SQLite store of `gcloud`, which holds them as JSON.
pub(super) fn google_store(text: &str) -> Seen {
    ["\"refresh_token\"", "\"private_key\""]
        .iter()
        .any(|key| text.contains(key))
        .into()
}

/// The key file of a service account. Other JSON files are nobody's concern here, broken or not.
pub(super) fn service_account(text: &str) -> Seen {
    if !text.contains("service_account") || !text.contains("private_key") {
        return Seen::Nothing;
    }
    json(text, |value| {
        value.get("type").and_then(Value::as_str) == Some("service_account")
            && holds(value, &["private_key"])
    })
}

/// The token caches and service principals of `az`.
pub(super) fn azure(text: &str) -> Seen {
    const KEYS: [&str; 6] = [
        "accessToken",
        "refreshToken",
        "secret",
        "client_secret",
        "password",
        "client_assertion",
    ];
    json(text, |value| holds(value, &KEYS))
}

/// `auths` of docker and podman, containers-auth.json(5).
pub(super) fn docker(text: &str) -> Seen {
    json(text, |value| value.get("auths").is_some_and(has_login))
}

/// The older file of docker, which is what `auths` holds.
pub(super) fn registries(text: &str) -> Seen {
    json(text, has_login)
}

fn has_login(value: &Value) -> bool {
    holds(
        value,
        &["auth", "identitytoken", "registrytoken", "password"],
    )
}

/// The tokens that `terraform login` keeps.
pub(super) fn terraform(text: &str) -> Seen {
    json(text, |value| holds(value, &["token"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_without_a_secret_are_not_taken_for_one() {
        for (seen, text) in [
            (
                docker(r#"{"auths": {"a": {}}, "credsStore": "ecr-login"}"#),
                "helper",
            ),
            (
                docker(r#"{"auths": {"a": {"auth": "${AUTH}"}}}"#),
                "reference",
            ),
            (docker("\n"), "empty"),
            (google(r#"{"type": "external_account"}"#), "federation"),
            (
                service_account(r#"{"type": "other", "private_key": "x", "y": "service_account"}"#),
                "other",
            ),
            (service_account("{ broken"), "broken, but no key"),
            (azure("[]"), "no tokens"),
            (
                azure(r#"[{"client_id": "a", "certificate": "/x.pem"}]"#),
                "file",
            ),
        ] {
            assert_eq!(seen, Seen::Nothing, "{text}");
        }
    }

    #[test]
    fn secrets_are_seen_at_any_depth() {
        for (seen, text) in [
            (
                docker(r#"{"auths": {"a": {"identitytoken": "x"}}}"#),
                "docker",
            ),
            (registries(r#"{"a": {"auth": "x"}}"#), "dockercfg"),
            (
                azure("\u{feff}{\"RefreshToken\": {\"a\": {\"secret\": \"x\"}}}"),
                "msal",
            ),
            (google_store("SQLite\0{\"refresh_token\": \"x\"}"), "store"),
        ] {
            assert_eq!(seen, Seen::Secret, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_unclear() {
        let deep = "[".repeat(100_000);
        for text in ["{", "token", "\0", &deep] {
            assert_eq!(docker(text), Seen::Unclear);
            assert_eq!(azure(text), Seen::Unclear);
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "([\\[\\]{}\":,]|auths|\\PC)*") {
            for seen in [docker, google, azure, service_account] {
                seen(&text);
            }
        }
    }
}
