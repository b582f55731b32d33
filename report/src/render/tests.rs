//! What holds for every form and any report.

use proptest::prelude::*;
use serde_json::Value;

use super::text::{TextStyle, text};
use super::{csv, junit, ocsf, sarif};
use crate::{Report, sample, strategy};

fn summary(report: &Report, width: usize) -> String {
    let style = TextStyle {
        color: false,
        width,
        verbose: true,
        files: &[],
    };
    text(report, &style)
}

fn all(report: &Report) -> [String; 5] {
    [
        csv::csv(report).unwrap(),
        junit::junit(report).unwrap(),
        ocsf::ocsf(report).unwrap(),
        sarif::sarif(report).unwrap(),
        summary(report, 80),
    ]
}

#[test]
fn colour_changes_nothing_but_colour() {
    for report in [sample::typical(), sample::partial(), sample::hostile()] {
        let style = TextStyle {
            color: true,
            width: 70,
            verbose: true,
            files: &[],
        };
        let painted = text(&report, &style);
        let stripped: String = painted
            .split('\u{1b}')
            .enumerate()
            .map(|(number, piece)| match (number, piece.split_once('m')) {
                (1.., Some((_, rest))) => rest,
                _ => piece,
            })
            .collect();
        // The blocks of the counts end in a blank that only shows where it is painted.
        let lines = stripped.lines().map(str::trim_end);
        assert!(lines.eq(summary(&report, 70).lines()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_form_of_any_report_can_be_read(report in strategy::report()) {
        let [csv, junit, ocsf, sarif, _] = all(&report);
        let rows = ::csv::Reader::from_reader(csv.as_bytes()).into_records();
        prop_assert!(rows.filter(Result::is_ok).count() >= report.findings.len());
        let cases = quick_junit::Report::deserialize_from_str(&junit).unwrap().tests;
        let checks: usize = report.engines.iter().map(|run| run.checks.len()).sum();
        prop_assert!(cases >= checks);
        prop_assert!(serde_json::from_str::<Value>(&ocsf).unwrap().is_array());
        prop_assert!(serde_json::from_str::<Value>(&sarif).unwrap()["runs"].is_array());
    }

    #[test]
    fn the_order_in_which_a_report_was_made_does_not_show(report in strategy::report()) {
        let mut turned = report.clone();
        turned.findings.reverse();
        turned.engines.reverse();
        turned.packages.reverse();
        turned.vulnerabilities.reverse();
        for run in &mut turned.engines {
            run.checks.reverse();
        }
        turned.sort();
        prop_assert_eq!(all(&turned), all(&report));
    }

    #[test]
    fn no_summary_moves_the_cursor_or_is_too_wide(report in strategy::report(), width in 40_usize..130) {
        let text = summary(&report, width);
        prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        for line in text.lines() {
            prop_assert!(textwrap::core::display_width(line) <= width, "{}", line);
        }
    }
}
