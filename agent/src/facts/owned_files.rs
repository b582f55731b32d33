//! Where the set-id programs come from: what the package databases say of the handful of files
//! that somebody asks about.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::walk::Walk;
use super::{Fact, Gap};
use crate::exec::Tool;
use crate::host::Host;

/// How much of one dpkg file list is read; the longest known are about 4 MiB.
const LIST_LIMIT: u64 = 16 << 20;

/// How much of apk's database is read; it grows with the number of packages.
const APK_LIMIT: u64 = 64 << 20;

/// More paths than this are not asked of rpm at once.
const MAX_ASKED: usize = 500;

/// What a package database says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A package ships it, with a set-id bit.
    PackagedSetId,
    /// A package ships it; with what mode the database does not say (dpkg).
    Packaged,
    /// A package ships it, but without a set-id bit.
    PackagedPlain,
}

/// The files that belong to packages, among those asked about.
#[derive(Debug, Default)]
pub(crate) struct OwnedFiles {
    origins: BTreeMap<PathBuf, Origin>,
}

impl OwnedFiles {
    /// What the database says of a file; nothing for one that no package ships.
    pub(crate) fn origin(&self, path: &Path) -> Option<Origin> {
        self.origins.get(path).copied()
    }
}

/// Asks about the set-id programs that the walk came across.
pub(crate) fn collect(host: &Host, walk: &Fact<Arc<Walk>>) -> Fact<OwnedFiles> {
    let walk = walk.as_ref().map_err(Clone::clone)?;
    let mut asked = BTreeMap::new();
    for entry in &walk.set_id {
        for name in names(&entry.path) {
            asked.insert(name, entry.path.clone());
        }
    }
    let said = if host.exists("/var/lib/dpkg/info") {
        dpkg(host, &asked)?
    } else if host.exists("/lib/apk/db/installed") {
        apk(
            &host.read_up_to("/lib/apk/db/installed", APK_LIMIT)?,
            &asked,
        )
    } else if ["/var/lib/rpm", "/usr/lib/sysimage/rpm"]
        .iter()
        .any(|path| host.exists(path))
    {
        rpm(host, &asked)?
    } else {
        return Err(Gap::Absent("no package database was found".to_owned()));
    };
    let mut owned = OwnedFiles::default();
    for (name, origin) in said {
        if let Some(path) = asked.get(&name) {
            owned.origins.insert(path.clone(), origin);
        }
    }
    Ok(owned)
}

/// Those of these files that packages of dpkg or apk ship.
pub(crate) fn shipped<'a>(
    host: &Host,
    paths: impl Iterator<Item = &'a PathBuf>,
) -> Fact<BTreeSet<PathBuf>> {
    let mut asked = Asked::new();
    for path in paths {
        asked.extend(names(path).into_iter().map(|name| (name, path.clone())));
    }
    let mut said = Said::new();
    if host.exists("/var/lib/dpkg/info") {
        said.extend(dpkg(host, &asked)?);
    }
    for database in ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"] {
        if host.exists(database) {
            said.extend(apk(&host.read_up_to(database, APK_LIMIT)?, &asked));
        }
    }
    let owned = said.iter().filter_map(|(name, _)| asked.get(name).cloned());
    Ok(owned.collect())
}

/// The names under which a package may list a file: where `/bin` is a link to `/usr/bin`, either.
fn names(path: &Path) -> Vec<Vec<u8>> {
    let name = path.as_os_str().as_bytes();
    let mut names = vec![name.to_owned()];
    let merged = |rest: &[u8]| {
        [&b"bin/"[..], b"sbin/", b"lib/", b"lib64/", b"lib32/"]
            .iter()
            .any(|start| rest.starts_with(start))
    };
    if let Some(rest) = name.strip_prefix(b"/usr/").filter(|rest| merged(rest)) {
        names.push([b"/", rest].concat());
        // Where /usr/sbin is a link to /usr/bin as well (Fedora 42).
        if let Some(rest) = rest.strip_prefix(b"bin/") {
            names.push([b"/usr/sbin/", rest].concat());
        }
    }
    names
}

type Asked = BTreeMap<Vec<u8>, PathBuf>;
type Said = Vec<(Vec<u8>, Origin)>;

/// dpkg's lists hold paths only; modes that an administrator chose are in `statoverride`,
/// dpkg-statoverride(1).
fn dpkg(host: &Host, asked: &Asked) -> Fact<Said> {
    // Nearly all lines end in a name that nobody asked about.
    let mut said = Said::new();
    let mut bytes = Vec::new();
    for name in host.list("/var/lib/dpkg/info")? {
        if !name.as_bytes().ends_with(b".list") {
            continue;
        }
        let Ok(file) = host.open(&Path::new("/var/lib/dpkg/info").join(name)) else {
            continue;
        };
        bytes.clear();
        if file.take(LIST_LIMIT).read_to_end(&mut bytes).is_err() {
            continue;
        }
        for line in bytes.split(|byte| *byte == b'\n') {
            if asked.contains_key(line) {
                said.push((line.to_owned(), Origin::Packaged));
            }
        }
    }
    if let Ok(overrides) = host.read("/var/lib/dpkg/statoverride") {
        said.extend(statoverride(&overrides));
    }
    Ok(said)
}

