//! Packs Lynis into the binary.
//!
//! With `HARDTARGET_LYNIS_DIR` set to a tree that runs (`packaging/lynis.sh` makes one), the tree
//! becomes `lynis.tar.gz` in `OUT_DIR`: entries sorted, owner 0:0, mode 0644, time 0, so that the
//! same tree gives the same bytes on any machine. Without it the file is empty and the agent uses
//! `--lynis` or the system's Lynis.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// What a tree must have to run.
const NEEDED: [&str; 6] = [
    "lynis",
    "include/consts",
    "include/functions",
    "db/tests.db",
    "db/languages/en",
    "default.prf",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=HARDTARGET_LYNIS_DIR");
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("lynis.tar.gz");
    let tree = std::env::var_os("HARDTARGET_LYNIS_DIR").filter(|tree| !tree.is_empty());
    let (archive, version) = match tree {
        Some(tree) => {
            let tree = PathBuf::from(tree);
            println!("cargo::rerun-if-changed={}", tree.display());
            for needed in NEEDED {
                if !tree.join(needed).is_file() {
                    return Err(format!(
                        "HARDTARGET_LYNIS_DIR={} has no {needed}: make a tree with packaging/lynis.sh",
                        tree.display()
                    )
                    .into());
                }
            }
            (pack(&tree)?, version(&tree)?)
        }
        None => (Vec::new(), String::new()),
    };
    let digest: String = Sha256::digest(&archive)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    fs::write(out, archive)?;
    println!("cargo::rustc-env=HARDTARGET_LYNIS_VERSION={version}");
    println!("cargo::rustc-env=HARDTARGET_LYNIS_SHA256={digest}");
    Ok(())
}

fn pack(tree: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut files = Vec::new();
    list(tree, Path::new(""), &mut files)?;
    files.sort();
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for file in files {
        let bytes = fs::read(tree.join(&file))?;
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        tar.append_data(&mut header, &file, bytes.as_slice())?;
    }
    Ok(tar.into_inner()?.finish()?)
}

/// Regular files only; a name that starts with a dot is the fetching script's own.
fn list(tree: &Path, below: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(tree.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        let kind = entry.file_type()?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if kind.is_dir() {
            list(tree, &path, files)?;
        } else if kind.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn version(tree: &Path) -> Result<String, Box<dyn Error>> {
    let script = String::from_utf8_lossy(&fs::read(tree.join("lynis"))?).into_owned();
    script
        .lines()
        .find_map(|line| line.trim().strip_prefix("PROGRAM_VERSION=\""))
        .and_then(|rest| rest.split('"').next())
        .map(str::to_owned)
        .ok_or_else(|| "the lynis script names no PROGRAM_VERSION".into())
}
