//! apk's database: stanzas of `X:value`, a letter a field (apk-package(5), `APKINDEX` format).

use hardtarget_report::Package;

use super::{database_text, package};
use crate::host::Host;

/// Where it is; the second from apk 3 on.
const DATABASES: [&str; 2] = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];

pub(super) fn is_there(host: &Host) -> bool {
    DATABASES
        .iter()
        .any(|path| host.link_metadata(path).is_ok())
}

pub(super) fn collect(host: &Host) -> anyhow::Result<Vec<Package>> {
    let mut packages = Vec::new();
    for path in DATABASES {
        if host.link_metadata(path).is_ok() {
            packages.extend(parse(&database_text(host, path)?));
        }
    }
    Ok(packages)
}

pub(super) fn parse(text: &str) -> Vec<Package> {
    text.split("\n\n")
        .filter_map(|stanza| {
            let field = |letter: &str| {
                stanza
                    .lines()
                    .find_map(|line| line.strip_prefix(letter)?.strip_prefix(':'))
                    .unwrap_or("")
            };
            package("apk", field("P"), field("V"), field("A"), field("o"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stanzas_become_packages() {
        let packages = parse(
            "C:Q1\nP:musl\nV:1.2.5-r0\nA:x86_64\no:musl\nF:lib\nR:ld-musl\n\nP:ssl_client\nV:1.36.1-r29\nA:x86_64\no:busybox\n\n",
        );
        assert_eq!(packages.len(), 2);
        assert_eq!(packages[0].name, "musl");
        assert_eq!(packages[0].source, None);
        assert_eq!(packages[1].version, "1.36.1-r29");
        assert_eq!(packages[1].source.as_deref(), Some("busybox"));
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            parse(&text);
        }
    }
}
