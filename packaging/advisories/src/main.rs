//! `hardtarget-advisories`: builds the file of advisories and shows what is in it.

mod cli;

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tempfile::NamedTempFile;

use cli::{BuildArgs, Cli, Command, LookupArgs};
use hardtarget_advisories::build::Builder;
use hardtarget_advisories::format::{Archive, Directory};
use hardtarget_advisories::matching::{Fix, Installed, match_file};

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Build(args) => build(&args),
        Command::Show { file } => show(&file),
        Command::Lookup(args) => lookup(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when even that cannot be written.
            let _told = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn build(args: &BuildArgs) -> anyhow::Result<()> {
    let mut stderr = io::stderr();
    let mut builder = Builder::default();
    for feed in &args.feeds {
        let bar = bar(args.quiet, &feed.path);
        let added = builder.add(
            &feed.path,
            feed.release.as_ref(),
            args.as_of,
            &mut |done, many| {
                bar.set_length(many as u64);
                bar.set_position(done as u64);
            },
        );
        bar.finish_and_clear();
        let added = added?;
        if !args.quiet {
            let releases: Vec<&str> = added
                .releases
                .iter()
                .map(|release| release.as_str())
                .collect();
            writeln!(
                stderr,
                "{}: {} records for {}",
                feed.path.display(),
                added.records,
                releases.join(", ")
            )?;
            if !added.left_out.is_empty() {
                writeln!(stderr, "  left out: {}", some_of(&added.left_out))?;
            }
        }
    }
    let directory = write(builder, &args.output)
        .with_context(|| format!("{} cannot be written", args.output.display()))?;
    if !args.quiet {
        let bytes = args.output.metadata().map_or(0, |metadata| metadata.len());
        writeln!(
            stderr,
            "{}: {} releases, {}",
            args.output.display(),
            directory.sections.len(),
            indicatif::BinaryBytes(bytes)
        )?;
    }
    Ok(())
}

/// Writes beside the place and moves there: whoever reads meanwhile sees the old file or the new one.
fn write(builder: Builder, path: &Path) -> anyhow::Result<Directory> {
    use std::os::unix::fs::PermissionsExt;
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let file = NamedTempFile::new_in(parent.unwrap_or_else(|| Path::new(".")))?;
    let mut output = BufWriter::new(file);
    let directory = builder.write(now()?, &mut output)?;
    let file = output
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    file.as_file()
        .set_permissions(PermissionsExt::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(directory)
}

/// The time of day, or `SOURCE_DATE_EPOCH`: so that the same feeds can give the same bytes.
#[expect(
    clippy::disallowed_methods,
    reason = "this program has no clock to be given"
)]
fn now() -> anyhow::Result<Timestamp> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => Ok(Timestamp::from_second(
            seconds
                .parse()
                .context("SOURCE_DATE_EPOCH is no number of seconds")?,
        )?),
        Err(_) => Ok(Timestamp::now()),
    }
}

fn bar(quiet: bool, path: &Path) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}");
    let bar = ProgressBar::no_length().with_message(path.display().to_string());
    bar.enable_steady_tick(Duration::from_millis(200));
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn some_of(names: &std::collections::BTreeSet<String>) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

fn open(path: &Path) -> anyhow::Result<Archive<BufReader<File>>> {
    let about = || path.display().to_string();
    let file = File::open(path).with_context(about)?;
    Archive::open(BufReader::new(file)).with_context(about)
}

fn show(path: &Path) -> anyhow::Result<()> {
    let archive = open(path)?;
    let directory = archive.directory();
    let mut output = io::stdout().lock();
    writeln!(output, "built {}", directory.built)?;
    writeln!(
        output,
        "{:<28} {:>9} {:>10} {:>9} {:>10}  feeds",
        "release", "packages", "advisories", "ranges", "bytes"
    )?;
    for section in &directory.sections {
        let feeds: Vec<String> = section
            .feeds
            .iter()
            .map(|feed| {
                let as_of = feed.as_of.map_or_else(
                    || "of unknown age".to_owned(),
                    |time| format!("as of {time}"),
                );
                format!("{} ({} records, {as_of})", feed.name, feed.entries)
            })
            .collect();
        writeln!(
            output,
            "{:<28} {:>9} {:>10} {:>9} {:>10}  {}",
            section.release,
            section.packages,
            section.advisories,
            section.rows,
            section.length,
            feeds.join("; ")
        )?;
    }
    Ok(())
}

fn lookup(args: &LookupArgs) -> anyhow::Result<()> {
    let mut archive = open(&args.file)?;
    let package = Installed {
        name: args.package.clone(),
        version: args.version.clone(),
        source: args.source.clone(),
        source_version: None,
        module: args.module.clone(),
    };
    let found = match_file(&mut archive, std::slice::from_ref(&args.os), &[package])
        .with_context(|| args.file.display().to_string())?;
    let Some(found) = found else {
        bail!(
            "{} knows nothing of {}: whether the package is vulnerable is unknown (`show` lists its releases)",
            args.file.display(),
            args.os
        );
    };
    let mut output = io::stdout().lock();
    if found.matches.is_empty() {
        writeln!(
            output,
            "nothing is known against {} {} of {}",
            args.package, args.version, args.os
        )?;
    }
    for row in found.matches {
        let severity = row
            .severity
            .map_or("unrated", |(severity, _)| severity.as_str());
        let fix = match &row.fix {
            Fix::Available(version) => format!("fixed in {version}"),
            Fix::None => "no fix yet".to_owned(),
            Fix::WontFix => "will not be fixed".to_owned(),
        };
        let cvss = row
            .cvss
            .map_or_else(|| "-".to_owned(), |score| score.to_string());
        let advisory = row.advisory.as_deref().unwrap_or("-");
        writeln!(
            output,
            "{:<18} {severity:<9} {cvss:>4}  {advisory:<20} {fix}",
            row.id
        )?;
    }
    Ok(())
}
