//! What was scanned, when, and whether all of it.

use anstyle::Style;
use jiff::tz::TimeZone;

use crate::{Report, Status, Target};

use super::super::page::Page;
use super::super::words::duration;
use super::{BAD, BOLD, DIM, WARNING, short};

pub(super) fn write(page: &mut Page, report: &Report) {
    let target = &report.target;
    page.paragraph("", BOLD, &name(target));
    for line in [system(target), place(target)] {
        if !line.is_empty() {
            page.paragraph("", Style::new(), &line);
        }
    }
    let scan = &report.scan;
    let started = scan.started.to_zoned(TimeZone::UTC);
    let took = scan.finished.duration_since(scan.started).unsigned_abs();
    let how = match (target.live, target.privileged) {
        (true, true) => "running machine, as root".to_owned(),
        (true, false) => "running machine, not as root".to_owned(),
        (false, _) => format!("unpacked root {}", short(&target.root)),
    };
    let line = format!(
        "scanned {} UTC in {} · {how} · agent {}",
        started.strftime("%Y-%m-%d %H:%M"),
        duration(took),
        short(&scan.agent_version),
    );
    page.paragraph("", DIM, &line);
    let (style, word) = match scan.status {
        Status::Complete => return,
        Status::Partial => (
            WARNING,
            "This scan is partial: what it did not look at is unknown, not clean.",
        ),
        Status::Failed => (BAD, "This scan failed: it says nothing about the machine."),
    };
    page.gap();
    page.paragraph("! ", style.bold(), word);
    for why in &scan.why {
        page.paragraph("  - ", Style::new(), &short(why));
    }
}

/// The host's name, or the best there is.
fn name(target: &Target) -> String {
    let name = [&target.hostname, &target.ami, &target.instance]
        .into_iter()
        .flatten()
        .next();
    short(name.map_or("this machine", |name| name))
}

fn system(target: &Target) -> String {
    let os = target.os.pretty_name.as_ref().or(target.os.id.as_ref());
    let kernel = target.kernel.as_ref();
    join([
        os.map(|os| short(os)),
        kernel.map(|kernel| format!("kernel {}", short(kernel))),
        target.arch.as_ref().map(|arch| short(arch)),
        target
            .boot
            .virtualization
            .as_ref()
            .map(|on| format!("on {}", short(on))),
    ])
}

fn place(target: &Target) -> String {
    join([
        target.ami.as_ref().map(|ami| short(ami)),
        target.instance.as_ref().map(|instance| short(instance)),
        target.instance_type.as_ref().map(|kind| short(kind)),
        target.region.as_ref().map(|region| short(region)),
    ])
}

fn join<const N: usize>(parts: [Option<String>; N]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}
