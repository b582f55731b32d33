//! The packages engine: what is installed, from dpkg's, rpm's and apk's own databases, what was installed
//! beside them by the package managers of programming languages, and which of it has known
//! vulnerabilities.

mod apk;
mod dpkg;
mod languages;
mod owned;
mod rpm;
mod vulnerabilities;

pub use self::rpm::read_rpm_database;

use std::path::PathBuf;

use anyhow::bail;
use hardtarget_report::{EngineId, Package, clean_line};

use self::owned::Asked;
use super::{Cx, Engine, Skip, Yield};
use crate::facts::Gap;
use crate::host::Host;

/// How much of one package database is read: 64 MiB. The status file of a full desktop has 10.
const DATABASE_LIMIT: u64 = 64 << 20;

/// More packages than this are not reported; the whole of Debian has fewer.
const MAX_PACKAGES: usize = 100_000;

/// The packages of a database, and why they may not be all.
type Listed = anyhow::Result<(Vec<Package>, Option<anyhow::Error>)>;

/// The installed packages.
#[derive(Debug, Default)]
pub struct Packages {
    /// The file of advisories to look vulnerabilities up in.
    pub advisories: Option<PathBuf>,
}

impl Engine for Packages {
    fn id(&self) -> EngineId {
        EngineId::Packages
    }

    fn applies(&self, cx: &Cx<'_>) -> Result<(), Skip> {
        if dpkg::is_there(cx.host) || rpm::database(cx.host).is_some() || apk::is_there(cx.host) {
            Ok(())
        } else {
            Err(Skip::NotHere(
                "no package database was found (dpkg's, rpm's or apk's)".to_owned(),
            ))
        }
    }

    fn run(&self, cx: &Cx<'_>) -> anyhow::Result<Yield> {
        let mut found = Yield::default();
        let mut managers = Vec::new();
        let mut add = |manager: &str, read: Listed| match read {
            Ok((packages, trouble)) => {
                managers.push(manager.to_owned());
                found.packages.extend(packages);
                found
                    .incomplete
                    .extend(trouble.map(|error| format!("{manager}: {error:#}")));
            }
            Err(error) => found.incomplete.push(format!("{manager}: {error:#}")),
        };
        if dpkg::is_there(cx.host) {
            add("dpkg", dpkg::collect(cx.host).map(|all| (all, None)));
        }
        if let Some(database) = rpm::database(cx.host) {
            add("rpm", rpm::collect(cx, &database));
        }
        if apk::is_there(cx.host) {
            add("apk", apk::collect(cx.host).map(|all| (all, None)));
        }
        if managers.is_empty() {
            bail!("{}", found.incomplete.join("; "));
        }
        of_languages(cx, &mut found);
        if found.packages.len() > MAX_PACKAGES {
            found.packages.truncate(MAX_PACKAGES);
            found
                .incomplete
                .push(format!("only the first {MAX_PACKAGES} packages are listed"));
        }
        found.packages.sort();
        found.packages.dedup();
        found.facts.insert("package_managers".to_owned(), managers);
        let looked = vulnerabilities::look(cx.host, self.advisories.as_deref(), &found.packages);
        found.checks.push(looked.check);
        found.advisories = looked.advisories;
        found.vulnerabilities = looked.vulnerabilities;
        found.incomplete.extend(looked.incomplete);
        if !looked.unread.is_empty() {
            found
                .facts
                .insert("advisories_unread".to_owned(), looked.unread);
        }
        Ok(found)
    }
}

/// Adds the packages of programming languages that no package of the distribution brought along.
fn of_languages(cx: &Cx<'_>, found: &mut Yield) {
    let walk = match cx.walk.get(cx.host, cx.deadline) {
        Ok(walk) => walk,
        Err(Gap::Absent(why) | Gap::Unknown(why)) => {
            let why = format!("packages of programming languages were not looked for: {why}");
            return found.incomplete.push(why);
        }
    };
    let files = walk.package_files.iter();
    let (described, trouble) = languages::read(cx.host, files.map(|file| &*file.path));
    found.incomplete.extend(trouble);
    if walk.package_files_dropped > 0 {
        found.incomplete.push(format!(
            "{} files that may name packages of programming languages were not looked at",
            walk.package_files_dropped
        ));
    }
    let asked = described.iter().map(|one| one.path.clone());
    let (owned, trouble) = owned::by_distribution(cx, &Asked::new(asked));
    found.incomplete.extend(trouble);
    let others = described
        .into_iter()
        .filter(|one| !owned.contains(&one.path));
    found.packages.extend(others.flat_map(|one| one.packages));
}

/// A package of what its database says; nothing for one without a name or version.
fn package(kind: &str, name: &str, version: &str, arch: &str, source: &str) -> Option<Package> {
    let (name, version) = (optional(name)?, optional(version)?);
    Some(Package {
        source: optional(source).filter(|source| *source != name),
        name,
        version,
        arch: optional(arch),
        kind: kind.to_owned(),
        source_version: None,
        module: None,
        location: None,
    })
}

