//! What an AMI's tags say of its assessment: pure.

use hardtarget_report::Severity::{Critical, High, Low, Medium};
use hardtarget_report::diff::Totals;
use hardtarget_report::{EngineId, Report, Status};
use jiff::Timestamp;

use crate::inventory::Tags;
use crate::reason::{cleaned, tag_value};

/// The longest version that goes on a tag.
const LONGEST_VERSION: usize = 40;

/// What is known of an assessment besides its report.
#[derive(Debug, Clone, Copy)]
pub struct Assessed<'a> {
    /// The version of the agent that was launched; what a report says of it is not to be trusted.
    pub agent_version: &'a str,
    /// When it ended, by our own clock.
    pub at: Timestamp,
}

/// All tags that this module may set, without their prefix. What is not set is stale.
const KEYS: [&str; 17] = [
    "status",
    "reason",
    "score",
    "findings-critical",
    "findings-high",
    "findings-medium",
    "findings-low",
    "vulnerabilities-critical",
    "vulnerabilities-high",
    "vulnerabilities-medium",
    "vulnerabilities-low",
    "new-findings",
    "fixed-findings",
    "report",
    "assessed-at",
    "lynis-version",
    "agent-version",
];

/// The tags of an AMI by its report, which is published at `uri`. A scan that failed gets no numbers:
/// no findings of nothing looked at must not read as a clean image. Nor do vulnerabilities where none
/// were looked for. What is waived does not count. What came and went has tags where there was a report to
/// compare with: without one they are absent, and not 0.
#[must_use]
pub fn tags_for(
    report: &Report,
    moved: Option<Totals>,
    uri: &str,
    assessed: Assessed<'_>,
    prefix: &str,
) -> Tags {
    let status = match report.scan.status {
        Status::Complete => "assessed",
        Status::Partial => "partial",
        Status::Failed => "failed",
    };
    let mut tags = vec![("status".to_owned(), status.to_owned())];
    let mut tag = |key: &str, value: String| tags.push((key.to_owned(), value));
    if report.scan.status != Status::Complete {
        tag("reason", tag_value(&report.scan.why.join(" / ")));
    }
    if report.scan.status != Status::Failed {
        let score = report.score.as_ref();
        if let Some(score) = score {
            tag("score", score.index.to_string());
        }
        for (what, counts) in [
            ("findings", Some(report.counts())),
            ("vulnerabilities", report.vulnerability_counts()),
        ] {
            let Some(counts) = counts else { continue };
            for severity in [Critical, High, Medium, Low] {
                let count = counts.get(severity).to_string();
                tag(&format!("{what}-{severity}"), count);
            }
        }
        let lynis = report
            .engines
            .iter()
            .find(|run| run.engine == EngineId::Lynis);
        let lynis = lynis.and_then(|run| run.version.as_deref());
        let lynis = score.map_or(lynis, |score| Some(&score.lynis_version));
        if let Some(version) = lynis {
            tag("lynis-version", cleaned(version, LONGEST_VERSION));
        }
    }
    if let Some(Totals { new, fixed }) = moved {
        tag("new-findings", new.to_string());
        tag("fixed-findings", fixed.to_string());
    }
    tag("report", uri.to_owned());
    with_assessment(tags, assessed, prefix)
}

/// The tags of an AMI that there is no report of.
#[must_use]
pub fn tags_without_report(reason: &str, assessed: Assessed<'_>, prefix: &str) -> Tags {
    let tags = vec![
        ("status".to_owned(), "failed".to_owned()),
        ("reason".to_owned(), tag_value(reason)),
    ];
    with_assessment(tags, assessed, prefix)
}

fn with_assessment(mut tags: Tags, assessed: Assessed<'_>, prefix: &str) -> Tags {
    let version = cleaned(assessed.agent_version, LONGEST_VERSION);
    tags.push(("assessed-at".to_owned(), format!("{:.0}", assessed.at)));
    tags.push(("agent-version".to_owned(), version));
    tags.into_iter()
        .map(|(key, value)| (format!("{prefix}{key}"), value))
        .collect()
}

/// The keys of ours that an earlier assessment may have left and `tags` does not set.
#[must_use]
pub fn stale(tags: &[(String, String)], prefix: &str) -> Vec<String> {
    let set = |key: &String| tags.iter().any(|(given, _)| given == key);
    KEYS.iter()
        .map(|key| format!("{prefix}{key}"))
        .filter(|key| !set(key))
        .collect()
}

