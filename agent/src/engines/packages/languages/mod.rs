//! Packages of programming languages, which images carry beside those of the distribution.
//!
//! The walk over the file systems hands over the files that may name one. What such a file says is
//! what somebody wrote into it: it is read as far as its limit, and cleaned.

mod elf;
mod go;
mod node;
mod python;
mod ruby;

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use hardtarget_report::{Package, clean_line};

use super::package;
use crate::host::{Host, ReadError};

/// How much of all these files together is read: 256 MiB.
const BUDGET: u64 = 256 << 20;

/// What opening a file counts for.
const LEAST: u64 = 4 << 10;

/// The packages of one file.
#[derive(Debug)]
pub(super) struct Described {
    /// The file.
    pub(super) path: PathBuf,
    /// What it tells of.
    pub(super) packages: Vec<Package>,
}

/// Reads the files that may name packages; of those that do, their packages. The second is why not
/// all of them were read.
pub(super) fn read<'a>(
    host: &Host,
    files: impl Iterator<Item = &'a Path>,
) -> (Vec<Described>, Option<String>) {
    let mut found = Vec::new();
    let mut spent = 0;
    for path in files {
        if spent > BUDGET {
            let why = format!(
                "of the files that name packages of programming languages only {} MiB were read",
                BUDGET >> 20
            );
            return (found, Some(why));
        }
        // What cannot be read, or is not what its name says, names no package.
        let (mut packages, read) = packages(host, path).unwrap_or_default();
        spent += LEAST + read;
        if !packages.is_empty() {
            let location = clean_line(&path.to_string_lossy(), 1000);
            for package in &mut packages {
                package.location = Some(location.clone());
            }
            found.push(Described {
                path: path.to_owned(),
                packages,
            });
        }
    }
    (found, None)
}

/// The packages that a file names, by what its own name says it is, and how much of it was read.
fn packages(host: &Host, path: &Path) -> Result<(Vec<Package>, u64), ReadError> {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let (package, read) = if name == b"package.json" {
        let json = host.read_up_to(path, node::LIMIT)?;
        (node::parse(&json), json.len())
    } else if name.ends_with(b".gemspec") {
        let text = host.read_start(path, ruby::LIMIT)?;
        let name = String::from_utf8_lossy(name);
        (
            ruby::parse(&name, &String::from_utf8_lossy(&text)),
            text.len(),
        )
    } else if matches!(name, b"METADATA" | b"PKG-INFO") || name.ends_with(b".egg-info") {
        let text = host.read_start(path, python::LIMIT)?;
        (python::parse(&String::from_utf8_lossy(&text)), text.len())
    } else {
        return Ok(go::packages(&host.open(path)?));
    };
    Ok((package.into_iter().collect(), read as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn what_is_not_what_its_name_says_is_passed_over() {
        let mut tree = Tree::new();
        tree.file("/a/package.json", "no JSON")
            .file("/b/METADATA", [0xff; 100])
            .file("/c/program", [0; 100])
            .dir("/d/PKG-INFO")
            .file("/e/x-1.0.gemspec", "");
        let files = [
            "/a/package.json",
            "/b/METADATA",
            "/c/program",
            "/d/PKG-INFO",
            "/e/x-1.0.gemspec",
        ];
        let (described, trouble) = read(&tree.host(), files.into_iter().map(Path::new));
        assert_eq!(trouble, None);
        assert_eq!(described.len(), 1);
        let package = &described[0].packages[0];
        assert_eq!(package.location.as_deref(), Some("/e/x-1.0.gemspec"));
    }
}
