//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hardtarget_report::EngineId;

/// What `--help` says after the options.
const AFTER_HELP: &str = "\
Examples:
  hardtarget-agent --dry-run                     scan this machine, report in ./hardtarget-report
  hardtarget-agent --dry-run --output /tmp/scan  report somewhere else
  hardtarget-agent --dry-run --format json       the report on stdout, and nothing written
  hardtarget-agent --dry-run --fail-under 70     for pipelines: exit 4 below a score of 70
  hardtarget-agent --dry-run --root /mnt/image   what can be judged on a mounted image
  hardtarget-agent --dry-run --advisories advisories.htadv
                                                 known vulnerabilities too
  hardtarget-agent --upload s3://BUCKET/PREFIX/  scan this machine, report to S3
  hardtarget-agent --upload 's3://BUCKET/scans/{instance-id}/' --power-off --deadline 20m
                                                 on a throwaway instance: scan, upload, power off
  hardtarget-agent render lynis-report.dat --format sarif
  hardtarget-agent diff old/report.json new/report.json

Exit codes:
  0  the scan is complete
  1  something unexpected went wrong, or the report could not be uploaded
  2  the command line is not right
  3  the scan is partial: the report says what is missing and why
  4  the score is below --fail-under, or there is none
  5  nothing could be scanned";

/// Scans one Linux machine or image and writes one structured security report.
///
/// Runs Lynis and its own checks, reads the packages, and writes a report as JSON and HTML. It
/// changes nothing on the machine: its own files live in a private directory that is removed
/// afterwards.
///
/// With --dry-run the report stays here, and no network is used. With --upload it goes to S3: after
/// the scan the agent asks the instance metadata service (version 2) who this instance is, and
/// S3 to take lynis-report.dat, lynis.log.gz, sbom.cdx.json and, last, report.json. Credentials come from the
/// environment (AWS_ACCESS_KEY_ID and so on) or else from the instance's role; nothing in ~/.aws is
/// read. AWS_REGION, AWS_ENDPOINT_URL and AWS_EC2_METADATA_SERVICE_ENDPOINT are respected. How it goes
/// is told on /dev/console, or on stderr where there is none, in lines that begin with "hardtarget: ".
#[derive(Debug, Parser)]
#[command(name = "hardtarget-agent", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// Another thing to do than to scan.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of a scan.
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// The options of a scan.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// Scan and write the report here; upload nothing and power nothing off
    #[arg(long)]
    pub dry_run: bool,
    /// Scan and put the report into this place in S3, e.g. `s3://BUCKET/scans/{instance-id}/`:
    /// `{instance-id}` becomes the id of the EC2 instance
    #[arg(long, value_name = "URL", conflicts_with = "dry_run")]
    pub upload: Option<String>,
    /// After an upload run, however it ended, power this machine off
    #[arg(long, requires = "upload", conflicts_with = "dry_run")]
    pub power_off: bool,
    /// The region of the bucket [default: AWS_REGION, else the instance's own]
    #[arg(
        long,
        value_name = "REGION",
        requires = "upload",
        conflicts_with = "dry_run"
    )]
    pub region: Option<String>,
    /// Upload nothing if this instance was not started from this AMI
    #[arg(
        long,
        value_name = "AMI",
        requires = "upload",
        conflicts_with = "dry_run"
    )]
    pub expect_ami: Option<String>,
    /// Where to write report.json, report.html, sbom.cdx.json, lynis-report.dat and lynis.log.gz
    /// [default: ./hardtarget-report; nothing is written with --format json or --upload]
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// What to print on stdout (an upload run prints nothing there, or the report with `json`)
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ScanFormat,
    /// Scan a mounted image or an unpacked root instead of this machine
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Run only this engine: lynis, native, packages or openscap (may be given several times)
    #[arg(long = "engine", value_name = "NAME")]
    pub engines: Vec<EngineId>,
    /// Leave out a check or a Lynis test by its id (may be given several times)
    #[arg(long, value_name = "ID")]
    pub skip: Vec<String>,
    /// Live with the findings that this TOML file names, each with a reason, an owner and a last day:
    /// they stay in the report and no longer count
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// Run Lynis with its own profile, as it comes (slower; the score is that of plain Lynis)
    #[arg(long)]
    pub stock_lynis: bool,
    /// Use the Lynis in this directory instead of the one inside this program
    #[arg(long, value_name = "DIR")]
    pub lynis: Option<PathBuf>,
    /// Look the packages' known vulnerabilities up in this file, which `hardtarget-advisories` builds
    /// [default: what the machine's package manager knows of pending security updates]
    #[arg(long, value_name = "FILE")]
    pub advisories: Option<PathBuf>,
    /// Scan with OpenSCAP and this data stream (or XCCDF file) instead of the machine's own of SCAP
    /// Security Guide; needs `oscap` on the machine
    #[arg(long, value_name = "DATASTREAM", conflicts_with = "root")]
    pub scap: Option<PathBuf>,
    /// Which of the data stream's profiles to scan with, e.g. `standard` or its full id
    /// [default: the CIS benchmark's level 1 for servers, else the best there is]
    #[arg(long, value_name = "ID", conflicts_with = "root")]
    pub scap_profile: Option<String>,
    /// Have a report by then, complete or not, e.g. `10m`; with --upload, have it in S3 (and the
    /// machine powered off)
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = duration)]
    pub deadline: Duration,
    /// End with exit code 4 if the score is below this
    #[arg(long, value_name = "SCORE", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub fail_under: Option<u8>,
    /// Show every finding and what each engine does
    #[arg(long, short)]
    pub verbose: bool,
    /// Print nothing but errors
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// What a scan prints on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScanFormat {
    /// A summary for people.
    Text,
    /// The report.
    Json,
}

