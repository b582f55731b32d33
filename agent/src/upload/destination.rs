//! Where an upload goes: `s3://BUCKET/PREFIX/`.

/// What stands in a prefix for the instance's id.
const PLACEHOLDER: &str = "{instance-id}";

/// The longest key that S3 takes, in bytes (Amazon S3 User Guide, "Object key naming guidelines").
const MAX_KEY: usize = 1024;

/// The longest name that is put after the prefix.
const MAX_NAME: usize = 32;

/// A bucket and a prefix in it, which may name the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    bucket: String,
    prefix: String,
}

/// Why a destination is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum DestinationError {
    /// It is no URL of a bucket.
    #[error("write it as s3://BUCKET/PREFIX/")]
    Scheme,
    /// S3 has no bucket of that name ("General purpose bucket naming rules").
    #[error("no bucket can be called that: 3 to 63 small letters, digits, dots and dashes")]
    Bucket,
    /// The prefix cannot be part of a key.
    #[error(
        "a prefix is plain text without blanks, up to some 900 characters; the only braces allowed are those of {{instance-id}}"
    )]
    Prefix,
}

impl Destination {
    /// Reads `s3://BUCKET/PREFIX/`; the last slash may be left out.
    pub(crate) fn parse(url: &str) -> Result<Self, DestinationError> {
        let rest = url.strip_prefix("s3://").ok_or(DestinationError::Scheme)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = bucket.as_bytes();
        if !(3..=63).contains(&bytes.len())
            || !edge(bytes.first())
            || !edge(bytes.last())
            || !bytes
                .iter()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
        {
            return Err(DestinationError::Bucket);
        }
        let mut prefix = prefix.to_owned();
        if !prefix.is_empty() && !prefix.ends_with('/') {
            prefix.push('/');
        }
        let plain = prefix.replace(PLACEHOLDER, "");
        if prefix.len() > MAX_KEY - 100
            || prefix.starts_with('/')
            || !plain.bytes().all(|byte| byte.is_ascii_graphic())
            || plain.contains(['{', '}', '\\', '?', '#'])
            || plain.split('/').any(|part| part == "." || part == "..")
        {
            return Err(DestinationError::Prefix);
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix,
        })
    }

    /// The bucket.
    pub(crate) fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Whether the instance's id has to be known.
    pub(crate) fn needs_instance(&self) -> bool {
        self.prefix.contains(PLACEHOLDER)
    }

    /// Where objects go from this instance; `None` where its id is needed and not known.
    pub(crate) fn of_instance(&self, instance: Option<&str>) -> Option<Self> {
        let prefix = match instance {
            Some(id) => self.prefix.replace(PLACEHOLDER, id),
            None if self.needs_instance() => return None,
            None => self.prefix.clone(),
        };
        (prefix.len() + MAX_NAME <= MAX_KEY).then(|| Self {
            bucket: self.bucket.clone(),
            prefix,
        })
    }

    /// The key of an object of this name.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_instance_gets_its_own_place() {
        let destination = Destination::parse("s3://bucket/scans/AROAX:{instance-id}/").unwrap();
        assert!(destination.needs_instance());
        assert_eq!(destination.of_instance(None), None);
        let mine = destination.of_instance(Some("i-0abc")).unwrap();
        assert_eq!(mine.bucket(), "bucket");
        assert_eq!(mine.key("report.json"), "scans/AROAX:i-0abc/report.json");
        assert_eq!(mine.to_string(), "s3://bucket/scans/AROAX:i-0abc/");
    }

    #[test]
    fn a_place_without_an_instance_needs_none() {
        for (url, key) in [
            ("s3://bucket", "x"),
            ("s3://bucket/", "x"),
            ("s3://bucket/a/b", "a/b/x"),
            ("s3://bucket/a/b/", "a/b/x"),
        ] {
            let destination = Destination::parse(url).unwrap();
            assert_eq!(destination.of_instance(None).unwrap().key("x"), key);
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for url in [
            "",
            "bucket/prefix",
            "https://bucket/x",
            "S3://bucket/x",
            "s3://",
            "s3:///x",
            "s3://ab/x",
            "s3://Bucket/x",
            "s3://-bucket/x",
            "s3://bucket//x",
            "s3://bucket/a b/",
            "s3://bucket/{instance_id}/",
            "s3://bucket/{{instance-id}}/",
            "s3://bucket/../x",
            "s3://bucket/x\n",
        ] {
            assert!(Destination::parse(url).is_err(), "{url:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_place_or_an_error(url in ".{0,80}", prefix in "[ -~]{0,1200}") {
            let _parsed = Destination::parse(&url);
            if let Ok(place) = Destination::parse(&format!("s3://bucket/{prefix}"))
                && let Some(place) = place.of_instance(Some("i-0123456789abcdef0"))
            {
                let key = place.key("lynis-report.dat");
                prop_assert!(key.len() <= MAX_KEY, "{}", key.len());
                prop_assert!(!key.contains(['{', '}']), "{}", key);
            }
        }
    }
}
