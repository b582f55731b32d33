//! The findings as CSV, for spreadsheets.
//!
//! RFC 4180: a header, `,`, CRLF, quotes where needed. A row is a finding, a vulnerability, or
//! something that was not looked at (column `kind`: `finding`, `vulnerability`, `coverage`; column `status`:
//! `fail`, `vulnerable`, `unknown`, or `waived` for what somebody lives with), so that a file without rows
//! means a machine without faults. Each cell stands on one line. Besides:
//!
//! - `package`, `package_kind`, `installed`, `fixed`, `fix` (`available`, `none`, `wont-fix`), `advisory`,
//!   `cvss` and `rated` (`vendor`, `cvss`, `unrated`) are those of a vulnerability.
//! - `same_as` has the other engines' tests that a finding is merged with.
//! - `waiver` is `active` or `expired`, and `waiver_reason`, `waiver_owner` and `waiver_expires` are its own.
//!
//! There is no byte order mark: with one, the first column's name would not be `status` to
//! whatever reads UTF-8 as it is, and almost all cells are ASCII. Excel: Data, From Text/CSV.

use crate::{EngineId, Finding, Report, Vulnerability, Waiver, clean_line};

use super::advisories::stale;
use super::coverage::{Unseen, unseen};
use super::pages::page_of;
use super::words::{fix_word, repair};
use super::{RenderError, TEXT};

