//! The score: a gauge with what it rests on, and where its points were lost.

use maud::{Markup, html};

use super::super::words::{grade, why_no_score};
use super::group::ByTest;
use super::prose::line;
use crate::{Report, Score, ScoredTest};

/// The gauge's arc: three quarters of a circle of radius 50, open below.
const ARC: &str = "M 24.64 95.36 A 50 50 0 1 1 95.36 95.36";
/// How many tests that lost points are shown before the rest is folded.
const SHOWN: usize = 10;

pub(super) fn card(report: &Report) -> Markup {
    html! {
        section.card.score aria-labelledby="score" {
            h2 #score { "Hardening index" }
            @match &report.score {
                Some(score) => (known(score)),
                None => (unknown(&why_no_score(report))),
            }
        }
    }
}

fn known(score: &Score) -> Markup {
    let index = score.index.min(100);
    let word = grade(index);
    html! {
        svg.gauge.{"grade-" (word)} viewBox="0 0 120 106" role="img" aria-label={ "Hardening index " (index) " of 100, " (word) } {
            path.track d=(ARC) pathLength="100" {}
            @if index > 0 { path.fill d=(ARC) pathLength="100" stroke-dasharray={ (index) " 200" } {} }
            text.index x="60" y="70" text-anchor="middle" { (index) }
            text.of x="60" y="86" text-anchor="middle" { "of 100" }
        }
        p.grade { (word) }
        p.points {
            @match (score.points, score.max_points) {
                (Some(points), Some(max)) => { strong { (points) } " of " strong { (max) } " points" },
                _ => "points unknown",
            }
        }
        p.note {
            "Lynis " (line(&score.lynis_version)) br;
            "profile " (line(&score.profile))
            @if let Some(hash) = &score.profile_sha256 {
                " · " code title=(line(hash)) { (line(hash).chars().take(8).collect::<String>()) }
            }
        }
        p.note {
            "Comparable only with a score of the same Lynis, profile and possible points."
        }
    }
}

fn unknown(why: &str) -> Markup {
    html! {
        svg.gauge.none viewBox="0 0 120 106" role="img" aria-label="No score" {
            path.track d=(ARC) pathLength="100" {}
            text.index x="60" y="70" text-anchor="middle" { "–" }
        }
        p.grade { "No score" }
        p.reason { (why) }
    }
}

/// Which tests did not give all their points, most lost first.
fn lost(score: &Score) -> Vec<&ScoredTest> {
    let mut tests: Vec<&ScoredTest> = score
        .tests
        .iter()
        .filter(|test| test.points < test.max_points)
        .collect();
    tests.sort_by_key(|test| (u32::MAX - (test.max_points - test.points), &test.id));
    tests
}

pub(super) fn losses(report: &Report, groups: &ByTest<'_>) -> Markup {
    let Some(score) = &report.score else {
        return html! {};
    };
    let tests = lost(score);
    let sum: u64 = tests
        .iter()
        .map(|test| u64::from(test.max_points - test.points))
        .sum();
    let (first, rest) = tests.split_at(tests.len().min(SHOWN));
    html! {
        @if !tests.is_empty() {
            section #points aria-labelledby="points-title" {
                h2 #points-title { "Where points were lost" }
                p.lead {
                    (sum) " of Lynis's points are missing, in " (tests.len())
                    @if tests.len() == 1 { " test." } @else { " tests." }
                }
                div.card.flush {
                    (table(first, groups))
                    @if !rest.is_empty() {
                        details.more {
                            summary { (rest.len()) " more" }
                            (table(rest, groups))
                        }
                    }
                }
            }
        }
    }
}

fn table(tests: &[&ScoredTest], groups: &ByTest<'_>) -> Markup {
    html! {
        table.losses {
            thead { tr { th scope="col" { "Test" } th scope="col" { "What was found" } th scope="col" { "Points" } th.number scope="col" { "Lost" } } }
            tbody {
                @for test in tests {
                    @let group = groups.get(&test.id);
                    tr {
                        td.id {
                            @match group.and_then(|group| group.anchor) {
                                Some(anchor) => a href={ "#" (anchor) } { (line(&test.id)) },
                                None => (line(&test.id)),
                            }
                        }
                        td.what { @if let Some(group) = group { (line(&group.first.title)) } }
                        td.points { (test.points) " of " (test.max_points) }
                        td.number.lost { "−" (test.max_points - test.points) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_greatest_loss_comes_first_and_whole_tests_not_at_all() {
        let score = sample::typical().score.unwrap();
        let lost = lost(&score);
        assert_eq!(lost.first().unwrap().id, "KRNL-6000");
        assert!(lost.iter().all(|test| test.points < test.max_points));
    }

    #[test]
    fn without_a_score_the_reason_stands_in_its_place() {
        let card = card(&sample::partial()).into_string();
        assert!(card.contains("No score"));
        assert!(card.contains("stopped at its deadline"));
        assert!(!card.contains("of 100"));
    }
}
