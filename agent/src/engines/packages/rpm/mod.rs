//! rpm's database.
//!
//! On a running machine its own `rpm` reads it. Where there is none, and of an unpacked root, whose
//! programs are never run, the files are read here: `rpmdb.sqlite` (Fedora, RHEL 9, Amazon Linux
//! 2023), `Packages.db` (ndb: SUSE) and `Packages` (Berkeley DB: RHEL 8 and older, Amazon Linux 2).
//! Should that fail, rpm of the machine that scans reads a private copy.

mod berkeley;
mod blob;
mod header;
mod ndb;
mod program;
mod sqlite;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hardtarget_report::Package;

use self::blob::{Blobs, Fault};
use self::header::Header;
use super::owned::Asked;
use super::{Listed, package};
use crate::engines::Cx;
use crate::host::Host;

/// Where the database may be, the newer place first.
const PLACES: [&str; 2] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"];

/// How the database is kept; of several the first is the one in use.
const FORMATS: [Format; 3] = [
    Format {
        file: "rpmdb.sqlite",
        read: sqlite::read,
    },
    Format {
        file: "Packages.db",
        read: ndb::read,
    },
    Format {
        file: "Packages",
        read: berkeley::read,
    },
];

/// One way to keep the database.
#[derive(Debug)]
struct Format {
    /// The file with the packages' headers.
    file: &'static str,
    /// Hands over every header.
    read: fn(&Host, &Path, &mut Blobs<'_>) -> Result<(), Fault>,
}

/// The database of a root.
#[derive(Debug)]
pub(super) struct Database {
    directory: PathBuf,
    format: &'static Format,
}

/// The database, if there is one.
pub(super) fn database(host: &Host) -> Option<Database> {
    PLACES.iter().find_map(|place| {
        let directory = PathBuf::from(place);
        FORMATS
            .iter()
            .find(|format| host.link_metadata(directory.join(format.file)).is_ok())
            .map(|format| Database { directory, format })
    })
}

/// Lists the packages; beside them why they may not be all.
pub(super) fn collect(cx: &Cx<'_>, database: &Database) -> Listed {
    let asked = match program::of_the_machine(cx.host) {
        Some(rpm) => program::list(rpm),
        None => Err(anyhow::anyhow!("rpm is not installed")),
    };
    let other = match asked {
        Ok(packages) => return Ok((packages, None)),
        Err(error) => error,
    };
    let (packages, trouble) = database.list(cx.host);
    let Err(trouble) = trouble else {
        return Ok((packages, None));
    };
    let other = if cx.host.has_programs() {
        other
    } else {
        // rpm may know a format that we do not.
        match program::list_a_copy(cx, &database.directory) {
            Ok(packages) => return Ok((packages, None)),
            Err(error) => error,
        }
    };
    let trouble = anyhow::anyhow!("{trouble:#}; nor can rpm of this machine tell ({other:#})");
    if packages.is_empty() {
        Err(trouble)
    } else {
        Ok((packages, Some(trouble)))
    }
}

/// Lists the packages as the database's file itself tells, without rpm; nothing if there is none.
pub fn read_rpm_database(host: &Host) -> Option<anyhow::Result<Vec<Package>>> {
    let (packages, read) = database(host)?.list(host);
    Some(read.map(|()| packages))
}

impl Database {
    /// The packages as the file itself tells, as far as it can be read.
    fn list(&self, host: &Host) -> (Vec<Package>, anyhow::Result<()>) {
        let mut packages = Vec::new();
        let read = self.headers(host, &mut |header| packages.extend(of_header(header)));
        (packages, read)
    }

    /// Which of these files belong to packages. This is read from the database's file even where
    /// there is rpm, which would print all files of each package for every file of it that is asked about.
    pub(super) fn owned(&self, host: &Host, asked: &Asked) -> anyhow::Result<BTreeSet<PathBuf>> {
        let mut owned = BTreeSet::new();
        self.headers(host, &mut |header| {
            header.files_among(asked, &mut |path| {
                owned.insert(path.to_owned());
            });
        })?;
        Ok(owned)
    }

