use proptest::prelude::*;

use super::*;
use crate::diff::diff;
use crate::{sample, strategy};

/// The markup after the page's own style and script.
fn body(report: &Report) -> String {
    let page = html(report);
    let (_, body) = page.split_once("<body>").unwrap();
    body.to_owned()
}

/// The tags of a page, without what stands in their attributes.
fn tags(markup: &str) -> Vec<&str> {
    markup
        .split('<')
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"/!".contains(c));
            rest.split_at(end.unwrap_or(rest.len())).0
        })
        .collect()
}

#[test]
fn hostile_text_makes_no_element_that_the_page_does_not_have() {
    for report in [sample::hostile(), sample::typical()] {
        let page = html(&report);
        let all = tags(&body(&report)).join(" ");
        for tag in [
            "script", "style", "iframe", "img", "/script", "/style", "textarea", "template",
        ] {
            assert!(!all.split(' ').any(|found| found == tag), "<{tag}>");
        }
        assert_eq!(page.matches("<script>").count(), 1);
        assert_eq!(page.matches("</style>").count(), 1);
        assert!(!page.contains("href=\"javascript:"));
        assert!(!page.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
        assert!(!page.contains(['\u{202E}', '\u{2066}', '\u{200B}']));
    }
}

#[test]
fn what_changed_is_told_with_links_to_what_is_there() {
    let (old, new) = (sample::earlier(), sample::vulnerable());
    let changes = diff(&old, &new);
    let anchors = groups(&new.findings);
    let anchors = anchors.iter().filter_map(|one| one.anchor);
    let anchors = anchors.map(str::to_owned).collect();
    let section = changes::section(&changes, &anchors).into_string();
    insta::assert_snapshot!(section.replace("><", ">\n<"));
    let totals = changes.totals();
    assert!(section.contains(&format!(
        "<li class=\"new\"><strong>{}</strong> new",
        totals.new
    )));
    assert!(section.contains(&format!("<strong>{}</strong> fixed", totals.fixed)));
    assert!(!body(&new).contains("What changed"));
}

#[test]
fn a_comparison_with_a_hostile_report_makes_no_element_either() {
    for (old, new) in [
        (sample::hostile(), sample::typical()),
        (sample::typical(), sample::hostile()),
    ] {
        let page = html_with(&new, Some(&diff(&old, &new)));
        assert_eq!(page.matches("<script>").count(), 1);
        assert!(!page.contains("<img") && !page.contains("<iframe"));
        assert!(!page.contains(['\u{202E}', '\u{2066}', '\u{200B}']));
    }
}

#[test]
fn nothing_changed_is_said_and_a_score_that_does_not_compare_too() {
    let old = sample::typical();
    let page = html_with(&old, Some(&diff(&old, &old)));
    assert!(page.contains("Nothing came and nothing went: all 106 faults"));
    assert!(page.contains("(unchanged)"));
    let mut new = old.clone();
    new.score.as_mut().unwrap().lynis_version = "3.1.7".to_owned();
    let page = html_with(&new, Some(&diff(&old, &new)));
    assert!(page.contains("which do not compare: Lynis 3.1.4 against 3.1.7"));
}

#[test]
fn text_that_is_far_too_long_is_cut() {
    assert!(html(&sample::hostile()).len() < 1_500_000);
}

#[test]
fn no_style_stands_at_an_element_and_neither_style_nor_script_ends_early() {
    assert!(!html(&sample::typical()).contains(" style=\""));
    assert!(!CSS.contains("</") && !JS.contains("</"));
}

#[test]
fn an_unknown_check_is_never_a_pass() {
    let page = body(&sample::typical());
    assert!(page.contains("could not look."));
    assert!(page.contains("That is not a pass"));
    assert!(page.contains("/sys/kernel/security/lockdown is not mounted"));
}

#[test]
fn a_scan_that_failed_does_not_read_as_clean() {
    let page = body(&sample::failed());
    assert!(page.contains("it says nothing about the machine"));
    assert!(page.contains("No score"));
    assert!(page.contains("Nothing was looked at"));
}

#[test]
fn the_page_of_one_finding() {
    let mut report = sample::typical();
    report
        .findings
        .retain(|finding| finding.id == "HT-SUDO-001");
    let groups = groups(&report.findings);
    let section = findings::section(&report, &groups).into_string();
    insta::assert_snapshot!(section.replace('>', ">\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn elements_close_in_order_in_the_page_of_any_report(report in strategy::report()) {
        let markup = body(&report);
        let mut open: Vec<&str> = vec!["body"];
        for tag in tags(&markup) {
            match tag.strip_prefix('/') {
                Some("html") => {}
                Some(tag) => prop_assert_eq!(open.pop(), Some(tag)),
                None if matches!(tag, "br" | "input") => {}
                None => open.push(tag),
            }
        }
        prop_assert!(open.is_empty());
    }
}
