//! A [`Diff`] as a person reads it.

mod vulnerabilities;

use anstyle::{AnsiColor, Color, Style};
use jiff::tz::TimeZone;

use crate::render::page::{Page, pad};
use crate::render::words::waiver;
use crate::{Finding, Status, clean_line};

use super::{Diff, ScoreMove, Side};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Red)));
const YELLOW: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Yellow)));
const GREEN: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Green)));

/// Writes a diff for a terminal of `width` columns.
#[must_use]
pub fn text(diff: &Diff, color: bool, width: usize) -> String {
    let mut page = Page::new(color, width);
    page.paragraph("", BOLD, &summary(diff));
    page.paragraph("from ", DIM, &side(&diff.old_scan));
    page.paragraph("to   ", DIM, &side(&diff.new_scan));
    write_score(&mut page, &diff.score);
    if !diff.new.is_empty() {
        page.heading("New");
    }
    for new in &diff.new {
        let style = if new.newly_looked_at.is_some() {
            YELLOW
        } else {
            RED
        };
        write_finding(&mut page, "+", style, &new.finding);
        if let Some(why) = &new.newly_looked_at {
            let line = format!("newly looked at, may be old: {}", clean_line(why, 200));
            page.paragraph(INDENT, DIM, &line);
        }
    }
    if !diff.fixed.is_empty() {
        page.heading("Fixed");
    }
    for fixed in &diff.fixed {
        write_finding(&mut page, "-", GREEN, fixed);
    }
    if !diff.unseen.is_empty() {
        page.heading("Not looked at this time, so neither fixed nor there");
    }
    for unseen in &diff.unseen {
        write_finding(&mut page, "?", YELLOW, &unseen.finding);
        page.paragraph(INDENT, DIM, &clean_line(&unseen.why, 200));
    }
    if !diff.returned.is_empty() {
        page.heading("Back: waived before, and no longer");
    }
    for returned in &diff.returned {
        write_finding(&mut page, "!", YELLOW, returned);
        if let Some(over) = &returned.waiver {
            page.paragraph(INDENT, DIM, &waiver(over));
        }
    }
    vulnerabilities::write(&mut page, &diff.vulnerabilities);
    page.into_text()
}

/// As far as the titles are indented.
const INDENT: &str = "             ";

fn summary(diff: &Diff) -> String {
    format!(
        "{} new, {} fixed, {} unchanged{}",
        diff.new.len(),
        diff.fixed.len(),
        diff.unchanged.len(),
        others(diff.unseen.len(), diff.returned.len(), diff.waived.len()),
    )
}

/// What is mostly zero, where it is not.
fn others(unseen: usize, returned: usize, waived: usize) -> String {
    [
        (unseen, "not looked at"),
        (returned, "back"),
        (waived, "waived"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!(", {number} {word}"))
    .collect()
}

/// Which scan it is, and, if it was not complete, that.
fn side(side: &Side) -> String {
    let name = side.ami.as_ref().or(side.hostname.as_ref());
    let name = name.map_or_else(|| "this machine".to_owned(), |name| clean_line(name, 80));
    let finished = side.finished.to_zoned(TimeZone::UTC);
    let status = match side.status {
        Status::Complete => String::new(),
        Status::Partial | Status::Failed => format!(", {}", side.status),
    };
    format!(
        "{name}, {} UTC{status}",
        finished.strftime("%Y-%m-%d %H:%M")
    )
}

fn write_score(page: &mut Page, score: &ScoreMove) {
    let word =
        |index: Option<u8>| index.map_or_else(|| "none".to_owned(), |index| index.to_string());
    let moved = match (score.old, score.new) {
        (Some(old), Some(new)) if score.reasons.is_empty() => {
            let by = i16::from(new) - i16::from(old);
            let style = match by {
                ..0 => RED,
                0 => DIM,
                1.. => GREEN,
            };
            let by = if by == 0 {
                " (unchanged)".to_owned()
            } else {
                format!(" ({by:+})")
            };
            page.paint(style, &by)
        }
        _ => String::new(),
    };
    let line = format!(
        "Hardening index {} → {}{moved}",
        word(score.old),
        word(score.new)
    );
    page.line(&line);
    if !score.reasons.is_empty() {
        let reasons: Vec<String> = score
            .reasons
            .iter()
            .map(|one| clean_line(one, 200))
            .collect();
        let line = format!("not comparable: {}", reasons.join("; "));
        page.paragraph("  ", YELLOW, &line);
    }
}

fn write_finding(page: &mut Page, sign: &str, style: Style, finding: &Finding) {
    let word = page.paint(
        style,
        &format!("{sign} {}", pad(finding.severity.as_str(), 8)),
    );
    let mut line = format!(
        "{}  [{}]",
        clean_line(&finding.title, 200),
        clean_line(&finding.id, 40)
    );
    if !finding.subject.is_empty() {
        line.push_str(&format!("  {}", clean_line(&finding.subject, 200)));
    }
    page.paragraph(&format!("  {word} "), Style::new(), &line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diff, sample};

    #[test]
    fn two_scans_that_differ() {
        let mut old = sample::typical();
        old.findings.truncate(6);
        let mut new = sample::partial();
        let gone = &old.findings[0].id;
        let checks = new.engines.iter_mut().flat_map(|run| &mut run.checks);
        for check in checks.filter(|check| check.id == *gone) {
            check.outcome = crate::CheckOutcome::Unknown("it was not root".to_owned());
        }
        new.findings = old.findings.split_off(2);
        new.findings.truncate(3);
        old.findings.extend(new.findings.first().cloned());
        old.findings
            .extend(sample::typical().findings.last().cloned());
        insta::assert_snapshot!(text(&diff::diff(&old, &new), false, 80));
    }

    #[test]
    fn vulnerabilities_and_waivers_that_differ() {
        let mut old = sample::vulnerable();
        let mut new = old.clone();
        old.vulnerabilities
            .retain(|one| !["sudo", "vim-tiny"].contains(&&*one.package));
        for package in old.packages.iter_mut().filter(|one| one.name == "sudo") {
            package.version = "1.9.13p3-1+deb12u1".to_owned();
        }
        new.vulnerabilities
            .retain(|one| one.source.as_deref() != Some("glibc"));
        for waiver in new
            .findings
            .iter_mut()
            .filter_map(|one| one.waiver.as_mut())
        {
            waiver.expired |= waiver.reason.starts_with("The key");
        }
        for package in new
            .packages
            .iter_mut()
            .filter(|one| one.name.starts_with("libc"))
        {
            package.version = "2.36-9+deb12u14".to_owned();
        }
        new.advisories = None;
        let unseen = text(&diff::diff(&old, &new), false, 80);
        assert!(
            unseen.contains("not looked for by the new scan"),
            "{unseen}"
        );
        new.advisories.clone_from(&old.advisories);
        if let Some(advisories) = &mut new.advisories {
            advisories.feeds.clear();
        }
        insta::assert_snapshot!(text(&diff::diff(&old, &new), false, 100));
        let looked = text(&diff::diff(&sample::typical(), &new), false, 80);
        assert!(
            looked.contains("not looked for by the old scan"),
            "{looked}"
        );
    }

    #[test]
    fn a_scan_and_itself() {
        let report = sample::typical();
        insta::assert_snapshot!(text(&diff::diff(&report, &report), false, 80));
    }

    #[test]
    fn a_hostile_report_moves_no_cursor() {
        let text = text(
            &diff::diff(&sample::typical(), &sample::hostile()),
            false,
            60,
        );
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        assert!(
            text.lines()
                .all(|line| textwrap::core::display_width(line) <= 60)
        );
    }
}
