//! What a look changed.

use super::terminated::terminated;
use super::{Lines, NAME, Place, TITLE, WORST, finding, minute, some};
use crate::change::{Change, ScoreMove, Source, Told, counts};
use crate::links;
use crate::slack::mrkdwn::{code, link, plain};
use crate::target::Target;

/// What a look changed.
#[must_use]
pub fn change(change: &Change, place: Place<'_>) -> String {
    if change.source == Source::Ec2 {
        return terminated(change);
    }
    let mut told: Vec<(&Told, bool)> = change.new.iter().map(|one| (one, false)).collect();
    told.extend(change.returned.iter().map(|one| (one, true)));
    told.sort_by_key(|(one, _)| one.fault.severity);
    let mut lines = Lines {
        left_out: told.len().saturating_sub(WORST),
        more: Some(|count| format!("… and {count} more in the CSV")),
        ..Lines::default()
    };
    lines.head.push(headline(change));
    lines.head.push(what_was_looked_at(change));
    let severities = |list: &[Told]| some(&counts(list.iter().map(|one| &one.fault.severity)));
    // Of what is seen for the first time all that is open is new.
    if !change.new.is_empty() && !change.first {
        let new = severities(&change.new);
        lines.head.push(format!("New: {new}"));
    }
    if !change.returned.is_empty() {
        let returned = severities(&change.returned);
        lines.head.push(format!("Again: {returned}"));
    }
    if !change.fixed.is_empty() {
        let fixed = severities(&change.fixed);
        lines.head.push(format!("Fixed: {fixed}"));
    }
    if !change.waived.is_empty() {
        let waived = severities(&change.waived);
        lines.head.push(format!("Waived: {waived}"));
    }
    if change.snoozed > 0 {
        lines.head.push(format!("Snoozed: {} new", change.snoozed));
    }
    lines.head.push(format!("Open now: {}", some(&change.open)));
    lines.head.extend(change.score.as_ref().and_then(score));
    if !told.is_empty() {
        let is_all = told.len() <= WORST;
        let title = if is_all { "*Which*" } else { "*The worst*" };
        lines.head.push(title.to_owned());
    }
    lines.list = told
        .into_iter()
        .take(WORST)
        .map(|(one, again)| finding(one, if again { " (again)" } else { "" }))
        .collect();
    lines.tail.extend(reports(change, place));
    lines.text()
}

fn headline(change: &Change) -> String {
    let name = plain(change.target.name(), NAME);
    let (new, returned, fixed) = (change.new.len(), change.returned.len(), change.fixed.len());
    let mut parts = Vec::new();
    match (new, returned) {
        _ if change.first => parts.push(format!("seen for the first time, {new} open")),
        (0, 0) => parts.push("nothing new".to_owned()),
        (0, _) => {}
        _ => parts.push(format!("{new} new")),
    }
    if returned > 0 {
        let verb = if returned == 1 { "speaks" } else { "speak" };
        parts.push(format!("{returned} {verb} up again"));
    }
    if fixed > 0 {
        parts.push(format!("{fixed} fixed"));
    }
    format!("*{name}*: {}", parts.join(", "))
}

/// The AMI or instance, who looked, and when.
fn what_was_looked_at(change: &Change) -> String {
    let mut parts = Vec::new();
    if let Some(ami) = &change.ami {
        let name = code(change.ami_name.as_deref().unwrap_or_default(), NAME);
        let ami = format!("AMI {} {name}", code(ami, NAME));
        parts.push(ami.trim_end().to_owned());
    }
    let instance = change.instance.as_deref().or(match &change.target {
        Target::Instance(name) => Some(name.as_str()),
        _ => None,
    });
    if let Some(instance) = instance {
        parts.push(format!("Instance {}", code(instance, NAME)));
    }
    let who = match change.source {
        Source::Report => "assessed",
        Source::Ssm => "told by Systems Manager",
        Source::Inspec => "looked at by InSpec",
        Source::Snooze => "a snooze ended",
        Source::Ec2 => "terminated",
    };
    parts.push(format!("{who} {}", minute(change.at)));
    parts.join(" · ")
}

/// The two scores with an arrow only where they compare.
fn score(score: &ScoreMove) -> Option<String> {
    let reasons = score.reasons.iter().map(|one| plain(one, TITLE));
    let reasons = reasons.collect::<Vec<_>>().join("; ");
    match (score.old, score.new) {
        (Some(old), Some(new)) if reasons.is_empty() && old == new => {
            Some(format!("Score: {new}, as before"))
        }
        (Some(old), Some(new)) if reasons.is_empty() => Some(format!("Score: {old} → {new}")),
        (Some(old), Some(new)) => Some(format!(
            "Score: {new}; the {old} of before does not compare: {reasons}"
        )),
        (None, Some(new)) => Some(format!("Score: {new}")),
        (Some(old), None) => Some(format!("Score: none; it was {old} before")),
        (None, None) => None,
    }
}

fn reports(change: &Change, place: Place<'_>) -> Option<String> {
    let report = change.report.as_deref()?;
    let to = |name: &str, text: &str| {
        let key = links::beside(report, name);
        link(&links::console(place.region, place.bucket, &key), text)
    };
    let mut parts = vec![to("report.html", "Report")];
    // Where there is a diff, the score comes from it.
    let is_compared = |score: &ScoreMove| score.old.is_some() || !score.reasons.is_empty();
    if change.score.as_ref().is_some_and(is_compared) {
        parts.push(to("diff.json", "What changed"));
    }
    let uri = links::s3_uri(place.bucket, &links::beside(report, "report.html"));
    parts.push(code(&uri, 400));
    Some(parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_an_arrow_only_where_they_compare() {
        let of = |old, new, reasons: &[&str]| {
            let reasons = reasons.iter().map(ToString::to_string).collect();
            score(&ScoreMove { old, new, reasons })
        };
        for (old, new, reasons, said) in [
            (Some(67), Some(71), [].as_slice(), Some("Score: 67 → 71")),
            (Some(71), Some(71), &[], Some("Score: 71, as before")),
            (
                Some(67),
                Some(71),
                &["Lynis 3.1.4 against 3.1.7"],
                Some("Score: 71; the 67 of before does not compare: Lynis 3.1.4 against 3.1.7"),
            ),
            (
                Some(67),
                None,
                &["the new scan has no score"],
                Some("Score: none; it was 67 before"),
            ),
            (None, None, &["neither scan has a score"], None),
        ] {
            assert_eq!(of(old, new, reasons).as_deref(), said);
        }
    }
}