/// `user group mode path`, a line each.
fn statoverride(text: &[u8]) -> Said {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let mut fields = line.splitn(4, |byte| *byte == b' ');
            let mode = std::str::from_utf8(fields.nth(2)?).ok()?;
            let mode = u32::from_str_radix(mode, 8).ok()?;
            Some((fields.next()?.to_owned(), origin_of(mode)))
        })
        .collect()
}

const fn origin_of(mode: u32) -> Origin {
    if mode & 0o6000 == 0 {
        Origin::PackagedPlain
    } else {
        Origin::PackagedSetId
    }
}

/// apk's database: `F:` a directory, `R:` a file in it, `a:` the owner and mode of that file
/// unless it is 0:0:644 or the like.
fn apk(database: &[u8], asked: &Asked) -> Said {
    let mut said = Said::new();
    let mut directory: &[u8] = b"";
    let mut file = Vec::new();
    for line in database.split(|byte| *byte == b'\n') {
        match line.split_at_checked(2) {
            Some((b"F:", name)) => directory = name,
            Some((b"R:", name)) => {
                file = [b"/", directory, b"/", name].concat();
                if asked.contains_key(&file) {
                    said.push((file.clone(), Origin::PackagedPlain));
                }
            }
            Some((b"a:", rights)) if asked.contains_key(&file) => {
                let mode = rights
                    .rsplit(|byte| *byte == b':')
                    .next()
                    .and_then(|mode| std::str::from_utf8(mode).ok())
                    .and_then(|mode| u32::from_str_radix(mode, 8).ok());
                said.push((file.clone(), origin_of(mode.unwrap_or(0))));
            }
            _ => {}
        }
    }
    said
}

fn rpm(host: &Host, asked: &Asked) -> Fact<Said> {
    let paths: BTreeSet<&PathBuf> = asked.values().take(MAX_ASKED).collect();
    if paths.is_empty() {
        return Ok(Said::new());
    }
    let output = Tool::find(host, "rpm")
        .map_err(|error| Gap::Unknown(error.to_string()))?
        .args(["-qf", "--qf", "[%{FILEMODES:octal} %{FILENAMES}\n]"])
        .args(paths)
        // One file that no package owns makes the status an error.
        .run_any_status()
        .map_err(|error| Gap::Unknown(error.to_string()))?;
    Ok(parse_rpm(&output.stdout, asked))
}

/// `0104755 /usr/bin/su`, a line each.
fn parse_rpm(text: &[u8], asked: &Asked) -> Said {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let space = line.iter().position(|byte| *byte == b' ')?;
            let (mode, name) = line.split_at_checked(space)?;
            let name = name.get(1..)?;
            if !asked.contains_key(name) {
                return None;
            }
            let mode = u32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
            Some((name.to_owned(), origin_of(mode)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn asked(paths: &[&str]) -> Asked {
        paths
            .iter()
            .flat_map(|path| {
                names(Path::new(path))
                    .into_iter()
                    .map(move |name| (name, PathBuf::from(path)))
            })
            .collect()
    }

    #[test]
    fn a_file_is_found_under_its_name_from_before_the_merge_of_usr() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/su", "")
            .mode("/usr/bin/su", 0o4755)
            .file("/usr/local/bin/su", "")
            .mode("/usr/local/bin/su", 0o4755)
            .file("/usr/bin/viewer", "")
            .mode("/usr/bin/viewer", 0o4755)
            .file("/var/lib/dpkg/info/login.list", "/.\n/bin\n/bin/su\n")
            .file("/var/lib/dpkg/info/viewer:amd64.list", "/usr/bin/viewer\n")
            .file(
                "/var/lib/dpkg/statoverride",
                "root root 4755 /usr/bin/viewer\n",
            );
        let facts = tree.facts();
        let owned = facts.owned_files.unwrap();
        assert_eq!(
            owned.origin(Path::new("/usr/bin/su")),
            Some(Origin::Packaged)
        );
        assert_eq!(
            owned.origin(Path::new("/usr/bin/viewer")),
            Some(Origin::PackagedSetId)
        );
        assert_eq!(owned.origin(Path::new("/usr/local/bin/su")), None);
    }

    #[test]
    fn apk_tells_the_mode() {
        let database = b"P:busybox-suid\nF:bin\nR:bbsuid\na:0:0:4111\nZ:Q1\nR:plain\nZ:Q1\n\nP:x\nF:usr/bin\nR:other\n";
        let said = apk(database, &asked(&["/bin/bbsuid", "/bin/plain"]));
        let last: BTreeMap<_, _> = said
            .into_iter()
            .map(|(name, origin)| (String::from_utf8(name).unwrap(), origin))
            .collect();
        assert_eq!(last.get("/bin/bbsuid"), Some(&Origin::PackagedSetId));
        assert_eq!(last.get("/bin/plain"), Some(&Origin::PackagedPlain));
    }

    #[test]
    fn rpm_tells_the_mode() {
        let text =
            b"0104755 /usr/bin/su\n0100755 /usr/bin/find\nfile /x is not owned by any package\n";
        let said = parse_rpm(text, &asked(&["/usr/bin/su", "/usr/bin/find"]));
        assert_eq!(
            said,
            [
                (b"/usr/bin/su".to_vec(), Origin::PackagedSetId),
                (b"/usr/bin/find".to_vec(), Origin::PackagedPlain)
            ]
        );
    }
}