    /// Hands over every header.
    fn headers(&self, host: &Host, each: &mut dyn FnMut(&Header<'_>)) -> anyhow::Result<()> {
        let path = self.directory.join(self.format.file);
        let mut blobs = Blobs::new(each);
        (self.format.read)(host, &path, &mut blobs)
            .and_then(|()| blobs.finish())
            .with_context(|| format!("{} cannot be read", path.display()))
    }
}

/// The package that a header describes; nothing for keys, which rpm keeps as packages too.
fn of_header(header: &Header<'_>) -> Option<Package> {
    let text = |tag| {
        header.text(tag).map_or_else(String::new, |text| {
            String::from_utf8_lossy(text).into_owned()
        })
    };
    let mut version = format!("{}-{}", text(header::VERSION), text(header::RELEASE));
    if let Some(epoch) = header.number(header::EPOCH) {
        version = format!("{epoch}:{version}");
    }
    Record {
        name: &text(header::NAME),
        version: &version,
        arch: &text(header::ARCH),
        source: &text(header::SOURCERPM),
        module: &text(header::MODULARITYLABEL),
    }
    .package()
}

/// What the database says of one package; empty where it says nothing.
#[derive(Debug, Clone, Copy)]
struct Record<'a> {
    name: &'a str,
    /// With epoch and release.
    version: &'a str,
    arch: &'a str,
    /// The file name of the source package.
    source: &'a str,
    /// `name:stream:version:context:architecture`.
    module: &'a str,
}

impl Record<'_> {
    fn package(self) -> Option<Package> {
        if self.name == "gpg-pubkey" {
            return None;
        }
        let (source, source_version) = source(self.source).unwrap_or_default();
        let mut found = package("rpm", self.name, self.version, self.arch, source)?;
        let own = self
            .version
            .split_once(':')
            .map_or(self.version, |(_, rest)| rest);
        found.source_version =
            Some(source_version.to_owned()).filter(|version| !version.is_empty() && version != own);
        found.module = stream(self.module);
        Some(found)
    }
}

/// Name and version of `NAME-VERSION-RELEASE.src.rpm`; a name may hold dashes, the others do not.
fn source(file: &str) -> Option<(&str, &str)> {
    let stem = file
        .strip_suffix(".src.rpm")
        .or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let (name, _) = stem.rsplit_once('-')?.0.rsplit_once('-')?;
    Some((name, stem.get(name.len() + 1..)?))
}

/// `name:stream` of a module's label.
fn stream(label: &str) -> Option<String> {
    let mut parts = label.split(':');
    let (name, stream) = (parts.next()?, parts.next()?);
    Some(hardtarget_report::clean_line(
        &format!("{name}:{stream}"),
        300,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_package_has_a_name_and_a_version() {
        assert_eq!(
            source("java-11-openjdk-11.0.20-1.el9.src.rpm"),
            Some(("java-11-openjdk", "11.0.20-1.el9"))
        );
        assert_eq!(source("(none)"), None);
        assert_eq!(source("odd.src.rpm"), None);
    }

    #[test]
    fn the_version_of_the_source_is_told_where_it_is_another() {
        let record = Record {
            name: "perl-interpreter",
            version: "4:5.26.3-422.el8",
            arch: "x86_64",
            source: "perl-5.26.3-422.el8.src.rpm",
            module: "perl:5.26:8040020200923213406:466ea64f",
        };
        let package = record.package().unwrap();
        assert_eq!(package.source.as_deref(), Some("perl"));
        assert_eq!(package.source_version, None);
        assert_eq!(package.module.as_deref(), Some("perl:5.26"));
        let other = Record {
            source: "perl-5.26.3-1.el8.src.rpm",
            module: "",
            ..record
        };
        let package = other.package().unwrap();
        assert_eq!(package.source_version.as_deref(), Some("5.26.3-1.el8"));
        assert_eq!(package.module, None);
    }
}
