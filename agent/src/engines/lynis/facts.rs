//! What a report file tells besides findings.

use std::collections::BTreeMap;

use hardtarget_report::{Package, clean_line};

use super::report_file::ReportFile;

/// How many values one fact has at most, and how many facts there are.
const MAX_VALUES: usize = 300;
const MAX_FACTS: usize = 400;

/// Told elsewhere in the report, or nobody's business: a licence key is a secret.
const LEFT_OUT: [&str; 9] = [
    "warning",
    "suggestion",
    "details",
    "installed_packages_array",
    "installed_package",
    "tests_executed",
    "tests_skipped",
    "license_key",
    "finish",
];

/// Everything that is no finding and no package, as `lynis.<key>`, cleaned and cut.
#[must_use]
pub(super) fn facts(report: &ReportFile) -> BTreeMap<String, Vec<String>> {
    let mut facts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in &report.entries {
        if LEFT_OUT.contains(&entry.key.as_str()) || entry.value.trim().is_empty() {
            continue;
        }
        let name = format!("lynis.{}", entry.key);
        if facts.len() >= MAX_FACTS && !facts.contains_key(&name) {
            continue;
        }
        let values = facts.entry(name).or_default();
        let value = clean_line(entry.value.trim(), 400);
        if values.len() < MAX_VALUES && !values.contains(&value) {
            values.push(value);
        }
    }
    facts
}

/// The installed packages: `installed_packages_array=|name,version|…`, or one
/// `installed_package[]=name,version` each in old files.
#[must_use]
pub(super) fn packages(report: &ReportFile) -> Vec<Package> {
    let array = report
        .scalar("installed_packages_array")
        .unwrap_or_default()
        .split('|');
    let mut packages: Vec<Package> = array
        .chain(report.list("installed_package"))
        .filter_map(|item| {
            let (name, version) = item.split_once(',').unwrap_or((item, ""));
            let name = name.trim();
            (!name.is_empty()).then(|| Package {
                name: clean_line(name, 200),
                version: clean_line(version.trim(), 200),
                arch: None,
                kind: "lynis".to_owned(),
                source: None,
                source_version: None,
                module: None,
                location: None,
            })
        })
        .collect();
    packages.sort();
    packages.dedup();
    packages
}

#[cfg(test)]
mod tests {
    use super::super::report_file::parse;
    use super::*;

    #[test]
    fn packages_are_read_from_both_shapes() {
        let report = parse(
            b"installed_packages_array=|adduser,3.134|apt,2.6.1|\ninstalled_package[]=zlib,1.2\n",
        );
        let names: Vec<_> = packages(&report)
            .into_iter()
            .map(|p| (p.name, p.version))
            .collect();
        assert_eq!(
            names,
            [("adduser", "3.134"), ("apt", "2.6.1"), ("zlib", "1.2")]
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }

    #[test]
    fn facts_are_clean_and_keep_no_licence_key() {
        let report = parse(
            b"license_key=secret\nboot_loader=\x1b[31mgrub\ncronjob[]=/a\ncronjob[]=/a\nempty=\n",
        );
        let facts = facts(&report);
        assert_eq!(
            facts.keys().map(String::as_str).collect::<Vec<_>>(),
            ["lynis.boot_loader", "lynis.cronjob"]
        );
        assert_eq!(facts["lynis.boot_loader"], ["\u{FFFD}[31mgrub"]);
        assert_eq!(facts["lynis.cronjob"], ["/a"]);
    }
}
