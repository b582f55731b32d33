//! The command line of `hardtarget-advisories`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

use hardtarget_advisories::release::Release;

const AFTER_HELP: &str = "\
Where feeds are to be had:
  OSV, by ecosystem  https://osv-vulnerabilities.storage.googleapis.com/ECOSYSTEM/all.zip
                     (Debian, Ubuntu, AlmaLinux, Rocky%20Linux, Red%20Hat, SUSE, openSUSE, Alpine, openEuler)
  Amazon Linux 2023  https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list names the
                     repository; its repodata/repomd.xml names updateinfo.xml.gz

Examples:
  hardtarget-advisories build --output advisories.htadv AlmaLinux.zip Debian.zip updateinfo.xml.gz
  hardtarget-advisories build --output alma.htadv --as-of 2026-08-21 almalinux:9=updateinfo.xml.gz
  hardtarget-advisories show advisories.htadv
  hardtarget-advisories lookup advisories.htadv --os debian:12 openssl 3.0.9-1
  hardtarget-advisories match advisories.htadv --os debian:12 hardtarget-report/report.json
  hardtarget-agent --dry-run --advisories advisories.htadv";

/// Turns public vulnerability feeds into one compact file for `hardtarget-agent --advisories`.
#[derive(Debug, Parser)]
#[command(name = "hardtarget-advisories", version, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build a file from feeds
    Build(BuildArgs),
    /// Show what a file holds
    Show {
        /// The file
        file: PathBuf,
    },
    /// Look one package up in a file
    Lookup(LookupArgs),
    /// Hold a list of packages against a file: prints CVE, package and the version that repairs it
    Match(MatchArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The file to write; one that is there is replaced once the new one is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The state that the feeds are of, e.g. when they were downloaded: a date or a time
    /// [default: the newest change in each]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) as_of: Option<Timestamp>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Feeds: a zip or a directory of OSV records, or an updateinfo.xml (also .gz, .xz, .zst). For an
    /// updateinfo.xml that is not Amazon's say which release it is for: almalinux:9=updateinfo.xml.gz
    #[arg(required = true, value_name = "FEED", value_parser = feed)]
    pub(crate) feeds: Vec<FeedArg>,
}

/// A feed, and the release that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FeedArg {
    pub(crate) path: PathBuf,
    pub(crate) release: Option<Release>,
}

#[derive(Debug, Args)]
pub(crate) struct LookupArgs {
    /// The file
    pub(crate) file: PathBuf,
    /// The release, as `show` lists them
    #[arg(long, value_name = "RELEASE")]
    pub(crate) os: Release,
    /// The package's source, where that has another name
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// The module that it is from, as NAME:STREAM
    #[arg(long, value_name = "MODULE")]
    pub(crate) module: Option<String>,
    /// The package
    pub(crate) package: String,
    /// The version that is installed
    pub(crate) version: String,
}

#[derive(Debug, Args)]
pub(crate) struct MatchArgs {
    /// The file
    pub(crate) file: PathBuf,
    /// The release, as `show` lists them
    #[arg(long, value_name = "RELEASE")]
    pub(crate) os: Release,
    /// A report.json of the agent, or a list of objects with name, version and maybe source,
    /// source_version and module
    pub(crate) packages: PathBuf,
}

fn feed(text: &str) -> Result<FeedArg, String> {
    if let Some((release, path)) = text.split_once('=')
        && let Ok(release) = release.parse()
    {
        return Ok(FeedArg {
            path: path.into(),
            release: Some(release),
        });
    }
    Ok(FeedArg {
        path: text.into(),
        release: None,
    })
}

/// A time, or a date at its beginning (UTC).
fn time(text: &str) -> Result<Timestamp, String> {
    let wrong =
        || format!("`{text}` is no time: write for example 2026-08-21 or 2026-08-21T06:00:00Z");
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let date: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let zoned = date
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_err(|_| wrong())?;
    Ok(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_feed_may_say_its_release() {
        let named = feed("almalinux:9=a/b.xml").unwrap();
        assert_eq!(named.path, PathBuf::from("a/b.xml"));
        assert_eq!(named.release.unwrap().as_str(), "almalinux:9");
        assert_eq!(
            feed("odd=name.zip").unwrap().path,
            PathBuf::from("odd=name.zip")
        );
    }

    #[test]
    fn a_date_is_a_time() {
        assert_eq!(
            time("2026-08-21").unwrap().to_string(),
            "2026-08-21T00:00:00Z"
        );
        assert!(time("2026-13-01").is_err());
    }
}
