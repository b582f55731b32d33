//! The part of a difference that is about known vulnerabilities: a line a source package.

use std::collections::BTreeMap;

use anstyle::Style;

use crate::render::page::{Page, pad};
use crate::{Vulnerability, clean_line};

use super::super::Vulnerabilities;
use super::{DIM, GREEN, INDENT, RED, YELLOW, others};

/// How many ids of one package are named.
const NAMED: usize = 5;

pub(super) fn write(page: &mut Page, diff: &Vulnerabilities) {
    page.heading("Known vulnerabilities");
    let missing = match (diff.old_looked, diff.new_looked) {
        (true, true) => None,
        (false, true) => Some("not looked for by the old scan: all may be old"),
        (true, false) => Some("not looked for by the new scan: none counts as fixed"),
        (false, false) => Some("not looked for by either scan"),
    };
    if let Some(missing) = missing {
        page.paragraph("  ", YELLOW, missing);
    }
    if !(diff.old_looked || diff.new_looked) {
        return;
    }
    let summary = format!(
        "{} new, {} fixed, {} unchanged{}",
        diff.new.len(),
        diff.fixed.len(),
        diff.unchanged.len(),
        others(diff.unseen.len(), diff.returned.len(), diff.waived.len()),
    );
    page.paragraph("  ", Style::new(), &summary);
    let new = |newly_known: bool, newly_looked_at: bool| {
        diff.new
            .iter()
            .filter(move |one| {
                one.newly_known == newly_known && one.newly_looked_at.is_some() == newly_looked_at
            })
            .map(|one| &one.vulnerability)
    };
    lines(page, "+", RED, "", new(false, false));
    lines(
        page,
        "+",
        YELLOW,
        "newly known of a package that is the same",
        new(true, false),
    );
    lines(
        page,
        "+",
        YELLOW,
        "newly looked at, may be old",
        new(false, true),
    );
    lines(page, "-", GREEN, "", &diff.fixed);
    let mut unseen: BTreeMap<&str, Vec<&Vulnerability>> = BTreeMap::new();
    for one in &diff.unseen {
        unseen.entry(&one.why).or_default().push(&one.vulnerability);
    }
    for (why, all) in unseen {
        lines(page, "?", YELLOW, why, all);
    }
    lines(
        page,
        "!",
        YELLOW,
        "waived before, and no longer",
        &diff.returned,
    );
}

/// A line for each source package, worst first, with a note.
fn lines<'a>(
    page: &mut Page,
    sign: &str,
    style: Style,
    note: &str,
    all: impl IntoIterator<Item = &'a Vulnerability>,
) {
    let mut sources: Vec<(&str, Vec<&Vulnerability>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for one in all {
        let source = one.source.as_deref().unwrap_or(&one.package);
        let place = *places.entry(source).or_insert(sources.len());
        match sources.get_mut(place) {
            Some((_, all)) => all.push(one),
            None => sources.push((source, vec![one])),
        }
    }
    for (source, all) in sources {
        let Some(worst) = all.iter().map(|one| one.severity).min() else {
            continue;
        };
        let word = page.paint(style, &format!("{sign} {}", pad(worst.as_str(), 8)));
        let line = format!("{}: {}", clean_line(source, 80), ids(&all));
        page.paragraph(&format!("  {word} "), Style::new(), &line);
        if !note.is_empty() {
            page.paragraph(INDENT, DIM, &clean_line(note, 200));
        }
    }
}

/// The ids, each once, in the order of the list.
fn ids(all: &[&Vulnerability]) -> String {
    let mut ids: Vec<String> = Vec::new();
    for one in all {
        let id = clean_line(&one.id, 40);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let named = ids.iter().take(NAMED).map(String::as_str);
    let mut text = named.collect::<Vec<_>>().join(", ");
    if ids.len() > NAMED {
        text.push_str(&format!(" and {} more", ids.len() - NAMED));
    }
    text
}
