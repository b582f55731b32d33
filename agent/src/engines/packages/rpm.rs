//! rpm's database, read by the `rpm` program: its formats (Berkeley DB, ndb, SQLite) have no
//! reader in Rust worth the name.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use hardtarget_report::Package;

use super::package;
use crate::engines::Cx;
use crate::exec::Tool;
use crate::host::Host;

/// Where the database may be, the newer place first.
const PLACES: [&str; 2] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"];

/// The files that hold the packages, one for each format, and the SQLite log beside them.
const FILES: [&str; 4] = [
    "rpmdb.sqlite",
    "rpmdb.sqlite-wal",
    "Packages.db",
    "Packages",
];

/// How much of a database is copied: 1 GiB. Those of full desktops have 300 MiB.
const COPY_LIMIT: u64 = 1 << 30;

/// A package a line: name, version with epoch and release, architecture, source package.
const FORMAT: &str =
    "%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\n";

/// The directory of the database, if there is one.
pub(super) fn database(host: &Host) -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|place| {
        FILES
            .iter()
            .any(|file| host.link_metadata(place.join(file)).is_ok())
    })
}

/// Lists the packages. Of an unpacked root, whose own programs are never run, this machine's rpm
/// reads a private copy of the database: it would make locks and indexes beside the original.
pub(super) fn collect(cx: &Cx<'_>, database: PathBuf) -> anyhow::Result<Vec<Package>> {
    let tool = if cx.host.has_programs() {
        Tool::find(cx.host, "rpm").context(
            "its database is here, but not the program to read it; install rpm to have the packages listed",
        )?
    } else {
        let tool = Tool::of_this_machine("rpm").context(
            "the root has rpm's database, and reading it needs rpm on the machine that scans; install rpm here",
        )?;
        let copy = cx.work.join("rpmdb");
        copy_database(cx.host, &database, &copy)?;
        tool.args([std::ffi::OsString::from("--dbpath"), copy.into_os_string()])
    };
    let output = tool
        .args(["-qa", "--qf", FORMAT])
        .limit(Duration::from_secs(60))
        .run()?;
    let packages = parse(&String::from_utf8_lossy(&output.stdout));
    // rpm calls a database that it cannot read empty, and says so on stderr only.
    if packages.is_empty()
        && let Some(line) = String::from_utf8_lossy(&output.stderr)
            .lines()
            .find(|line| line.starts_with("error:"))
    {
        bail!("rpm cannot read the database: {line}");
    }
    Ok(packages)
}

fn copy_database(host: &Host, from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir(to).with_context(|| format!("{} cannot be made", to.display()))?;
    for name in FILES {
        let path = from.join(name);
        if host.link_metadata(&path).is_err() {
            continue;
        }
        let mut source = host.open(&path)?.take(COPY_LIMIT + 1);
        let copied = File::create(to.join(name))
            .and_then(|mut target| io::copy(&mut source, &mut target))
            .with_context(|| format!("{} cannot be copied", path.display()))?;
        if copied > COPY_LIMIT {
            bail!("{} is longer than {COPY_LIMIT} bytes", path.display());
        }
    }
    Ok(())
}

/// The lines of [`FORMAT`]. Keys that rpm keeps as packages (`gpg-pubkey`) are left out.
pub(super) fn parse(text: &str) -> Vec<Package> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let name = fields.next()?;
            let version = fields.next()?;
            let arch = none(fields.next()?);
            let source = none(fields.next().unwrap_or(""));
            if name == "gpg-pubkey" {
                return None;
            }
            // NAME-VERSION-RELEASE.src.rpm; a name may hold dashes, the others do not.
            let source = source.rsplitn(3, '-').nth(2).unwrap_or("");
            package("rpm", name, version, arch, source)
        })
        .collect()
}

fn none(field: &str) -> &str {
    if field == "(none)" { "" } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_become_packages() {
        let packages = parse(
            "openssl-libs\t1:3.0.8-1.amzn2023\tx86_64\topenssl-3.0.8-1.amzn2023.src.rpm\nbash\t5.2.15-1\tx86_64\tbash-5.2.15-1.src.rpm\ngpg-pubkey\td832c631-6515c85e\t(none)\t(none)\n",
        );
        assert_eq!(packages.len(), 2);
        assert_eq!(packages[0].version, "1:3.0.8-1.amzn2023");
        assert_eq!(packages[0].source.as_deref(), Some("openssl"));
        assert_eq!(packages[1].source, None);
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            parse(&text);
        }
    }
}
