//! rpm's database as the program `rpm` tells it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use hardtarget_report::Package;

use super::Record;
use crate::engines::Cx;
use crate::exec::Tool;
use crate::host::Host;

/// The files that hold the packages, one for each format, and the SQLite log beside them.
const FILES: [&str; 4] = [
    "rpmdb.sqlite",
    "rpmdb.sqlite-wal",
    "Packages.db",
    "Packages",
];

/// How much of a database is copied: 1 GiB. Those of full desktops have 300 MiB.
const COPY_LIMIT: u64 = 1 << 30;

/// A package a line: name, version with epoch and release, architecture, source package, module.
const FORMAT: &str = "%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\t%{MODULARITYLABEL}\\n";

/// The same for an rpm that knows of no modules and takes none of the above (before 4.14: Amazon
/// Linux 2).
const OLD_FORMAT: &str =
    "%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\n";

/// How long rpm may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The running machine's rpm.
pub(super) fn of_the_machine(host: &Host) -> Option<Tool> {
    Tool::find(host, "rpm").ok()
}

/// Lists the packages that rpm knows.
pub(super) fn list(tool: Tool) -> anyhow::Result<Vec<Package>> {
    let tool = tool.limit(LIMIT);
    let mut output = tool
        .clone()
        .args(["-qa", "--qf", FORMAT])
        .run_any_status()?;
    if !output.status.success() || output.stdout.is_empty() {
        output = tool.args(["-qa", "--qf", OLD_FORMAT]).run()?;
    }
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

/// Lists the packages of an unpacked root with rpm of the machine that scans. It reads a private
/// copy: it would make locks and indexes beside the original.
pub(super) fn list_a_copy(cx: &Cx<'_>, database: &Path) -> anyhow::Result<Vec<Package>> {
    let tool = Tool::of_this_machine("rpm")?;
    let copy = cx.work.join("rpmdb");
    copy_database(cx.host, database, &copy)?;
    list(tool.args([std::ffi::OsString::from("--dbpath"), copy.into_os_string()]))
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

/// The lines of [`FORMAT`].
fn parse(text: &str) -> Vec<Package> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            Record {
                name: fields.next()?,
                version: fields.next()?,
                arch: none(fields.next()?),
                source: none(fields.next().unwrap_or("")),
                module: none(fields.next().unwrap_or("")),
            }
            .package()
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
            "openssl-libs\t1:3.0.8-1.amzn2023\tx86_64\topenssl-3.0.8-1.amzn2023.src.rpm\t(none)\nbash\t5.2.15-1\tx86_64\tbash-5.2.15-1.src.rpm\ngpg-pubkey\td832c631-6515c85e\t(none)\t(none)\n",
        );
        assert_eq!(packages.len(), 2);
        assert_eq!(packages[0].version, "1:3.0.8-1.amzn2023");
        assert_eq!(packages[0].source.as_deref(), Some("openssl"));
        assert_eq!(packages[0].module, None);
        assert_eq!(packages[1].source, None);
    }

    proptest! {
        #[test]
        fn any_text_parses(text in any::<String>()) {
            parse(&text);
        }
    }
}
