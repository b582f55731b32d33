//! `diff`: what is new and what is fixed between two reports.

use hardtarget_report::diff;

use super::{End, input, terminal};
use crate::cli::{DiffArgs, ScanFormat};

pub(super) fn compare(args: &DiffArgs) -> anyhow::Result<End> {
    let old = input::read_report(&args.old, None)?;
    let new = input::read_report(&args.new, None)?;
    let diff = diff::diff(&old, &new);
    match args.format {
        ScanFormat::Text => {
            terminal::print(&diff::text(
                &diff,
                terminal::wants_colour(),
                terminal::width(),
            ))?;
        }
        ScanFormat::Json => terminal::print_raw(&diff::to_json(&diff)?)?,
    }
    Ok(End::Fine)
}