/// A field of a database, made harmless; nothing if it is empty.
fn optional(text: &str) -> Option<String> {
    Some(clean_line(text.trim(), 300)).filter(|text| !text.is_empty())
}

/// Reads a database as text; bytes that are no UTF-8 become `U+FFFD`.
fn database_text(host: &Host, path: impl AsRef<std::path::Path>) -> anyhow::Result<String> {
    let bytes = host.read_up_to(path, DATABASE_LIMIT)?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::engines::Progress;
    use crate::facts::tree::Tree;
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    #[derive(Debug)]
    struct Quiet;

    impl Progress for Quiet {
        fn step(&self, _: EngineId, _: usize, _: usize, _: &str) {}
        fn group(&self, _: u32) {}
    }

    fn with<T>(tree: &Tree, act: impl FnOnce(&Cx<'_>) -> T) -> T {
        let host = tree.host();
        let work = tempfile::tempdir().unwrap();
        act(&Cx {
            host: &host,
            clock: &SystemClock,
            work: work.path(),
            deadline: Instant::now() + Duration::from_secs(60),
            cores: 1,
            skip: &BTreeSet::new(),
            walk: Arc::default(),
            progress: &Quiet,
        })
    }

    #[test]
    fn without_a_database_there_is_nothing_to_do() {
        let tree = Tree::new();
        assert!(matches!(
            with(&tree, |cx| Packages::default().applies(cx)),
            Err(Skip::NotHere(_))
        ));
    }

    #[test]
    fn packages_of_every_database_are_sorted() {
        let mut tree = Tree::new();
        tree.file(
            "/var/lib/dpkg/status",
            "Package: b\nStatus: install ok installed\nVersion: 1\n\nPackage: a\nStatus: install ok installed\nVersion: 2\n",
        )
        .file("/lib/apk/db/installed", "P:aa\nV:3-r0\nA:x86_64\n\n");
        let found = with(&tree, |cx| Packages::default().run(cx)).unwrap();
        let names: Vec<&str> = found.packages.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["a", "aa", "b"]);
        assert_eq!(found.facts["package_managers"], ["dpkg", "apk"]);
        assert!(found.incomplete.is_empty());
    }

    #[test]
    fn a_database_that_cannot_be_read_is_told_and_not_an_empty_list() {
        let mut tree = Tree::new();
        tree.dir("/var/lib/dpkg/status");
        assert!(with(&tree, |cx| Packages::default().run(cx)).is_err());
        tree.file("/lib/apk/db/installed", "P:aa\nV:3-r0\n\n");
        let found = with(&tree, |cx| Packages::default().run(cx)).unwrap();
        assert_eq!(found.packages.len(), 1);
        assert_eq!(found.incomplete.len(), 1);
    }

    #[test]
    fn what_pip_and_npm_put_beside_the_distribution_is_listed() {
        let mut tree = Tree::new();
        let metadata = |name: &str| format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n");
        tree.file(
            "/var/lib/dpkg/status",
            "Package: python3-owned\nStatus: install ok installed\nVersion: 1\n",
        )
        .file(
            "/var/lib/dpkg/info/python3-owned.list",
            "/.\n/usr/lib/python3/dist-packages/owned.egg-info\n",
        )
        .file(
            "/usr/lib/python3/dist-packages/owned.egg-info",
            metadata("owned"),
        )
        .file(
            "/usr/lib/python3/dist-packages/put.egg-info",
            metadata("put"),
        )
        .file(
            "/opt/venv/lib/python3.11/site-packages/Two-1.0.dist-info/METADATA",
            metadata("Two"),
        )
        .file(
            "/srv/app/node_modules/@a/b/package.json",
            r#"{"name": "@a/b", "version": "2.0.0"}"#,
        )
        .file("/var/lib/gems/3.1.0/specifications/rack-2.2.4.gemspec", "");
        let found = with(&tree, |cx| Packages::default().run(cx)).unwrap();
        assert!(found.incomplete.is_empty(), "{:?}", found.incomplete);
        let told: Vec<String> = found
            .packages
            .iter()
            .map(|package| {
                let location = package.location.as_deref().unwrap_or("-");
                format!(
                    "{} {} {} {location}",
                    package.kind, package.name, package.version
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "npm @a/b 2.0.0 /srv/app/node_modules/@a/b/package.json",
                "pypi Two 1.0 /opt/venv/lib/python3.11/site-packages/Two-1.0.dist-info/METADATA",
                "pypi put 1.0 /usr/lib/python3/dist-packages/put.egg-info",
                "deb python3-owned 1 -",
                "gem rack 2.2.4 /var/lib/gems/3.1.0/specifications/rack-2.2.4.gemspec",
            ]
        );
    }

    #[test]
    fn an_rpm_database_that_is_no_database_is_told() {
        let mut tree = Tree::new();
        tree.file("/var/lib/rpm/rpmdb.sqlite", "no database at all\n");
        let error = with(&tree, |cx| Packages::default().run(cx)).unwrap_err();
        assert!(error.to_string().contains("rpm"), "{error}");
    }
}
