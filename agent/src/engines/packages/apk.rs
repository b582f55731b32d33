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

    /// The beginning of a database of Alpine 3.20, with fewer files.
    const ALPINE: &str = "\
C:Q1+n/7LvjZ4hvZUh+ZlTCa1C9pDKc=
P:.python-rundeps
V:20240520.221350
A:noarch
S:0
I:0
T:virtual meta package
U:
L:
D:so:libc.musl-x86_64.so.1 so:libz.so.1

C:Q17mim+wL35iMEtCiwQEovweL8NT0=
P:alpine-baselayout-data
V:3.6.5-r0
A:x86_64
S:11235
I:77824
T:Alpine base dir structure and init scripts
U:https://git.alpinelinux.org/cgit/aports/tree/main/alpine-baselayout
L:GPL-2.0-only
o:alpine-baselayout
m:Natanael Copa <ncopa@alpinelinux.org>
t:1714981135
c:66187892e05b03a41d08e9acabd19b7576a1c875
r:alpine-baselayout
q:1000
F:etc
R:fstab
Z:Q11Q7hNe8QpDS531guqCdrXBzoA/o=
R:shadow
a:0:42:640
Z:Q1miRFe6MuYCWAiVxqiFzhddegBq4=

";

    #[test]
    fn a_database_of_alpine() {
        let packages = parse(ALPINE);
        let [virtual_package, data] = &*packages else {
            panic!("{packages:?}");
        };
        assert_eq!(virtual_package.name, ".python-rundeps");
        assert_eq!(virtual_package.arch.as_deref(), Some("noarch"));
        assert_eq!(
            (&*data.name, &*data.version, data.arch.as_deref()),
            ("alpine-baselayout-data", "3.6.5-r0", Some("x86_64"))
        );
        assert_eq!(data.source.as_deref(), Some("alpine-baselayout"));
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            parse(&text);
        }
    }
}
