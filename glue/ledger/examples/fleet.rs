//! Writes made-up fleets: `cargo run --example fleet DIR` writes pages of several sizes;
//! with `--reports` a folder of reports as in the bucket, its page, and a report's page that tells what changed,
//! for the screenshots.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use hardtarget_ledger::fleet::assessment::BySeverity;
use hardtarget_ledger::fleet::html::html;
use hardtarget_ledger::fleet::model::Input;
use hardtarget_ledger::fleet::{folder, sample};
use hardtarget_report::diff::diff;
use hardtarget_report::sample as report_sample;
use hardtarget_report::{Report, Severity, render, v1};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words: Vec<_> = std::env::args_os().skip(1).collect();
    let reports = words.iter().position(|word| word == "--reports");
    let reports = reports.map(|place| words.remove(place)).is_some();
    let dir = words.pop().map(PathBuf::from);
    let dir = dir.ok_or("usage: fleet [--reports] DIR")?;
    fs::create_dir_all(&dir)?;
    if reports {
        return bucket(&dir);
    }
    for (name, fleet) in sample::all() {
        fs::write(dir.join(format!("{name}.html")), html(&fleet, sample::NOW))?;
    }
    Ok(())
}

/// The typical fleet as the bucket has it: reports, the newest with their pages, statuses, and the page.
fn bucket(dir: &Path) -> Result<(), Box<dyn Error>> {
    let (inputs, statuses) = sample::typical();
    let newest: BTreeMap<String, String> = inputs
        .iter()
        .map(|input| (input.family.clone(), input.link.clone()))
        .collect();
    for input in &inputs {
        let report = report_of(input);
        let page = dir.join(&input.link);
        fs::create_dir_all(page.parent().ok_or("no directory")?)?;
        fs::write(page.with_file_name("report.json"), v1::to_json(&report)?)?;
        if newest.get(&input.family) == Some(&input.link) {
            fs::write(&page, render::html::html(&report))?;
        }
    }
    for status in &statuses {
        let at = dir.join("reports").join(&status.family).join(&status.ami);
        fs::create_dir_all(&at)?;
        fs::write(at.join("image.json"), serde_json::to_vec(status)?)?;
    }
    let (old, new) = (report_sample::earlier(), report_sample::vulnerable());
    let changed = render::html::html_with(&new, Some(&diff(&old, &new)));
    fs::write(dir.join("changed.html"), changed)?;
    let found = folder::read(dir, dir, |_| ())?;
    if let Some((path, why)) = found.skipped.first() {
        return Err(format!("{}: {why}", path.display()).into());
    }
    fs::write(dir.join("fleet.html"), html(&found.fleet, sample::NOW))?;
    Ok(())
}

/// A report with the figures of an assessment, as far as the sample has so many findings.
fn report_of(input: &Input) -> Report {
    let assessment = &input.assessment;
    let mut report = report_sample::vulnerable();
    let known = report_sample::many_vulnerabilities(900).vulnerabilities;
    let take = |counts: &BySeverity| {
        let mut left: BTreeMap<_, _> = Severity::ALL.into_iter().zip(*counts).collect();
        move |severity: Severity| match left.get_mut(&severity) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    };
    let mut wanted = take(&assessment.findings);
    report
        .findings
        .retain(|one| one.is_waived() || wanted(one.severity));
    match &assessment.vulnerabilities {
        Some(counts) => {
            let mut wanted = take(counts);
            report.vulnerabilities = known;
            report.vulnerabilities.retain(|one| wanted(one.severity));
        }
        None => {
            report.advisories = None;
            report.vulnerabilities.clear();
        }
    }
    report.target.ami = Some(assessment.ami.clone());
    report.target.hostname = Some(input.family.clone());
    report.scan.started += assessment.finished.duration_since(report.scan.finished);
    report.scan.finished = assessment.finished;
    if assessment.status == "partial" {
        let partial = report_sample::partial();
        report.scan.status = partial.scan.status;
        report.scan.why = partial.scan.why;
        report.engines = partial.engines;
    }
    report.score = report
        .score
        .take()
        .zip(assessment.score)
        .map(|(mut score, index)| {
            score.index = index;
            score.lynis_version.clone_from(&assessment.lynis_version);
            score.max_points = assessment.max_points;
            score.points = assessment
                .max_points
                .map(|most| (most * u32::from(index)).div_ceil(100));
            score
        });
    report.sort();
    report
}