/// The value of one of our tags, by its name without the prefix.
#[must_use]
pub fn value<'a>(tags: &'a [(String, String)], prefix: &str, name: &str) -> Option<&'a str> {
    let is = |key: &str| key.strip_prefix(prefix) == Some(name);
    let tag = tags.iter().find(|(key, _)| is(key));
    tag.map(|(_, value)| value.as_str())
}

/// For an AMI that has no room for all of `tags`, the fewer that are worth trying: the status with
/// what is wrong and where the report is, else the status alone, which a launch has put there already.
#[must_use]
pub fn few(tags: &[(String, String)], prefix: &str) -> [Tags; 2] {
    let report = value(tags, prefix, "report").map_or_else(String::new, |uri| format!(": {uri}"));
    let reason = format!("EC2 allows 50 tags and this AMI has no room for more{report}");
    let status = format!("{prefix}status");
    let status = tags.iter().filter(|(key, _)| *key == status);
    let status: Vec<_> = status.cloned().collect();
    let mut both = status.clone();
    both.push((format!("{prefix}reason"), tag_value(&reason)));
    [both, status]
}

#[cfg(test)]
mod tests {
    use hardtarget_report::sample;
    use proptest::prelude::*;

    use super::*;

    const PREFIX: &str = "hardtarget:";
    const URI: &str = "s3://bucket/reports/web/ami-0c1f3a9b27d5e8846/20261121T061501Z/report.json";

    fn assessed() -> Assessed<'static> {
        Assessed {
            agent_version: "0.1.0",
            at: Timestamp::constant(1_795_241_701, 400_000_000),
        }
    }

    fn lines(tags: &[(String, String)]) -> String {
        let mut lines: Vec<String> = tags
            .iter()
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        lines.extend(
            stale(tags, PREFIX)
                .iter()
                .map(|key| format!("without {key}")),
        );
        lines.join("\n")
    }

    #[test]
    fn the_tags_of_each_kind_of_report() {
        let mut all = String::new();
        for (name, report) in [
            ("complete", sample::typical()),
            ("partial", sample::partial()),
            ("failed", sample::failed()),
            ("hostile", sample::hostile()),
        ] {
            let tags = tags_for(&report, None, URI, assessed(), PREFIX);
            all.push_str(&format!("# {name}\n{}\n\n", lines(&tags)));
        }
        let moved = Some(Totals { new: 3, fixed: 0 });
        let tags = tags_for(&sample::typical(), moved, URI, assessed(), PREFIX);
        all.push_str(&format!("# compared\n{}\n\n", lines(&tags)));
        let tags = tags_without_report("`x` is no\nreport", assessed(), PREFIX);
        all.push_str(&format!("# no report\n{}\n", lines(&tags)));
        insta::assert_snapshot!(all);
    }

    #[test]
    fn an_ami_without_room_is_told_what_it_can() {
        let tags = tags_for(&sample::typical(), None, URI, assessed(), PREFIX);
        let [both, status] = few(&tags, PREFIX);
        insta::assert_snapshot!(format!("{both:#?}\n{status:?}"));
        let [both, status] = few(&tags_without_report("x", assessed(), PREFIX), PREFIX);
        assert_eq!((both.len(), status.len()), (2, 1));
    }

    proptest! {
        #[test]
        fn whatever_a_report_says_its_tags_are_legal(text in any::<String>(), why in prop::collection::vec(any::<String>(), 1..4)) {
            let mut report = sample::partial();
            report.scan.why = why;
            report.scan.agent_version.clone_from(&text);
            for run in &mut report.engines {
                run.version = Some(text.clone());
            }
            let tags = tags_for(&report, None, URI, assessed(), PREFIX);
            prop_assert_eq!(tags.len() + stale(&tags, PREFIX).len(), KEYS.len());
            for (key, value) in tags {
                prop_assert!(key.len() <= 128 && (1..=256).contains(&value.len()), "{key}={value}");
                prop_assert!(value.chars().all(|c| c.is_ascii_alphanumeric() || " +-=._:/@".contains(c)));
            }
        }
    }
}
