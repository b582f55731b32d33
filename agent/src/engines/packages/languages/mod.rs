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
    files: impl Iterator<Item = (&'a Path, u64)>,
) -> (Vec<Described>, Option<String>) {
    let mut found = Vec::new();
    let mut budget = BUDGET;
    for (path, size) in files {
        let kind = Kind::of(path);
        let Some(left) = budget.checked_sub(size.min(kind.limit())) else {
            let why = format!(
                "of the files that name packages of programming languages only {} MiB were read",
                BUDGET >> 20
            );
            return (found, Some(why));
        };
        budget = left;
        // What cannot be read, or is not what its name says, names no package.
        let mut packages = kind.packages(host, path).unwrap_or_default();
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

/// What a file is by its name.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Python,
    Node,
    Ruby,
    Go,
}

impl Kind {
    fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().as_bytes();
        match name {
            b"METADATA" | b"PKG-INFO" => Self::Python,
            b"package.json" => Self::Node,
            _ if name.ends_with(b".egg-info") => Self::Python,
            _ if name.ends_with(b".gemspec") => Self::Ruby,
            _ => Self::Go,
        }
    }

    /// How much of one file is read.
    const fn limit(self) -> u64 {
        match self {
            Self::Python => python::LIMIT,
            Self::Node => node::LIMIT,
            Self::Ruby => ruby::LIMIT,
            Self::Go => go::LIMIT,
        }
    }

    fn packages(self, host: &Host, path: &Path) -> Result<Vec<Package>, ReadError> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(match self {
            Self::Python => python::parse(&text(host.read_start(path, python::LIMIT)?)),
            Self::Node => node::parse(&host.read_up_to(path, node::LIMIT)?),
            Self::Ruby => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                ruby::parse(&name, &text(host.read_start(path, ruby::LIMIT)?))
            }
            Self::Go => return Ok(go::packages(&host.open(path)?)),
        }
        .into_iter()
        .collect())
    }
}