/// What else there is to do than to scan.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn a report.json or any lynis-report.dat into another format
    Render(RenderArgs),
    /// Compare two reports: what is new, what is fixed
    Diff(DiffArgs),
    /// List the native checks
    Checks {
        /// How to print them
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: ChecksFormat,
    },
    /// Show the manual page of a native check
    Explain {
        /// The check's id, e.g. HT-SSH-001
        id: String,
    },
    /// Print the JSON Schema of report.json
    Schema,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff
    Man,
    /// What the supervisor starts
    #[command(hide = true)]
    Worker,
}

/// How `checks` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChecksFormat {
    /// A table for people.
    Text,
    /// An array of objects.
    Json,
    /// The document CHECKS.md.
    Markdown,
}

/// The options of `render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// A report.json or a lynis-report.dat; `-` reads from stdin
    pub file: PathBuf,
    /// What to turn it into
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    pub format: RenderFormat,
    /// The lynis.log (plain or gzipped) that belongs to a lynis-report.dat: gives the points behind the score
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Apply the waivers in this TOML file, as of today, in place of those in the report
    #[arg(long, value_name = "FILE")]
    pub waivers: Option<PathBuf>,
    /// An older report.json or lynis-report.dat: the HTML page tells what changed since
    #[arg(long, value_name = "FILE")]
    pub base: Option<PathBuf>,
    /// Write to this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What `render` can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RenderFormat {
    /// One self-contained page.
    Html,
    /// A summary for the terminal.
    Text,
    /// Our own report, schema v1.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML, for CI servers.
    Junit,
    /// One row a finding, for spreadsheets.
    Csv,
    /// OCSF Compliance Findings, for security lakes.
    Ocsf,
    /// CycloneDX 1.6: the packages as a software bill of materials.
    #[value(name = "cyclonedx")]
    CycloneDx,
}

/// The options of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The older report.json or lynis-report.dat
    pub old: PathBuf,
    /// The newer one
    pub new: PathBuf,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ScanFormat,
}

/// What a deadline may be: less is no scan, more is no deadline.
const DEADLINES: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(10)..=Duration::from_secs(24 * 3600);

/// Reads a duration like `90s`, `15m` or `1h 30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|_| format!("`{text}` is no duration: write for example 90s, 15m or 1h"))?;
    match Duration::try_from(span) {
        Ok(duration) if DEADLINES.contains(&duration) => Ok(duration),
        _ => Err("a deadline is between 10 seconds and 24 hours".to_owned()),
    }
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
    fn durations_are_read_as_people_write_them() {
        assert_eq!(duration("15m"), Ok(Duration::from_secs(900)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5400)));
        assert!(duration("15").is_err());
        assert!(duration("-3m").is_err());
        assert!(duration("1s").is_err());
        assert!(duration("9223372036854775807s").is_err());
    }
}
