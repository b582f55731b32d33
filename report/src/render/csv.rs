//! The findings as CSV, for spreadsheets.
//!
//! RFC 4180: a header, `,`, CRLF, quotes where needed. A row is a finding, a vulnerability, or
//! something that was not looked at (column `status`: `fail`, `vulnerable`, `unknown`), so that a
//! file without rows means a machine without faults. Each cell stands on one line.
//!
//! There is no byte order mark: with one, the first column's name would not be `status` to
//! whatever reads UTF-8 as it is, and almost all cells are ASCII. Excel: Data, From Text/CSV.

use crate::{Finding, Report, Vulnerability, clean_line};

use super::coverage::{Unseen, unseen};
use super::{RenderError, TEXT};

/// The columns, in order. New ones are only ever added at the end.
pub const COLUMNS: [&str; 14] = [
    "status",
    "severity",
    "engine",
    "id",
    "title",
    "subject",
    "category",
    "evidence",
    "remediation",
    "references",
    "fingerprint",
    "ami",
    "hostname",
    "finished",
];

/// Between the parts of a cell that holds several.
const SEPARATOR: &str = " | ";

/// Writes the findings, the vulnerabilities and what was not looked at as CSV.
pub fn csv(report: &Report) -> Result<String, RenderError> {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let failed = |error: ::csv::Error| RenderError::Csv(error.to_string());
    writer.write_record(COLUMNS).map_err(failed)?;
    let findings = report.findings.iter().map(finding_cells);
    let vulnerabilities = report.vulnerabilities.iter().map(vulnerability_cells);
    let unseen = report.engines.iter().flat_map(unseen);
    let origin = [
        report.target.ami.clone().unwrap_or_default(),
        report.target.hostname.clone().unwrap_or_default(),
        report.scan.finished.to_string(),
    ];
    for cells in findings
        .chain(vulnerabilities)
        .chain(unseen.map(unseen_cells))
    {
        let row = cells.iter().chain(&origin).map(|cell| harmless(cell));
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| RenderError::Csv(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| RenderError::Csv(error.to_string()))
}

fn finding_cells(finding: &Finding) -> [String; 11] {
    let references: Vec<String> = finding
        .references
        .iter()
        .map(|reference| match &reference.url {
            Some(url) => format!("{} <{url}>", reference.name),
            None => reference.name.clone(),
        })
        .collect();
    [
        "fail".to_owned(),
        finding.severity.to_string(),
        finding.engine.to_string(),
        finding.id.clone(),
        finding.title.clone(),
        finding.subject.clone(),
        finding.category.clone(),
        finding.evidence.join(SEPARATOR),
        finding.remediation.replace('\n', " "),
        references.join(SEPARATOR),
        finding.fingerprint.clone(),
    ]
}

fn vulnerability_cells(vulnerability: &Vulnerability) -> [String; 11] {
    let Vulnerability {
        id,
        package,
        installed,
        severity,
        advisory,
        ..
    } = vulnerability;
    [
        "vulnerable".to_owned(),
        severity.to_string(),
        "packages".to_owned(),
        id.clone(),
        format!("{package} {installed} has a known vulnerability"),
        package.clone(),
        "packages".to_owned(),
        format!("installed: {installed}"),
        vulnerability.fixed().map_or_else(
            || "No version that repairs it is known.".to_owned(),
            |fixed| format!("Update {package} to {fixed} or later."),
        ),
        advisory.clone().unwrap_or_default(),
        vulnerability.fingerprint(),
    ]
}

fn unseen_cells(unseen: Unseen) -> [String; 11] {
    let mut cells: [String; 11] = Default::default();
    let [status, _, engine, id, title, ..] = &mut cells;
    *status = "unknown".to_owned();
    *engine = unseen.engine.to_string();
    *id = unseen.check.unwrap_or_default();
    *title = unseen.text;
    cells
}

/// One cell: on one line, bounded, and no formula. A spreadsheet takes a cell that starts with one
/// of these for a formula, quoted or not; a leading `'` makes it text
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn harmless(cell: &str) -> String {
    let formula = cell.trim_start().starts_with([
        '=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
    ]) || cell.starts_with(['\t', '\r', '\n']);
    let cell = clean_line(cell, TEXT);
    if formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    fn rows(report: &Report) -> Vec<Vec<String>> {
        ::csv::Reader::from_reader(csv(report).unwrap().as_bytes())
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn a_row_for_each_finding_and_vulnerability_and_unknown() {
        let report = sample::vulnerable();
        let unknown = report.engines.iter().flat_map(unseen).count();
        assert!(unknown > 0);
        let rows = rows(&report);
        assert_eq!(
            rows.len(),
            report.findings.len() + report.vulnerabilities.len() + unknown
        );
        let count = |status: &str| rows.iter().filter(|row| row[0] == status).count();
        assert_eq!(count("fail"), report.findings.len());
        assert_eq!(count("vulnerable"), report.vulnerabilities.len());
        assert_eq!(count("unknown"), unknown);
    }

    #[test]
    fn a_failed_scan_is_no_empty_table() {
        let rows = rows(&sample::failed());
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|row| row[0] == "unknown"));
    }

    #[test]
    fn no_cell_of_a_hostile_report_is_a_formula() {
        for row in rows(&sample::hostile()) {
            for cell in row {
                assert!(
                    !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                    "{cell}"
                );
            }
        }
    }

    #[test]
    fn every_line_ends_as_rfc_4180_wants() {
        let text = csv(&sample::hostile()).unwrap();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert!(text.starts_with("status,severity,engine,id,"));
    }

    proptest! {
        #[test]
        fn a_cell_is_never_a_formula(cell in "\\PC{0,3}[=+@\\t\\r\\n -]{0,3}.{0,8}") {
            let cell = harmless(&cell);
            prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']));
            prop_assert!(!cell.contains(['\n', '\r', '\t']));
        }
    }
}
