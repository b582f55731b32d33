//! Reading a report of either kind: our own JSON or Lynis's report file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use hardtarget_report::{Report, v1};

use crate::engines::lynis::report_from_lynis;

/// The largest report taken: one is about 1 MB, and a parsed one takes many times its size.
const REPORT_LIMIT: u64 = 32 << 20;

/// The largest log taken: Lynis's are some MB.
const LOG_LIMIT: u64 = 128 << 20;

/// Reads a report.json or a lynis-report.dat, the latter with its log if there is one.
pub(super) fn read_report(path: &Path, log: Option<&Path>) -> anyhow::Result<Report> {
    let bytes = read(path, REPORT_LIMIT)?;
    let shown = path.display();
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        if log.is_some() {
            bail!("--log belongs to a lynis-report.dat, and {shown} is a report.json");
        }
        return v1::parse(&bytes).with_context(|| shown.to_string());
    }
    let log = log.map(read_log).transpose()?;
    report_from_lynis(&bytes, log.as_deref()).with_context(|| shown.to_string())
}

/// Reads a file, or stdin for `-`, of at most so many bytes.
pub(super) fn read(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    if path == Path::new("-") {
        return capped(io::stdin().lock(), path, limit);
    }
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        bail!(
            "{} is a directory: name the file in it, such as {}",
            path.display(),
            PathBuf::from(path).join("report.json").display()
        );
    }
    capped(file, path, limit)
}

fn read_log(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = read(path, LOG_LIMIT)?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    #[expect(clippy::disallowed_methods, reason = "capped right below")]
    let decoder = flate2::read::GzDecoder::new(bytes.as_slice());
    capped(decoder, path, LOG_LIMIT)
}

fn capped(reader: impl Read, path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.len() as u64 > limit {
        bail!("{} is longer than {limit} bytes", path.display());
    }
    Ok(bytes)
}
