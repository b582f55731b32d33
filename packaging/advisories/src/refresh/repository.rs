//! Where a repository of RPMs has its updates: the list of mirrors names the repository, and the index of
//! the repository (`repodata/repomd.xml`) names `updateinfo.xml` with its checksum.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The repository in a list of mirrors, with a slash at its end.
#[must_use]
pub fn base(list: &str) -> Option<String> {
    let mut lines = list.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    Some(format!("{}/", first.trim_end_matches('/')))
}

/// Where updates are, as the index tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Updates {
    /// Their place in the repository, e.g. `repodata/updateinfo.xml.gz`.
    pub href: String,
    /// The SHA-256 of that file.
    pub sha256: String,
}

/// Why the index is of no use.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It is no XML.
    #[error("it is no XML")]
    Xml(#[from] quick_xml::Error),
    /// It has no updates, or not their place, or no SHA-256 of them.
    #[error("it names no updateinfo with a place in the repository and a SHA-256")]
    NoUpdates,
}

/// Reads an index.
///
/// # Errors
/// Why it is of no use.
pub fn updateinfo(repomd: &str) -> Result<Updates, IndexError> {
    let mut reader = Reader::from_str(repomd);
    let mut found = Updates::default();
    let (mut within, mut sum) = (false, false);
    loop {
        match reader.read_event()? {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"data" => within = attribute(&tag, "type").as_deref() == Some("updateinfo"),
                b"checksum" => sum = within && attribute(&tag, "type").as_deref() == Some("sha256"),
                b"location" if within => {
                    found.href = attribute(&tag, "href").unwrap_or_default();
                }
                _ => {}
            },
            Event::Text(text) if sum => {
                found.sha256 = String::from_utf8_lossy(&text).trim().to_ascii_lowercase();
                sum = false;
            }
            Event::End(tag) if tag.local_name().as_ref() == b"data" => within = false,
            _ => {}
        }
    }
    let inside =
        !found.href.is_empty() && !found.href.contains("://") && !found.href.starts_with('/');
    if inside && found.sha256.len() == 64 {
        Ok(found)
    } else {
        Err(IndexError::NoUpdates)
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    String::from_utf8(attribute.value.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SUM: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn index(data: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><repomd xmlns=\"http://linux.duke.edu/metadata/repo\">\
             <data type=\"primary\"><checksum type=\"sha256\">{0}</checksum><location href=\"repodata/primary.xml.gz\"/></data>\
             {data}<data type=\"updateinfo_zck\"><checksum type=\"sha256\">{0}</checksum><location href=\"repodata/u.zck\"/></data></repomd>",
            "f".repeat(64)
        )
    }

    #[test]
    fn a_list_names_its_first_mirror() {
        let base = |list| base(list).unwrap();
        let expected = "https://cdn.amazonlinux.com/2/core/2.0/x86_64/abc/";
        assert_eq!(
            base("https://cdn.amazonlinux.com/2/core/2.0/x86_64/abc\nhttps://other\n"),
            expected
        );
        assert_eq!(
            base("# mirrors\n\n  https://cdn.amazonlinux.com/2/core/2.0/x86_64/abc/\r\n"),
            expected
        );
        assert_eq!(super::base("\n"), None);
    }

    #[test]
    fn an_index_names_its_updates() {
        let xml = index(&format!(
            "<data type=\"updateinfo\"><checksum type=\"sha256\">{SUM}</checksum><open-checksum type=\"sha256\">{}</open-checksum>\
             <location href=\"repodata/updateinfo.xml.gz\"/><timestamp>1</timestamp></data>",
            "e".repeat(64)
        ));
        let found = updateinfo(&xml).unwrap();
        assert_eq!(
            (found.href.as_str(), found.sha256.as_str()),
            ("repodata/updateinfo.xml.gz", SUM)
        );
    }

    #[test]
    fn an_index_of_no_use_is_an_error() {
        let of = |place: &str, kind: &str| {
            index(&format!(
                "<data type=\"updateinfo\"><checksum type=\"{kind}\">{SUM}</checksum><location href=\"{place}\"/></data>"
            ))
        };
        assert!(updateinfo(&of("repodata/u.xml.gz", "sha256")).is_ok());
        for xml in [
            of("repodata/u.xml.gz", "sha"),
            of("https://elsewhere.example/u.xml.gz", "sha256"),
            of("//elsewhere.example/u.xml.gz", "sha256"),
            of("", "sha256"),
            index(""),
            String::new(),
            "<html><body>not here".to_owned(),
        ] {
            assert!(updateinfo(&xml).is_err(), "{xml}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[<>/=\"a-z ]{0,80}") {
            let _result = updateinfo(&text);
            let _base = base(&text);
        }
    }
}
