//! What each command does: reads its input, calls the pure parts, prints.

mod catalogue;
mod cloud;
mod compare;
mod documents;
mod input;
mod progress;
mod render;
mod scan;
mod terminal;
mod waivers;

use std::ffi::OsString;
use std::io::{self, BufReader};
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::clock::SystemClock;

/// How a command ended; `--help` documents the exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All went well.
    Fine,
    /// The scan is partial.
    Partial,
    /// The score is below `--fail-under`, or there is none.
    Below,
    /// Nothing could be scanned.
    Failed,
    /// This signal stopped it.
    Interrupted(u8),
    /// No report could be delivered; the console says why.
    GaveUp,
}

/// The exit code of something unexpected that went wrong.
const ERROR: u8 = 1;
/// The exit code of a command line that is not right.
const USAGE: u8 = 2;

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(match end {
            End::Fine => 0,
            End::Partial => 3,
            End::Below => 4,
            End::Failed => 5,
            // As shells have it.
            End::Interrupted(signal) => 128u8.saturating_add(signal),
            End::GaveUp => ERROR,
        })
    }
}

/// A mistake on the command line that the definition of the options cannot catch.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// Runs the program with these arguments (the program's name first).
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // --help and --version come as errors too; they belong on stdout and are no failure.
            let _closed = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE));
        }
    };
    match dispatch(cli) {
        Ok(end) => end.into(),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::error(&format!("{error:#}"));
            if error.downcast_ref::<UsageError>().is_some() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::from(ERROR)
            }
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<End> {
    match cli.command {
        None if cli.scan.upload.is_some() => cloud::upload(&cli.scan, &SystemClock),
        None => scan::scan(&cli.scan, &SystemClock),
        Some(Command::Render(args)) => render::render(&args, &SystemClock),
        Some(Command::Diff(args)) => compare::compare(&args),
        Some(Command::Checks { format }) => catalogue::list(format),
        Some(Command::Explain { id }) => catalogue::explain(&id),
        Some(Command::Schema) => documents::schema(),
        Some(Command::Completions { shell }) => documents::completions(shell),
        Some(Command::Man) => documents::man(),
        Some(Command::Worker) => {
            crate::worker::run(BufReader::new(io::stdin()), io::stdout(), &SystemClock)?;
            Ok(End::Fine)
        }
    }
}

/// Whether stdout was closed by its reader (`| head`): no fault of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
