//! `render`: a report in another format.

use anyhow::Context as _;
use hardtarget_report::render::text::TextStyle;
use hardtarget_report::render::{csv, html, junit, ocsf, sarif, text};
use hardtarget_report::{Report, v1};

use super::{End, input, terminal};
use crate::cli::{RenderArgs, RenderFormat};

pub(super) fn render(args: &RenderArgs) -> anyhow::Result<End> {
    let report = input::read_report(&args.file, args.log.as_deref())?;
    let coloured = args.output.is_none() && terminal::wants_colour();
    let rendered = to_format(&report, args.format, coloured)?;
    match &args.output {
        Some(path) => std::fs::write(path, rendered)
            .with_context(|| format!("{} cannot be written", path.display()))?,
        None if args.format == RenderFormat::Text => terminal::print(&rendered)?,
        None => terminal::print_raw(&rendered)?,
    }
    Ok(End::Fine)
}

fn to_format(report: &Report, format: RenderFormat, color: bool) -> anyhow::Result<String> {
    Ok(match format {
        RenderFormat::Html => html::html(report),
        RenderFormat::Text => text::text(
            report,
            &TextStyle {
                color,
                width: terminal::width(),
                verbose: true,
                files: &[],
            },
        ),
        RenderFormat::Json => v1::to_json(report)?,
        RenderFormat::Sarif => sarif::sarif(report)?,
        RenderFormat::Junit => junit::junit(report)?,
        RenderFormat::Csv => csv::csv(report)?,
        RenderFormat::Ocsf => ocsf::ocsf(report)?,
    })
}
