//! The two forms of sources.list(5): a line a source, and deb822 stanzas.

use std::path::{Path, PathBuf};

/// One source in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file that has it.
    pub path: PathBuf,
    /// Where packages come from.
    pub uri: String,
    /// The suite, e.g. `bookworm-security`.
    pub suite: String,
    /// `trusted=yes`: packages are taken without a signature.
    pub trusted: bool,
    /// `allow-insecure=yes`: a source without a signature may be used.
    pub allow_insecure: bool,
}

/// Reads the form of a line a source: `deb [option=value …] URI suite component …`.
pub fn parse_list(path: &Path, text: &str) -> Vec<Source> {
    text.lines()
        .filter_map(|line| {
            let line = line.split('#').next()?.trim();
            let rest = line.strip_prefix("deb")?;
            // Not `deb-src`: nothing is installed from that.
            if !rest.starts_with([' ', '\t']) {
                return None;
            }
            let rest = rest.trim_start();
            let (options, rest) = match rest.strip_prefix('[') {
                Some(rest) => rest.split_once(']')?,
                None => ("", rest),
            };
            let mut words = rest.split_whitespace();
            let is_on = |name: &str| {
                options.split_whitespace().any(|option| {
                    option
                        .split_once('=')
                        .is_some_and(|(key, value)| key.eq_ignore_ascii_case(name) && yes(value))
                })
            };
            Some(Source {
                path: path.to_owned(),
                uri: words.next()?.to_owned(),
                suite: words.next()?.to_owned(),
                trusted: is_on("trusted"),
                allow_insecure: is_on("allow-insecure"),
            })
        })
        .collect()
}

/// Reads the form of deb822: stanzas of `Field: value`, each of which may name several URIs and
/// suites.
pub fn parse_deb822(path: &Path, text: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().chain([""]) {
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            stanza(path, &std::mem::take(&mut fields), &mut sources);
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((field, value)) = line.split_once(':') {
            fields.push((field.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    sources
}

/// More sources than this in one stanza are left out: URIs times suites.
const MAX_SOURCES: usize = 1000;

fn stanza(path: &Path, fields: &[(String, String)], sources: &mut Vec<Source>) {
    let get = |name: &str| {
        fields
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let enabled = get("enabled").is_empty() || yes(get("enabled"));
    if !enabled || !get("types").split_whitespace().any(|kind| kind == "deb") {
        return;
    }
    let all = get("uris").split_whitespace().flat_map(|uri| {
        get("suites").split_whitespace().map(move |suite| Source {
            path: path.to_owned(),
            uri: uri.to_owned(),
            suite: suite.to_owned(),
            trusted: yes(get("trusted")),
            allow_insecure: yes(get("allow-insecure")),
        })
    });
    sources.extend(all.take(MAX_SOURCES));
}

fn yes(value: &str) -> bool {
    ["yes", "true", "1", "on", "with", "enable"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_with_and_without_options() {
        let sources = parse_list(
            Path::new("/etc/apt/sources.list"),
            "# deb http://old x main\ndeb http://deb.debian.org/debian bookworm main # mirror\ndeb [ arch=amd64 trusted=yes ] https://example.com ./\ndeb-src http://deb.debian.org/debian bookworm main\ndeb\n",
        );
        assert_eq!(sources.len(), 2);
        assert_eq!(sources[0].suite, "bookworm");
        assert!(!sources[0].trusted);
        assert!(sources[1].trusted);
        assert_eq!(sources[1].uri, "https://example.com");
    }

    #[test]
    fn stanzas_multiply() {
        let sources = parse_deb822(
            Path::new("/x.sources"),
            "Types: deb deb-src\nURIs: http://a http://b\nSuites: s\n s-security\nAllow-Insecure: yes\n# note\nSigned-By:\n -----BEGIN\n .\n\nEnabled: no\nTypes: deb\nURIs: http://c\nSuites: s\n",
        );
        assert_eq!(sources.len(), 4);
        assert!(sources.iter().all(|source| source.allow_insecure));
        assert_eq!(sources[3].suite, "s-security");
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            parse_list(Path::new("/x"), &text);
            parse_deb822(Path::new("/x"), &text);
        }
    }
}
