//! The summary that a person reads in a terminal after a scan.

mod coverage;
mod findings;
mod header;
mod score;
mod vulnerabilities;

use anstyle::{AnsiColor, Color, Style};

use crate::{Report, Severity, clean_line};

use super::page::Page;

/// How the summary is to look.
#[derive(Debug, Clone, Copy)]
pub struct TextStyle<'a> {
    /// Whether colours may be used.
    pub color: bool,
    /// How many columns the terminal has; 40 to 100 of them are used.
    pub width: usize,
    /// Whether to show all findings and all checks that could not look, instead of the worst and
    /// the first.
    pub verbose: bool,
    /// What was written: a label and a path each.
    pub files: &'a [(String, String)],
}

/// Writes the summary.
#[must_use]
pub fn text(report: &Report, style: &TextStyle<'_>) -> String {
    let mut page = Page::new(style.color, style.width);
    header::write(&mut page, report);
    score::write(&mut page, report);
    findings::write_counts(&mut page, report);
    findings::write_worst(&mut page, report, style.verbose);
    vulnerabilities::write(&mut page, report, style.verbose);
    coverage::write(&mut page, report, style.verbose);
    if !style.files.is_empty() {
        page.heading("Files");
        let widest = style.files.iter().map(|(label, _)| label.len()).max();
        for (label, path) in style.files {
            let lead = format!("  {} ", super::page::pad(label, widest.unwrap_or(0)));
            page.paragraph(&lead, Style::new(), &short(path));
        }
    }
    if let Some(id) = findings::worth_explaining(report) {
        page.gap();
        let hint = format!("More on a finding: hardtarget-agent explain {id}");
        page.paragraph("", DIM, &hint);
    }
    page.into_text()
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const WARNING: Style = foreground(AnsiColor::Yellow);
const BAD: Style = foreground(AnsiColor::Red);
const GOOD: Style = foreground(AnsiColor::Green);

const fn foreground(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(color)))
}

/// The colour of a severity: as a block, or as text.
const fn severity_style(severity: Severity, block: bool) -> Style {
    let color = match severity {
        Severity::Critical => AnsiColor::Magenta,
        Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low => AnsiColor::Blue,
        Severity::Info => AnsiColor::Cyan,
    };
    if block {
        Style::new()
            .bold()
            .fg_color(Some(Color::Ansi(AnsiColor::Black)))
            .bg_color(Some(Color::Ansi(color)))
    } else {
        foreground(color).bold()
    }
}

/// An outside string on one line, cleaned and bounded.
fn short(text: &str) -> String {
    clean_line(text, 200)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn plain(report: &Report, width: usize) -> String {
        let files = [
            ("report".to_owned(), "/root/scan/report.html".to_owned()),
            ("raw data".to_owned(), "/root/scan/report.json".to_owned()),
        ];
        text(
            report,
            &TextStyle {
                color: false,
                width,
                verbose: false,
                files: &files,
            },
        )
    }

    #[test]
    fn a_complete_scan_at_100_columns() {
        insta::assert_snapshot!(plain(&sample::vulnerable(), 100));
    }

    #[test]
    fn a_complete_scan_at_60_columns() {
        insta::assert_snapshot!(plain(&sample::typical(), 60));
    }

    #[test]
    fn a_partial_scan() {
        insta::assert_snapshot!(plain(&sample::partial(), 80));
    }

    #[test]
    fn a_failed_scan() {
        insta::assert_snapshot!(plain(&sample::failed(), 80));
    }

    #[test]
    fn a_machine_with_nothing_wrong() {
        insta::assert_snapshot!(plain(&sample::spotless(), 80));
    }

    #[test]
    fn in_colour() {
        let mut report = sample::typical();
        report.findings.truncate(4);
        insta::assert_snapshot!(
            text(
                &report,
                &TextStyle {
                    color: true,
                    width: 80,
                    verbose: true,
                    files: &[],
                },
            )
            .replace('\u{1b}', "ESC")
        );
    }

    #[test]
    fn a_hostile_report_moves_no_cursor_and_keeps_to_the_width() {
        for width in [40, 60, 100] {
            let text = plain(&sample::hostile(), width);
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
            for line in text.lines() {
                assert!(
                    textwrap::core::display_width(line) <= width,
                    "{width}: {line}"
                );
            }
        }
    }

    #[test]
    fn unknown_is_visible() {
        assert!(plain(&sample::typical(), 100).contains("not a pass"));
        assert!(plain(&sample::failed(), 100).contains("no score"));
    }
}