/// The columns, in order. New ones are only ever added at the end.
pub const COLUMNS: [&str; 28] = [
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
    "kind",
    "package",
    "package_kind",
    "installed",
    "fixed",
    "fix",
    "advisory",
    "cvss",
    "rated",
    "same_as",
    "waiver",
    "waiver_reason",
    "waiver_owner",
    "waiver_expires",
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
    let findings = report.findings.iter().map(finding_row);
    let vulnerabilities = report.vulnerabilities.iter().map(vulnerability_row);
    let unseen = report.engines.iter().flat_map(unseen).map(unseen_row);
    let stale = stale(report).map(|text| {
        unseen_row(Unseen {
            engine: EngineId::Packages,
            check: Some("advisories".to_owned()),
            failed: false,
            text,
        })
    });
    let origin = [
        report.target.ami.clone().unwrap_or_default(),
        report.target.hostname.clone().unwrap_or_default(),
        report.scan.finished.to_string(),
    ];
    for row in findings.chain(vulnerabilities).chain(unseen).chain(stale) {
        let cells = row.first.iter().chain(&origin).chain(&row.last);
        let cells = cells.map(|cell| harmless(cell));
        writer.write_record(cells).map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| RenderError::Csv(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| RenderError::Csv(error.to_string()))
}

/// The cells of a row before those that tell which machine it is about, and after them.
#[derive(Default)]
struct Row {
    first: [String; 11],
    last: [String; 14],
}

fn finding_row(finding: &Finding) -> Row {
    let references: Vec<String> = finding
        .references
        .iter()
        .map(|reference| match &reference.url {
            Some(url) => format!("{} <{url}>", reference.name),
            None => reference.name.clone(),
        })
        .collect();
    let mut row = Row {
        first: [
            status(finding.is_waived(), "fail"),
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
        ],
        last: Default::default(),
    };
    let [kind, .., same_as, _, _, _, _] = &mut row.last;
    *kind = "finding".to_owned();
    *same_as = finding.same_as.join(SEPARATOR);
    row.waived(finding.waiver.as_ref())
}

fn vulnerability_row(one: &Vulnerability) -> Row {
    let Vulnerability {
        id,
        package,
        installed,
        ..
    } = one;
    let advisory = one.advisory.clone().unwrap_or_default();
    let fixed = one.fixed().unwrap_or_default().to_owned();
    let row = Row {
        first: [
            status(one.is_waived(), "vulnerable"),
            one.severity.to_string(),
            "packages".to_owned(),
            id.clone(),
            format!("{package} {installed} has a known vulnerability"),
            package.clone(),
            "packages".to_owned(),
            format!("installed: {installed}"),
            repair(one),
            page_of(id).unwrap_or_else(|| advisory.clone()),
            one.fingerprint(),
        ],
        last: [
            "vulnerability".to_owned(),
            package.clone(),
            one.kind.clone(),
            installed.clone(),
            fixed,
            fix_word(&one.fix).to_owned(),
            advisory,
            one.cvss.clone().unwrap_or_default(),
            one.rated.as_str().to_owned(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
        ],
    };
    row.waived(one.waiver.as_ref())
}

fn unseen_row(unseen: Unseen) -> Row {
    let mut row = Row::default();
    let [status, _, engine, id, title, ..] = &mut row.first;
    *status = "unknown".to_owned();
    *engine = unseen.engine.to_string();
    *id = unseen.check.unwrap_or_default();
    *title = unseen.text;
    let [kind, ..] = &mut row.last;
    *kind = "coverage".to_owned();
    row
}

fn status(waived: bool, otherwise: &str) -> String {
    if waived { "waived" } else { otherwise }.to_owned()
}

impl Row {
    fn waived(mut self, waiver: Option<&Waiver>) -> Self {
        if let Some(waiver) = waiver {
            let [.., state, reason, owner, expires] = &mut self.last;
            *state = if waiver.expired { "expired" } else { "active" }.to_owned();
            reason.clone_from(&waiver.reason);
            owner.clone_from(&waiver.owner);
            *expires = waiver.expires.to_string();
        }
        self
    }
}

/// One cell: on one line, bounded, and no formula. A spreadsheet takes a cell that starts with one
/// of these for a formula, quoted or not; a leading `'` makes it text
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
#[must_use]
pub fn harmless(cell: &str) -> String {
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
        assert_eq!(count("fail") as u64, report.counts().total());
        let known = report.vulnerability_counts().unwrap();
        assert_eq!(count("vulnerable") as u64, known.total());
        assert_eq!(count("waived") as u64, report.waived());
        assert_eq!(count("unknown"), unknown);
    }

    #[test]
    fn the_columns_have_what_they_are_called_by() {
        let rows = rows(&sample::stale());
        let cell = |row: &[String], name: &str| {
            let at = COLUMNS.iter().position(|column| *column == name).unwrap();
            row[at].clone()
        };
        let row = |id: &str, subject: &str| {
            let found = rows.iter().find(|row| row[3] == id && row[5] == subject);
            found.unwrap().clone()
        };
        let openssl = row("CVE-2026-31337", "libssl3");
        for (name, value) in [
            ("kind", "vulnerability"),
            ("package", "libssl3"),
            ("package_kind", "deb"),
            ("installed", "3.0.17-1~deb12u2"),
            ("fixed", "3.0.18-1~deb12u1"),
            ("fix", "available"),
            ("advisory", "DSA-6204-1"),
            ("cvss", "9.8"),
            ("rated", "vendor"),
            ("waiver", ""),
        ] {
            assert_eq!(cell(&openssl, name), value, "{name}");
        }
        let waived = row("CVE-2019-91010", "libc6");
        for (name, value) in [
            ("status", "waived"),
            ("fix", "wont-fix"),
            ("fixed", ""),
            ("waiver", "active"),
            ("waiver_owner", "platform@example.org"),
            ("waiver_expires", "2027-03-31"),
        ] {
            assert_eq!(cell(&waived, name), value, "{name}");
        }
        let over = row("HT-FS-003", "/etc/systemd/system/collector.service");
        assert_eq!(cell(&over, "status"), "fail");
        assert_eq!(cell(&over, "waiver"), "expired");
        let shared = row("HT-SSH-001", "");
        assert_eq!(cell(&shared, "same_as"), "SSH-7412");
        assert_eq!(cell(&shared, "kind"), "finding");
        let old = row("advisories", "");
        assert!(cell(&old, "title").contains("23 days old"));
        assert_eq!(cell(&old, "kind"), "coverage");
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
