//! From the parts back to one Lynis: one report file, one log, points counted once.
//!
//! Start-up and plugin tests belong to no group. Start-up tests run in every part, plugins in the
//! first: of each of them one part's word counts.

use std::collections::BTreeMap;

use super::log::{self, Log};
use super::points;
use super::report_file::{self, Entry, ReportFile};

/// Scalars that every part writes at its end from variables that only one group sets, and that
/// group.
const OWNERS: [(&str, &str); 10] = [
    ("arpwatch_running", "networking"),
    ("dhcp_client_running", "networking"),
    ("firewall_active", "firewalls"),
    ("firewall_empty_ruleset", "firewalls"),
    ("firewall_installed", "firewalls"),
    ("installed_packages_array", "ports_packages"),
    ("package_audit_tool", "ports_packages"),
    ("package_audit_tool_found", "ports_packages"),
    ("vulnerable_packages_found", "ports_packages"),
    ("ids_ips_tooling_found", "tooling"),
];

/// Scalars that are told anew for the whole.
const RETOLD: [&str; 10] = [
    "finish",
    "hardening_index",
    "lynis_tests_done",
    "plugin_directory",
    "plugins_enabled",
    "report_datetime_end",
    "test_category",
    "test_group",
    "tests_executed",
    "tests_skipped",
];

