//! What the template tells the function, by environment variables.

use std::path::PathBuf;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::release::Release;

/// The feeds unless the settings name others. OSV's zips: <https://google.github.io/osv.dev/data/>. Amazon's lists
/// name the current repository; the updates of `x86_64` are those of `aarch64` too.
const FEEDS: &str = "\
https://osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip,\
https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip,\
https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip,\
https://osv-vulnerabilities.storage.googleapis.com/Ubuntu/all.zip,\
https://osv-vulnerabilities.storage.googleapis.com/Alpine/all.zip,\
https://osv-vulnerabilities.storage.googleapis.com/Red%20Hat/all.zip,\
https://osv-vulnerabilities.storage.googleapis.com/SUSE/all.zip,\
https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list,\
https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list";

/// The function's settings, see [`Config::read`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `HARDTARGET_ADVISORY_FEEDS`: `URL` or `RELEASE=URL`, separated by commas; empty for the usual ones.
    pub feeds: Vec<Feed>,
    /// `HARDTARGET_AGENT_BUCKET`: where the file goes.
    pub bucket: String,
    /// `HARDTARGET_ADVISORIES_KEY`: its key there.
    pub key: String,
    /// Where there is room for one feed and the file: `/tmp`, unless `TMPDIR` says otherwise.
    pub directory: PathBuf,
}

/// One feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// A zip of OSV records, an `updateinfo.xml` (plain or compressed), or a repository's `mirror.list`.
    pub url: String,
    /// The release that it is for, where it does not say so itself.
    pub release: Option<Release>,
}

/// A setting is missing or makes no sense.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// It is not there, or empty.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// The bytes of a feed could be anybody's.
    #[error("the feed {0} is not fetched: feeds are fetched by https only")]
    Insecure(String),
}

impl Config {
    /// Reads the settings through `variable`, which gives a variable's value by its name.
    ///
    /// # Errors
    /// The first setting that is missing, or the first feed without HTTPS.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let must = |name: &'static str| {
            let value = variable(name).filter(|value| !value.is_empty());
            value.ok_or(ConfigError::Missing(name))
        };
        let feeds = variable("HARDTARGET_ADVISORY_FEEDS").filter(|feeds| !feeds.trim().is_empty());
        let feeds = feeds.as_deref().unwrap_or(FEEDS).split(',').map(str::trim);
        Ok(Self {
            feeds: feeds
                .filter(|feed| !feed.is_empty())
                .map(Feed::parse)
                .collect::<Result<_, _>>()?,
            bucket: must("HARDTARGET_AGENT_BUCKET")?,
            key: must("HARDTARGET_ADVISORIES_KEY")?,
            directory: variable("TMPDIR").map_or_else(|| "/tmp".into(), Into::into),
        })
    }

    /// What tells one list of feeds from another.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for feed in &self.feeds {
            digest.update(feed.url.as_bytes());
            digest.update([0]);
        }
        HEXLOWER.encode(&digest.finalize())
    }
}

impl Feed {
    fn parse(text: &str) -> Result<Self, ConfigError> {
        let named = text.split_once('=').and_then(|(release, url)| {
            let release = release.parse().ok()?;
            Some((Some(release), url))
        });
        let (release, url) = named.unwrap_or((None, text));
        if !is_secure(url) {
            return Err(ConfigError::Insecure(url.to_owned()));
        }
        Ok(Self {
            url: url.to_owned(),
            release,
        })
    }

    /// Whether its address is that of a list of mirrors, the first line of which is a repository's.
    #[must_use]
    pub fn is_repository(&self) -> bool {
        self.url.ends_with("/mirror.list")
    }
}

/// Whether nobody in between can change what comes: by HTTPS, or from this machine, as in tests.
pub(crate) fn is_secure(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://127.0.0.1:")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZIP: &str = "https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip";

    fn read(feeds: &str) -> Result<Config, ConfigError> {
        Config::read(|name| match name {
            "HARDTARGET_ADVISORY_FEEDS" => Some(feeds.to_owned()),
            "HARDTARGET_AGENT_BUCKET" => Some("artefacts".to_owned()),
            "HARDTARGET_ADVISORIES_KEY" => Some("hardtarget/advisories.htadv".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn feeds_are_addresses_and_may_say_their_release() {
        let config = read(&format!("{ZIP}, suse:15.6=https://x.example/u.xml.gz?a=b,")).unwrap();
        let [zip, xml] = config.feeds.as_slice() else {
            panic!("{config:?}")
        };
        assert_eq!((zip.url.as_str(), &zip.release), (ZIP, &None));
        assert_eq!(xml.url, "https://x.example/u.xml.gz?a=b");
        assert_eq!(xml.release.as_ref().map(Release::as_str), Some("suse:15.6"));
        assert_eq!(config.directory, PathBuf::from("/tmp"));
        let query = read("https://x.example/updateinfo.xml?a=b").unwrap();
        assert_eq!(query.feeds[0].url, "https://x.example/updateinfo.xml?a=b");
    }

    #[test]
    fn another_list_of_feeds_has_another_fingerprint() {
        let one = read(ZIP).unwrap().fingerprint();
        assert_eq!(one, read(ZIP).unwrap().fingerprint());
        assert_ne!(one, read(&format!("{ZIP},{ZIP}2")).unwrap().fingerprint());
    }

    #[test]
    fn what_anybody_could_change_is_not_fetched() {
        for url in [
            "http://x.example/all.zip",
            "ftp://x",
            "file:///etc/passwd",
            "http://127.0.0.1.x.example/",
        ] {
            assert_eq!(read(url), Err(ConfigError::Insecure(url.to_owned())));
        }
    }

    #[test]
    fn unless_told_otherwise_the_feeds_are_the_usual_ones() {
        let feeds = read("").unwrap().feeds;
        assert_eq!(feeds.len(), 9);
        assert_eq!(feeds.iter().filter(|feed| feed.is_repository()).count(), 2);
        assert!(feeds.iter().all(|feed| !feed.url.contains(' ')));
        let missing = Config::read(|_| None);
        assert_eq!(
            missing,
            Err(ConfigError::Missing("HARDTARGET_AGENT_BUCKET"))
        );
    }
}
