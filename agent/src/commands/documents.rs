//! `schema`, `completions` and `man`: documents that the program makes of itself.

use clap::CommandFactory as _;

use super::{End, terminal};
use crate::cli::Cli;

pub(super) fn schema() -> anyhow::Result<End> {
    terminal::print_raw(hardtarget_report::v1::SCHEMA)?;
    Ok(End::Fine)
}

pub(super) fn completions(shell: clap_complete::Shell) -> anyhow::Result<End> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    clap_complete::generate(shell, &mut command, "hardtarget-agent", &mut script);
    terminal::print_raw(&String::from_utf8_lossy(&script))?;
    Ok(End::Fine)
}

pub(super) fn man() -> anyhow::Result<End> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    terminal::print_raw(&String::from_utf8_lossy(&page))?;
    Ok(End::Fine)
}