/// What one part wrote.
#[derive(Debug, Clone)]
pub(super) struct Written {
    /// The groups that it was to run.
    pub(super) groups: Vec<String>,
    /// Its report file.
    pub(super) report: Vec<u8>,
    /// Its log.
    pub(super) log: Vec<u8>,
    /// Whether it came to its end.
    pub(super) finished: bool,
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Merged {
    /// The report file; without `finish=true` and an index where a part did not come to its end.
    pub(super) report: ReportFile,
    /// The log, whose running totals are those of the whole.
    pub(super) log: Vec<u8>,
    /// Points and highest possible points, if every part came to its end, no line is missing and
    /// there were points to get.
    pub(super) points: Option<(u32, u32)>,
}

/// Puts the parts together. The first part is the one that ran the plugins.
pub(super) fn merge(parts: &[Written]) -> Merged {
    let log = merge_logs(parts);
    let whole = !parts.is_empty() && parts.iter().all(|part| part.finished);
    let sound = parts
        .iter()
        .all(|part| log::parse(&part.log).checked_sum().is_some());
    let points = (whole && sound)
        .then(|| log::parse(&log).sum())
        .filter(|(_, max)| *max > 0);
    let reports: Vec<ReportFile> = parts
        .iter()
        .map(|part| report_file::parse(&part.report))
        .collect();
    let mut report = merge_entries(parts, &reports);
    let mut tell = |key: &str, value: String| {
        report.entries.push(Entry {
            key: key.to_owned(),
            list: false,
            value,
        });
    };
    tell("test_category", "all".to_owned());
    tell("test_group", "all".to_owned());
    if let Some(first) = reports
        .first()
        .and_then(|report| report.scalar("plugins_enabled"))
    {
        tell("plugins_enabled", first.to_owned());
    }
    let executed = union(&reports, "tests_executed", &[]);
    let skipped = union(&reports, "tests_skipped", &executed);
    tell("lynis_tests_done", executed.len().to_string());
    if let Some(end) = reports
        .iter()
        .filter_map(|report| report.scalar("report_datetime_end"))
        .max()
    {
        tell("report_datetime_end", end.to_owned());
    }
    if let Some(index) = points.and_then(|(points, max)| points::index(points, max)) {
        tell("hardening_index", index.to_string());
    }
    tell("tests_executed", joined(&executed));
    tell("tests_skipped", joined(&skipped));
    if whole {
        tell("finish", "true".to_owned());
    }
    Merged {
        report,
        log,
        points,
    }
}

fn union(reports: &[ReportFile], key: &str, without: &[String]) -> Vec<String> {
    let mut ids = Vec::new();
    for id in reports.iter().flat_map(|report| report.test_ids(key)) {
        if !ids.iter().any(|known| known == id) && !without.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

fn joined(ids: &[String]) -> String {
    ids.iter().map(|id| format!("{id}|")).collect()
}

/// All lists and scalars. An entry of a list is there as often as in the part that has it most
/// often: what start-up writes is in every part and counts once. Of a scalar one part decides, and
/// all that it wrote of it stays: some are written once a finding.
fn merge_entries(parts: &[Written], reports: &[ReportFile]) -> ReportFile {
    let deciders = deciders(parts, reports);
    let mut merged = ReportFile::default();
    let mut most: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (part, report) in reports.iter().enumerate() {
        let mut here: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for entry in &report.entries {
            let key = entry.key.as_str();
            let wanted = if entry.list {
                let place = (key, entry.value.as_str());
                let count = here.entry(place).or_default();
                *count += 1;
                let before = most.entry(place).or_default();
                let more = *count > *before;
                *before = (*before).max(*count);
                more
            } else {
                deciders.get(key) == Some(&part)
            };
            if wanted {
                merged.entries.push(entry.clone());
            }
        }
    }
    merged
}

/// Which part decides about each scalar: the one with the group that tells it, else the first that
/// has it. What its own group did not come to tell is left out: the other parts have no more than
/// the value that the variable starts with.
fn deciders<'a>(parts: &[Written], reports: &'a [ReportFile]) -> BTreeMap<&'a str, usize> {
    let mut deciders = BTreeMap::new();
    for (number, report) in reports.iter().enumerate() {
        for entry in report.entries.iter().filter(|entry| !entry.list) {
            let key = entry.key.as_str();
            let owner = OWNERS
                .iter()
                .find(|(name, _)| *name == key)
                .and_then(|(_, group)| {
                    parts
                        .iter()
                        .position(|part| part.groups.iter().any(|name| name == group))
                });
            if !RETOLD.contains(&key) && owner.is_none_or(|owner| owner == number) {
                deciders.entry(key).or_insert(number);
            }
        }
    }
    deciders
}

/// The first part's start, every part's groups, the first part's end; with running totals made
/// anew.
fn merge_logs(parts: &[Written]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut total = (0, 0);
    let cut: Vec<[&[u8]; 3]> = parts.iter().map(|part| stretches(&part.log)).collect();
    let start = cut.first().map(|stretches| stretches[0]);
    let end = cut.first().map(|stretches| stretches[2]);
    let groups = cut.iter().map(|stretches| stretches[1]);
    for stretch in start.into_iter().chain(groups).chain(end) {
        for line in stretch.split_inclusive(|byte| *byte == b'\n') {
            match retotalled(line, &mut total) {
                Some(line) => out.extend(line.into_bytes()),
                None => out.extend(line),
            }
        }
        if out.last().is_some_and(|byte| *byte != b'\n') {
            out.push(b'\n');
        }
    }
    out
}

/// A log before its groups of tests, the groups, and what comes after them.
fn stretches(log: &[u8]) -> [&[u8]; 3] {
    let start = find(log, b" Info: perform tests from all categories").unwrap_or(log.len());
    let (start, rest) = log.split_at(start);
    let end = find(rest, b" Test: Checking for tests_custom").unwrap_or(rest.len());
    let (groups, end) = rest.split_at(end);
    [start, groups, end]
}

/// Where the line begins that holds `text`.
fn find(log: &[u8], text: &[u8]) -> Option<usize> {
    let at = log.windows(text.len()).position(|window| window == text)?;
    let before = log.get(..at)?;
    Some(
        before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |line_end| line_end + 1),
    )
}

fn retotalled(line: &[u8], total: &mut (u32, u32)) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    let (before, _) = line.split_once("Currently having ")?;
    let (_, given) = before.split_once("Hardening: assigned ")?;
    let (points, max) = log::points(given)?;
    total.0 = total.0.saturating_add(points);
    total.1 = total.1.saturating_add(max);
    Some(format!(
        "{before}Currently having {} points (out of {})\n",
        total.0, total.1
    ))
}

