//! `render`: a report in another format.

use anyhow::Context as _;
use hardtarget_report::diff::diff;
use hardtarget_report::render::text::TextStyle;
use hardtarget_report::render::{csv, cyclonedx, html, junit, ocsf, sarif, text};
use hardtarget_report::{Report, v1};

use super::{End, input, terminal, waivers};
use crate::cli::{RenderArgs, RenderFormat};
use crate::clock::Clock;

pub(super) fn render(args: &RenderArgs, clock: &dyn Clock) -> anyhow::Result<End> {
    let mut report = input::read_report(&args.file, args.log.as_deref())?;
    let given = args.waivers.as_deref().map(waivers::read).transpose()?;
    if let Some(given) = given {
        let unknown = waivers::apply(&given, &mut report, clock.now());
        waivers::refuse(args.waivers.as_deref(), &unknown)?;
    }
    let base = args.base.as_deref();
    if base.is_some() && args.format != RenderFormat::Html {
        anyhow::bail!("--base goes with --format html; `diff` compares in other formats");
    }
    let base = base
        .map(|base| input::read_report(base, None))
        .transpose()?;
    let changes = base.map(|base| diff(&base, &report));
    let coloured = args.output.is_none() && terminal::wants_colour();
    let rendered = match &changes {
        Some(changes) => html::html_with(&report, Some(changes)),
        None => to_format(&report, args.format, coloured)?,
    };
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
        RenderFormat::CycloneDx => cyclonedx::cyclonedx(report)?,
    })
}
