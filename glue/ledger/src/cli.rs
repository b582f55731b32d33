//! The command line `hardtarget-ledger`.

mod list;
mod output;
mod page;
mod snooze;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;

use crate::app;
use crate::aws::{self, dynamodb::DynamoDb};
use crate::table::TableError;

const AFTER_HELP: &str = "\
Region and credentials are those of AWS's own tools: AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID and
so on, profiles in ~/.aws (keys, roles to assume, web identities), a container's or an instance's
role. For profiles that sign in by SSO, `aws login` or a credential_process, ask the AWS CLI first:
  eval \"$(aws configure export-credentials --format env)\"

Examples:
  export HARDTARGET_LEDGER_TABLE=hardtarget-ledger  the stack's output LedgerTable
  hardtarget-ledger list                            snoozes, also those that are over
  hardtarget-ledger list --open --target 'web*'     what is open in families that begin with web
  hardtarget-ledger snooze --target family:web --finding HT-SSH-001 --until 2027-03-31 \\
      --owner platform@example.org --reason 'Passwords stay until the bastion goes (OPS-1234)'
  hardtarget-ledger unsnooze 3f7a90c2
  aws s3 sync s3://my-reports copy && hardtarget-ledger page copy --output copy/fleet.html

Exit codes:
  0  done
  1  something unexpected went wrong, or AWS refused
  2  the command line is not right
  3  there is no such snooze";

/// The findings ledger: shows what is open, and holds back what nobody wants to hear of for a while.
#[derive(Debug, Parser)]
#[command(name = "hardtarget-ledger", version, after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What there is to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Hold findings back: they stay open and are not told until the day is over; prints the snooze's id
    Snooze(snooze::SnoozeArgs),
    /// End a snooze before its day: what is still open is told again within a day
    Unsnooze(snooze::UnsnoozeArgs),
    /// List the snoozes, or the open findings of the ledger
    List(list::ListArgs),
    /// Write the page of the fleet from a folder of reports; needs no AWS
    #[command(long_about = page::LONG_ABOUT)]
    Page(page::PageArgs),
}

/// Where the ledger is.
#[derive(Debug, Args)]
pub struct TableArgs {
    /// The ledger's DynamoDB table
    #[arg(
        long,
        value_name = "NAME",
        env = "HARDTARGET_LEDGER_TABLE",
        hide_env_values = true,
        value_parser = NonEmptyStringValueParser::new(),
    )]
    table: String,
}

impl TableArgs {
    async fn open(&self) -> DynamoDb {
        DynamoDb::new(&aws::shared().await, &self.table)
    }
}

/// Why a command came to nothing.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The table did not answer.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A snooze until then would hold nothing back.
    #[error("--until {0}: this day is over (UTC)")]
    Over(Date),
    /// What was asked for is not there.
    #[error("there is no snooze {0}: `hardtarget-ledger list` shows those there are")]
    NoSnooze(String),
    /// Somebody else changed it at the same time, again and again.
    #[error("snooze {0} is being changed by somebody else: try again")]
    Busy(String),
    /// A folder of reports could not be read, or has none.
    #[error("{0}: {1}")]
    Folder(std::path::PathBuf, String),
    /// A result could not be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Failure {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Over(_) => ExitCode::from(2),
            Self::NoSnooze(_) => ExitCode::from(3),
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                ExitCode::SUCCESS
            }
            _ => ExitCode::FAILURE,
        }
    }
}

/// Whether AWS could not even be asked, since nothing tells where and as whom.
fn is_about_set_up(failure: &Failure) -> bool {
    let words = failure.to_string();
    ["credentials", "Missing Region", "missing signing region"]
        .iter()
        .any(|one| words.contains(one))
}

/// Runs a command line; the words of it include the program's name.
pub async fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to tell when even that cannot be written.
            let _told = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let now = app::now();
    let done = match &cli.command {
        Command::Snooze(args) => snooze::snooze(&args.table.open().await, args, now).await,
        Command::Unsnooze(args) => snooze::unsnooze(&args.table.open().await, args, now).await,
        Command::List(args) => list::list(&args.table.open().await, args, now).await,
        Command::Page(args) => page::page(args, now),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let code = failure.exit_code();
            if code != ExitCode::SUCCESS {
                output::error(&failure.to_string());
                if is_about_set_up(&failure) {
                    output::note(
                        "`hardtarget-ledger --help` tells where region and credentials are looked for",
                    );
                }
            }
            code
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_reads_well() {
        let mut command = Cli::command().term_width(100);
        command.build();
        insta::assert_snapshot!("help", command.render_long_help());
        for name in ["snooze", "unsnooze", "list", "page"] {
            let sub = command.find_subcommand_mut(name).unwrap();
            insta::assert_snapshot!(format!("help_{name}"), sub.render_long_help());
        }
    }
}
