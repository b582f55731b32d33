//! Where a finding is: a file below the scanned root, or something that is no file.

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    ArtifactLocation, Location, LogicalLocation, Message, PhysicalLocation, Region,
};

use crate::clean_line;

use crate::render::LINE;

/// The name that stands for the scanned root.
const ROOT: &str = "ROOT";

/// What [`ROOT`] is: the directory that was scanned, as a `file:` address that ends in a slash.
pub(super) fn bases(root: &str) -> BTreeMap<String, ArtifactLocation> {
    let path = encoded(root.trim_matches('/'));
    let slash = if path.is_empty() { "" } else { "/" };
    let base = ArtifactLocation::builder()
        .uri(format!("file:///{path}{slash}"))
        .description(Message::from("The root of the machine that was scanned."))
        .build();
    BTreeMap::from([(ROOT.to_owned(), base)])
}

/// The location of a finding. A subject that is an absolute path is that file; any other is a
/// logical location at the root itself, because GitHub refuses a result without a file.
pub(super) fn of_subject(subject: &str, id: &str) -> Location {
    match subject.strip_prefix('/') {
        Some(path) if !path.trim_matches('/').is_empty() => Location::builder()
            .physical_location(file(&encoded(path.trim_start_matches('/'))))
            .build(),
        _ => logical(if subject.is_empty() { id } else { subject }, "resource"),
    }
}

/// The location of a vulnerable package.
pub(super) fn of_package(package: &str) -> Location {
    logical(package, "package")
}

fn logical(name: &str, kind: &str) -> Location {
    let name = clean_line(name, LINE);
    Location::builder()
        .physical_location(file("."))
        .logical_locations(vec![
            LogicalLocation::builder()
                .fully_qualified_name(name)
                .kind(kind)
                .build(),
        ])
        .build()
}

fn file(uri: &str) -> PhysicalLocation {
    PhysicalLocation::builder()
        .artifact_location(
            ArtifactLocation::builder()
                .uri(uri)
                .uri_base_id(ROOT)
                .build(),
        )
        // Findings are about a file as a whole, and GitHub wants a line.
        .region(Region::builder().start_line(1).build())
        .build()
}

/// A path as part of an address (RFC 3986): unreserved characters and slashes stay, each other
/// byte becomes `%XX`. A segment of dots only is encoded whole, or a reader would climb out of the root.
fn encoded(path: &str) -> String {
    let path = clean_line(path, 4_096);
    let segments: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            let dots = segment.bytes().all(|byte| byte == b'.');
            segment
                .bytes()
                .map(|byte| match byte {
                    b'.' if dots => "%2E".to_owned(),
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        char::from(byte).to_string()
                    }
                    _ => format!("%{byte:02X}"),
                })
                .collect()
        })
        .collect();
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_is_encoded_relative_to_the_root() {
        assert_eq!(encoded("etc/ssh/a b%.conf"), "etc/ssh/a%20b%25.conf");
        assert_eq!(encoded("home/é"), "home/%C3%A9");
        assert_eq!(encoded("a/../../b"), "a/%2E%2E/%2E%2E/b");
        let location = of_subject("/etc/shadow", "X");
        let file = location
            .physical_location
            .unwrap()
            .artifact_location
            .unwrap();
        assert_eq!(file.uri.unwrap(), "etc/shadow");
        assert!(location.logical_locations.is_none());
    }

    #[test]
    fn what_is_no_path_is_a_logical_location() {
        let location = of_subject("PermitRootLogin", "HT-SSH-001");
        let logical = location.logical_locations.unwrap();
        assert_eq!(
            logical[0].fully_qualified_name.as_deref(),
            Some("PermitRootLogin")
        );
    }

    #[test]
    fn a_root_ends_in_a_slash() {
        for (root, uri) in [("/", "file:///"), ("/mnt/a b/", "file:///mnt/a%20b/")] {
            assert_eq!(bases(root)[ROOT].uri.as_deref(), Some(uri));
        }
    }

    proptest! {
        #[test]
        fn no_path_gives_more_than_an_address_may_hold(path in any::<String>()) {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
            let all = encoded(&path).bytes().all(allowed);
            prop_assert!(all);
        }
    }
}
