//! Compliance items of Systems Manager, one a line: status, severity, id and title, parted by tabs. Each title that
//! is not compliant is one fault, with its worst severity; the order of the items means nothing.
#![no_main]

use std::collections::BTreeMap;

use hardtarget_ledger::aws::ssm::ComplianceItem;
use hardtarget_ledger::compliance::items::{faults, passed};
use hardtarget_report::Severity;
use libfuzzer_sys::fuzz_target;

const INSTANCE: &str = "i-0123456789abcdef0";
const TYPE: &str = "Custom:InSpec";

fuzz_target!(|text: &str| {
    let mut items: Vec<ComplianceItem> = text.split('\n').map(item).collect();
    let there = faults(INSTANCE, &items);
    let mut worst: BTreeMap<&str, Severity> = BTreeMap::new();
    for item in items.iter().filter(|item| item.status == "NON_COMPLIANT") {
        let title = if item.title.is_empty() {
            &item.id
        } else {
            &item.title
        };
        let known = worst.entry(title).or_insert(Severity::Info);
        *known = (*known).min(severity(&item.severity));
    }
    let mut expected: Vec<Severity> = worst.into_values().collect();
    let mut told: Vec<Severity> = there.iter().map(|one| one.severity).collect();
    expected.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, expected);
    for fault in &there {
        assert_eq!(fault.key.len(), 32);
        assert_eq!(fault.engine, "ssm:Custom:InSpec");
        for (text, longest) in [(&fault.id, 200), (&fault.title, 500)] {
            assert!(
                text.chars().count() <= longest && !text.contains(char::is_control),
                "{text:?}"
            );
        }
    }
    let passes = passed(INSTANCE, &items);
    items.reverse();
    assert_eq!(there, faults(INSTANCE, &items));
    assert_eq!(passes, passed(INSTANCE, &items));
});

fn item(line: &str) -> ComplianceItem {
    let mut parts = line.splitn(4, '\t').map(ToOwned::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    ComplianceItem {
        compliance_type: TYPE.to_owned(),
        status: next(),
        severity: next(),
        id: next(),
        title: next(),
    }
}

fn severity(word: &str) -> Severity {
    match word {
        "CRITICAL" => Severity::Critical,
        "HIGH" => Severity::High,
        "LOW" => Severity::Low,
        "INFORMATIONAL" => Severity::Info,
        _ => Severity::Medium,
    }
}
