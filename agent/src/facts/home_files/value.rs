//! What is a secret and what only stands for one.

/// Whether a value is a secret: neither empty nor a placeholder (`${TOKEN}`, `<token>`,
/// `{{ token }}`). Quotes around it do not count.
pub(super) fn is_secret(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']).trim();
    let stands_for_one = [("${", "}"), ("<", ">"), ("{{", "}}")]
        .iter()
        .any(|(start, end)| value.starts_with(start) && value.ends_with(end));
    !value.is_empty() && !stands_for_one
}

/// Whether a text holds a URL with a password (`https://user:password@host`), or with a token of
/// GitHub or GitLab in place of a user, RFC 3986 3.2.1.
pub(super) fn has_url_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c));
        // A placeholder may hold what else ends a host.
        let authority = match end {
            Some(end) if !rest.trim_start().starts_with('<') => rest.get(..end),
            _ => Some(rest),
        };
        let Some((user, _)) = authority.and_then(|authority| authority.rsplit_once('@')) else {
            return false;
        };
        match user.split_once(':') {
            Some((_, password)) => is_secret(password),
            None => ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-"]
                .iter()
                .any(|start| user.starts_with(start)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn placeholders_are_no_secrets() {
        for value in [
            "",
            "  ",
            "\"\"",
            "${TOKEN}",
            "'${TOKEN}'",
            "<token>",
            "{{ token }}",
        ] {
            assert!(!is_secret(value), "{value}");
        }
        for value in ["x", "\"x\"", "<x", "$ecret", "${A}b"] {
            assert!(is_secret(value), "{value}");
        }
    }

    #[test]
    fn urls() {
        for url in [
            "https://me:x@example.com/",
            "a = http://a\nb = https://:x@example.com",
            "https://ghp_x@github.com",
            "https://me:x@y@example.com",
        ] {
            assert!(has_url_password(url), "{url}");
        }
        for url in [
            "https://me@example.com",
            "https://example.com:8080/x@y",
            "https://me:@example.com",
            "https://me:${TOKEN}@example.com",
            "https://me:<token>@example.com",
            "http://a\nme:x@example.com",
        ] {
            assert!(!has_url_password(url), "{url}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "([:/@<>${}]|\\PC)*") {
            has_url_password(&text);
            is_secret(&text);
        }
    }
}
