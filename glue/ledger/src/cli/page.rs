//! `hardtarget-ledger page`: the page of the fleet from a folder of reports.

use std::fs;
use std::io::{IsTerminal as _, Write as _, stderr};
use std::path::{Path, PathBuf};

use clap::Args;
use hardtarget_report::clean_line;
use jiff::Timestamp;

use super::{Failure, output};
use crate::fleet::{folder, html::html};

/// What `page --help` begins with. Each paragraph is one line: clap breaks it.
pub(super) const LONG_ABOUT: &str = "\
Write the page of the fleet from a folder of reports; needs no AWS

Finds every report.json below DIR, at any depth; symbolic links are not followed. What cannot be read is \
named on stderr and left out.

Where reports lie as in the bucket (<family>/<ami>/<finished>/report.json) the path says what they are, and \
image.json beside them tells of AMIs without a report. Other reports are images of their own, by their AMI, \
host name or directory; their family is the host's name without numbers and versions, or the directory's \
where the host has no name of its own (localhost, ip-...).

The page links to the report.html beside a report, or to the report.json if there is none, relative to where \
the page is written.";

#[derive(Debug, Args)]
pub struct PageArgs {
    /// The folder, for example a copy of the bucket
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The page
    #[arg(long, short, value_name = "FILE", default_value = "fleet.html")]
    output: PathBuf,
}

pub(super) fn page(args: &PageArgs, now: Timestamp) -> Result<(), Failure> {
    let parent = args.output.parent().filter(|dir| *dir != Path::new(""));
    let page_dir = parent.unwrap_or_else(|| Path::new("."));
    let terminal = stderr().is_terminal();
    let failed = |why: String| Failure::Folder(args.dir.clone(), why);
    if !page_dir.is_dir() {
        let why = "there is no such directory to write the page into".to_owned();
        return Err(Failure::Folder(page_dir.to_owned(), why));
    }
    let found = folder::read(&args.dir, page_dir, |reports| {
        if terminal && reports % 10 == 0 {
            let _closed = write!(stderr(), "\r{reports} reports");
        }
    });
    if terminal {
        let _closed = write!(stderr(), "\r\x1b[K");
    }
    let found = found.map_err(|error| failed(error.to_string()))?;
    for (path, why) in &found.skipped {
        let path = clean_line(&path.to_string_lossy(), 500);
        output::note(&format!("left out: {path}: {why}"));
    }
    if found.fleet.families.is_empty() {
        return Err(failed(
            "there is no report.json below it that could be read".to_owned(),
        ));
    }
    fs::write(&args.output, html(&found.fleet, now))?;
    output::note(&format!(
        "{}: {}, {}",
        args.output.display(),
        counted(found.fleet.families.len(), "family", "families"),
        counted(found.reports, "report", "reports")
    ));
    Ok(())
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
