//! From compliance items to faults: pure.

use std::collections::BTreeMap;

use hardtarget_report::{Severity, clean_line};

use crate::aws::ssm::ComplianceItem;
use crate::fault::Fault;

/// The longest title and id, in characters. Systems Manager takes titles of 500.
const TITLE: usize = 500;
const ID: usize = 200;

/// The engine of the faults of a type: `ssm:Custom:Inspec`.
#[must_use]
pub fn engine(compliance_type: &str) -> String {
    clean_line(&format!("ssm:{compliance_type}"), ID)
}

/// What is not compliant, by its key. Items of the same title are one fault, with the worst severity.
#[must_use]
pub fn faults(instance: &str, compliance_type: &str, items: &[ComplianceItem]) -> Vec<Fault> {
    let mut faults: BTreeMap<String, Fault> = BTreeMap::new();
    for item in items {
        if item.status != "NON_COMPLIANT" {
            continue;
        }
        let fault = fault(instance, compliance_type, item);
        let key = (fault.severity, fault.id.clone());
        let known = faults.get(&fault.key);
        if known.is_none_or(|known| key < (known.severity, known.id.clone())) {
            faults.insert(fault.key.clone(), fault);
        }
    }
    faults.into_values().collect()
}

fn fault(instance: &str, compliance_type: &str, item: &ComplianceItem) -> Fault {
    let or = |one: &str, other: &str| if one.is_empty() { other } else { one }.to_owned();
    let title = or(&item.title, &item.id);
    let id = or(&item.id, &item.title);
    Fault {
        key: Fault::md5_key(instance, &title),
        id: clean_line(&id, ID),
        title: clean_line(&title, TITLE),
        severity: severity(&item.severity),
        subject: String::new(),
        engine: engine(compliance_type),
    }
}

/// The severity of Systems Manager's word (API reference, `ComplianceItem`). `UNSPECIFIED` is medium, and so is
/// a word that is not known: nobody has said that it does not matter.
fn severity(word: &str) -> Severity {
    match word {
        "CRITICAL" => Severity::Critical,
        "HIGH" => Severity::High,
        "LOW" => Severity::Low,
        "INFORMATIONAL" => Severity::Info,
        _ => Severity::Medium,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "Custom:Inspec";
    const INSTANCE: &str = "i-0123456789abcdef0";

    fn item(id: &str, title: &str, status: &str, severity: &str) -> ComplianceItem {
        let [compliance_type, id, title, status, severity] =
            [TYPE, id, title, status, severity].map(ToOwned::to_owned);
        ComplianceItem {
            compliance_type,
            id,
            title,
            status,
            severity,
        }
    }

    #[test]
    fn what_is_not_compliant_is_a_fault_keyed_by_instance_and_title() {
        let items = [
            item("1.1", "Root may log in", "NON_COMPLIANT", "HIGH"),
            item("1.2", "A firewall runs", "COMPLIANT", "HIGH"),
            item("", "No id\u{1b}[2J", "NON_COMPLIANT", "UNSPECIFIED"),
            item("1.4", "", "NON_COMPLIANT", "INFORMATIONAL"),
        ];
        let faults = faults(INSTANCE, TYPE, &items);
        let mut told: Vec<_> = faults
            .iter()
            .map(|one| (one.id.as_str(), one.title.as_str(), one.severity))
            .collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                ("1.1", "Root may log in", Severity::High),
                ("1.4", "1.4", Severity::Info),
                ("No id\u{FFFD}[2J", "No id\u{FFFD}[2J", Severity::Medium),
            ]
        );
        let root = faults.iter().find(|one| one.id == "1.1").unwrap();
        // echo -n 'i-0123456789abcdef0Root may log in' | md5sum
        assert_eq!(root.key, "e5158081f2ccbb2bbd7dc696526aeb8b");
        assert_eq!(root.engine, "ssm:Custom:Inspec");
    }

    proptest! {
        #[test]
        fn the_order_of_the_items_does_not_matter(
            items in prop::collection::vec(("[ab]{0,1}", "[xy]{0,1}", any::<bool>(), 0..6_usize), 0..8)
        ) {
            let words = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED"];
            let mut items: Vec<ComplianceItem> = items
                .into_iter()
                .map(|(id, title, fails, word)| {
                    let status = if fails { "NON_COMPLIANT" } else { "COMPLIANT" };
                    item(&id, &title, status, words[word])
                })
                .collect();
            let there = faults(INSTANCE, TYPE, &items);
            items.reverse();
            prop_assert_eq!(there, faults(INSTANCE, TYPE, &items));
        }
    }
}
