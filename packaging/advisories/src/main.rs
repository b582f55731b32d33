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

use cli::{BuildArgs, Cli, Command, LookupArgs, MatchArgs};
use hardtarget_advisories::build::Builder;
use hardtarget_advisories::format::{Archive, Directory};
use hardtarget_advisories::matching::{Fix, Installed, Match, match_file};
use hardtarget_advisories::release::Release;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Build(args) => build(&args),
        Command::Show { file } => show(&file),
        Command::Lookup(args) => lookup(&args),
        Command::Match(args) => match_packages(&args),
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
    let package = Installed {
        name: args.package.clone(),
        version: args.version.clone(),
        source: args.source.clone(),
        source_version: None,
        module: args.module.clone(),
    };
    let found = matches(&args.file, &args.os, &[package])?;
    let mut output = io::stdout().lock();
    if found.is_empty() {
        writeln!(
            output,
            "nothing is known against {} {} of {}",
            args.package, args.version, args.os
        )?;
    }
    for row in found {
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

fn matches(file: &Path, os: &Release, packages: &[Installed]) -> anyhow::Result<Vec<Match>> {
    let found = match_file(&mut open(file)?, std::slice::from_ref(os), packages)
        .with_context(|| file.display().to_string())?;
    match found {
        Some(found) => Ok(found.matches),
        None => bail!(
            "{} knows nothing of {os}: what is vulnerable there is unknown (`show` lists its releases)",
            file.display()
        ),
    }
}

/// A list of packages, or a report with one.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Packages {
    Report { packages: Vec<Package> },
    List(Vec<Package>),
}

#[derive(serde::Deserialize)]
struct Package {
    name: String,
    version: String,
    kind: Option<String>,
    source: Option<String>,
    source_version: Option<String>,
    module: Option<String>,
}

fn match_packages(args: &MatchArgs) -> anyhow::Result<()> {
    let about = || args.packages.display().to_string();
    let input = BufReader::new(File::open(&args.packages).with_context(about)?);
    let list = match serde_json::from_reader(input).with_context(about)? {
        Packages::Report { packages } | Packages::List(packages) => packages,
    };
    let kind = args.os.scheme().kind();
    let packages: Vec<Installed> = list
        .into_iter()
        .filter(|package| package.kind.as_deref().is_none_or(|own| own == kind))
        .map(|package| Installed {
            name: package.name,
            version: package.version,
            source: package.source,
            source_version: package.source_version,
            module: package.module,
        })
        .collect();
    let mut rows: Vec<String> = matches(&args.file, &args.os, &packages)?
        .into_iter()
        .map(|row| {
            let fix = match &row.fix {
                Fix::Available(version) => version,
                Fix::None => "none",
                Fix::WontFix => "wont-fix",
            };
            format!("{} {} {fix}", row.id, row.package)
        })
        .collect();
    rows.sort();
    let mut output = BufWriter::new(io::stdout().lock());
    for row in rows {
        writeln!(output, "{row}")?;
    }
    output.flush()?;
    Ok(())
}