/// The merged log, read.
impl Merged {
    pub(super) fn steps(&self) -> Log {
        log::parse(&self.log)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn log(lines: &[&str]) -> String {
        lines
            .iter()
            .map(|line| format!("2026-11-21 09:20:42 {line}\n"))
            .collect()
    }

    fn part(group: &str, points: (u32, u32), more: &str) -> Written {
        let start = "Hardening: assigned partial number of hardening points (1 of 2). Currently having 1 points (out of 2)";
        let own = format!(
            "Hardening: assigned partial number of hardening points ({} of {}). Currently having {} points (out of {})",
            points.0,
            points.1,
            points.0 + 1,
            points.1 + 2
        );
        Written {
            groups: vec![group.to_owned()],
            report: format!(
                "lynis_version=3.1.4\ntest_group={group}\nsuggestion[]=DEB-0280|pam|-|-|\n{more}hardening_index=1\ntests_executed={group}-1|CORE-1000|\nfinish=true\n"
            )
            .into_bytes(),
            log: log(&[
                "Performing test ID CORE-1000 (x)",
                start,
                "Info: perform tests from all categories",
                &format!("Performing test ID {group}-1 (x)"),
                &own,
                "Test: Checking for tests_custom file",
                "Program ended successfully",
            ])
            .into_bytes(),
            finished: true,
        }
    }

    #[test]
    fn start_up_counts_once() {
        let merged = merge(&[part("ssh", (3, 5), ""), part("php", (0, 4), "")]);
        assert_eq!(merged.points, Some((4, 11)));
        assert_eq!(merged.report.scalar("hardening_index"), Some("36"));
        assert_eq!(merged.report.list("suggestion").count(), 1);
        assert_eq!(merged.report.scalar("lynis_tests_done"), Some("3"));
        assert_eq!(merged.report.scalar("test_group"), Some("all"));
        assert!(merged.report.finished());
        assert_eq!(
            merged.steps().checked_sum(),
            Some((4, 11)),
            "the log is one a reader can add up"
        );
    }

    #[test]
    fn a_part_that_did_not_finish_leaves_no_index() {
        let mut broken = part("php", (0, 4), "");
        broken.finished = false;
        let merged = merge(&[part("ssh", (3, 5), ""), broken]);
        assert_eq!(merged.points, None);
        assert_eq!(merged.report.scalar("hardening_index"), None);
        assert!(!merged.report.finished());
    }

    #[test]
    fn a_log_that_lost_a_line_leaves_no_index() {
        let mut short = part("php", (1, 4), "");
        let text = String::from_utf8(short.log).unwrap();
        short.log = text
            .replace(
                "Hardening: assigned partial number of hardening points (1 of 2)",
                "gone",
            )
            .into_bytes();
        assert_eq!(merge(&[part("ssh", (3, 5), ""), short]).points, None);
    }

    #[test]
    fn the_group_that_knows_has_the_word() {
        let mut firewalls = part("firewalls", (0, 1), "firewall_active=1\n");
        let ssh = part("ssh", (0, 1), "firewall_active=0\n");
        for parts in [
            [ssh.clone(), firewalls.clone()],
            [firewalls.clone(), ssh.clone()],
        ] {
            assert_eq!(merge(&parts).report.scalar("firewall_active"), Some("1"));
        }
        firewalls.report = b"firewall_active=0\nfirewall_active=1\nfinish=true\n".to_vec();
        assert_eq!(
            merge(&[ssh, firewalls]).report.scalar("firewall_active"),
            Some("1")
        );
    }

    #[test]
    fn what_the_group_that_knows_did_not_tell_is_not_told() {
        let mut firewalls = part("firewalls", (0, 1), "");
        firewalls.finished = false;
        let ssh = part("ssh", (0, 1), "firewall_active=0\n");
        assert_eq!(
            merge(&[ssh, firewalls]).report.scalar("firewall_active"),
            None
        );
    }

    #[test]
    fn a_scalar_that_one_group_writes_several_times_stays_so() {
        let merged = merge(&[
            part("ssh", (0, 1), ""),
            part("networking", (0, 1), "protocol=dccp\nprotocol=rds\n"),
        ]);
        let told: Vec<_> = merged
            .report
            .entries
            .iter()
            .filter(|entry| entry.key == "protocol")
            .map(|entry| entry.value.as_str())
            .collect();
        assert_eq!(told, ["dccp", "rds"]);
    }

    #[test]
    fn what_a_group_says_twice_stays_twice() {
        let merged = merge(&[
            part("ssh", (0, 1), "nameserver[]=a\nnameserver[]=a\n"),
            part("php", (0, 1), "nameserver[]=b\n"),
        ]);
        assert_eq!(
            merged.report.list("nameserver").collect::<Vec<_>>(),
            ["a", "a", "b"]
        );
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_merged(
            reports in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..300), proptest::collection::vec(any::<u8>(), 0..300), any::<bool>()), 0..4)
        ) {
            let parts: Vec<_> = reports.into_iter().map(|(report, log, finished)| Written {
                groups: vec!["ssh".to_owned()], report, log, finished,
            }).collect();
            let _merged = merge(&parts);
        }
    }
}
