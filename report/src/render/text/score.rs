//! Lynis's hardening index with a bar, and what it may be compared with; or why there is none.

use anstyle::Style;

use crate::Report;

use super::super::page::Page;
use super::super::words::{grade, why_no_score};
use super::{BAD, BOLD, DIM, GOOD, WARNING, short};

pub(super) fn write(page: &mut Page, report: &Report) {
    page.heading("Hardening index");
    let Some(score) = &report.score else {
        page.paragraph(
            "  ",
            WARNING,
            &format!("no score: {}", why_no_score(report)),
        );
        return;
    };
    let style = match score.index {
        0..50 => BAD,
        50..70 => WARNING,
        70.. => GOOD,
    };
    let word = grade(score.index);
    let columns = page.width().saturating_sub(30).clamp(10, 50);
    let full = columns * usize::from(score.index.min(100)) / 100;
    let line = format!(
        "  {}{}  {} of 100  {}",
        page.paint(style, &"█".repeat(full)),
        page.paint(DIM, &"░".repeat(columns - full)),
        page.paint(style.bold(), &format!("{:>3}", score.index)),
        page.paint(BOLD, word),
    );
    page.line(&line);
    let points = match (score.points, score.max_points) {
        (Some(points), Some(max)) => format!("{points} of {max} points"),
        _ => "points unknown".to_owned(),
    };
    let hash = score.profile_sha256.as_ref();
    let hash = hash.map_or_else(String::new, |hash| {
        format!(" ({})", hash.chars().take(8).collect::<String>())
    });
    let basis = format!(
        "{points} · Lynis {} · profile {}{}",
        short(&score.lynis_version),
        short(&score.profile),
        short(&hash),
    );
    page.paragraph("  ", Style::new(), &basis);
    let compare = "Comparable only with a score of the same Lynis, profile and possible points.";
    page.paragraph("  ", DIM, compare);
}
