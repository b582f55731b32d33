//! dpkg's database: `/var/lib/dpkg/status`, stanzas of `Field: value` (deb-control(5),
//! dpkg-query(1)), and `status.d` where an image was put together without dpkg (distroless).

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use hardtarget_report::Package;

use super::{database_text, optional, package};
use crate::host::Host;

const STATUS: &str = "/var/lib/dpkg/status";
const STATUS_D: &str = "/var/lib/dpkg/status.d";

pub(super) fn is_there(host: &Host) -> bool {
    host.link_metadata(STATUS).is_ok() || host.exists(STATUS_D)
}

pub(super) fn collect(host: &Host) -> anyhow::Result<Vec<Package>> {
    let mut packages = Vec::new();
    if host.link_metadata(STATUS).is_ok() {
        packages = parse(&database_text(host, STATUS)?);
    }
    for name in host.list(STATUS_D).unwrap_or_default() {
        if !name.as_bytes().ends_with(b".md5sums") {
            packages.extend(parse(&database_text(host, Path::new(STATUS_D).join(name))?));
        }
    }
    Ok(packages)
}

/// The packages whose files are there; of one that was removed, dpkg remembers its configuration.
pub(super) fn parse(text: &str) -> Vec<Package> {
    let mut packages = Vec::new();
    let mut stanza = Stanza::default();
    for line in text.lines() {
        if line.trim_end().is_empty() {
            packages.extend(std::mem::take(&mut stanza).package());
        } else if !line.starts_with([' ', '\t'])
            && let Some((field, value)) = line.split_once(':')
        {
            stanza.set(field, value.trim());
        }
    }
    packages.extend(stanza.package());
    packages
}

#[derive(Debug, Default)]
struct Stanza<'a> {
    name: &'a str,
    version: &'a str,
    arch: &'a str,
    source: &'a str,
    source_version: &'a str,
    status: Option<&'a str>,
}

impl<'a> Stanza<'a> {
    fn set(&mut self, field: &str, value: &'a str) {
        let is = |name: &str| field.eq_ignore_ascii_case(name);
        if is("Package") {
            self.name = value;
        } else if is("Version") {
            self.version = value;
        } else if is("Architecture") {
            self.arch = value;
        } else if is("Source") {
            // `Source: name (version)`, where the source's version is another one.
            let (name, version) = value.split_once(' ').unwrap_or((value, ""));
            self.source = name;
            self.source_version = version.trim().trim_start_matches('(').trim_end_matches(')');
        } else if is("Status") {
            self.status = Some(value);
        }
    }

    fn package(self) -> Option<Package> {
        // `want flag state`; a stanza of status.d has no such field.
        let state = self.status.map_or("installed", |status| {
            status.rsplit(' ').next().unwrap_or("")
        });
        let there = matches!(
            state,
            "installed" | "unpacked" | "half-configured" | "triggers-awaited" | "triggers-pending"
        );
        let mut found = there
            .then(|| package("deb", self.name, self.version, self.arch, self.source))
            .flatten()?;
        found.source_version =
            optional(self.source_version).filter(|version| *version != found.version);
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_there_counts() {
        let packages = parse(
            "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc (2.36-9)\nVersion: 2.36-9+deb12u10\nDescription: GNU C Library\n Version: 9\n .\n more\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: held\nStatus: hold ok installed\nSource: held\nVersion: 1:2\n",
        );
        assert_eq!(
            packages,
            [
                Package {
                    name: "libc6".to_owned(),
                    version: "2.36-9+deb12u10".to_owned(),
                    arch: Some("amd64".to_owned()),
                    kind: "deb".to_owned(),
                    source: Some("glibc".to_owned()),
                    source_version: Some("2.36-9".to_owned()),
                    module: None,
                    location: None,
                },
                Package {
                    name: "held".to_owned(),
                    version: "1:2".to_owned(),
                    arch: None,
                    kind: "deb".to_owned(),
                    source: None,
                    source_version: None,
                    module: None,
                    location: None,
                },
            ]
        );
    }

    #[test]
    fn images_without_dpkg_have_a_file_a_package() {
        let mut tree = Tree::new();
        tree.file(
            "/var/lib/dpkg/status.d/base",
            "Package: base-files\nVersion: 12\n",
        )
        .file("/var/lib/dpkg/status.d/base.md5sums", "0123  etc/x\n");
        assert!(is_there(&tree.host()));
        let packages = collect(&tree.host()).unwrap();
        assert_eq!(packages.len(), 1);
        assert_eq!(packages[0].name, "base-files");
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            parse(&text);
        }

        #[test]
        fn every_stanza_gives_its_package(names in proptest::collection::vec("[a-z][a-z0-9+.-]{1,20}", 0..20)) {
            let text: String = names
                .iter()
                .map(|name| format!("Package: {name}\nStatus: install ok installed\nVersion: 1\n\n"))
                .collect();
            let parsed: Vec<String> = parse(&text).into_iter().map(|package| package.name).collect();
            prop_assert_eq!(parsed, names);
        }
    }
}
