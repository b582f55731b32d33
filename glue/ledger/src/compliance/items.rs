//! From compliance items to faults: pure.
//!
//! What the document AWS-RunInspecChecks puts, by its own script: the type `Custom:InSpec` (the prose of the user
//! guide says `Custom:Inspec`); one item for each RESULT of a control, with the id `<control's id>-<running number>`
//! and the title `<control's title> : <code_desc>`, so that InSpec's own report of the same control has another
//! key; none for what was skipped, which is fixed for the ledger then. `PutComplianceItems` overwrites all
//! items of a type: of two such associations on one instance each removes what the other found.

use std::collections::{BTreeMap, BTreeSet};

use hardtarget_report::{Severity, clean_line};

use crate::aws::ssm::ComplianceItem;
use crate::fault::Fault;

/// The longest title and id, in characters. Systems Manager takes titles of 500.
const TITLE: usize = 500;
const ID: usize = 200;

/// The engine of the faults of a type: `ssm:Custom:InSpec`. Its case does not matter.
#[must_use]
pub fn engine(compliance_type: &str) -> String {
    clean_line(&format!("ssm:{compliance_type}"), ID)
}

/// What is not compliant, by its key. Items of the same title are one fault, with the worst severity.
#[must_use]
pub fn faults(instance: &str, items: &[ComplianceItem]) -> Vec<Fault> {
    let mut faults: BTreeMap<String, Fault> = BTreeMap::new();
    for item in items {
        if item.status != "NON_COMPLIANT" {
            continue;
        }
        let fault = fault(instance, item);
        let key = (fault.severity, fault.id.clone());
        let known = faults.get(&fault.key);
        if known.is_none_or(|known| key < (known.severity, known.id.clone())) {
            faults.insert(fault.key.clone(), fault);
        }
    }
    faults.into_values().collect()
}

/// The keys of what is compliant. What is not as well, under another id, is to be counted among the faults.
#[must_use]
pub fn passed(instance: &str, items: &[ComplianceItem]) -> BTreeSet<String> {
    let passed = items.iter().filter(|item| item.status == "COMPLIANT");
    passed.map(|item| key(instance, item)).collect()
}

fn fault(instance: &str, item: &ComplianceItem) -> Fault {
    let id = or(&item.id, &item.title);
    Fault {
        key: key(instance, item),
        id: clean_line(id, ID),
        title: clean_line(or(&item.title, &item.id), TITLE),
        severity: severity(&item.severity),
        subject: String::new(),
        engine: engine(&item.compliance_type),
    }
}

fn key(instance: &str, item: &ComplianceItem) -> String {
    Fault::md5_key(instance, or(&item.title, &item.id))
}

fn or<'a>(one: &'a str, other: &'a str) -> &'a str {
    if one.is_empty() { other } else { one }
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

    const TYPE: &str = "Custom:InSpec";
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
        let faults = faults(INSTANCE, &items);
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
        assert_eq!(root.engine, "ssm:Custom:InSpec");
        let passed = passed(INSTANCE, &items);
        let firewall = Fault::md5_key(INSTANCE, "A firewall runs");
        assert_eq!(passed, BTreeSet::from([firewall]));
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
            let there = faults(INSTANCE, &items);
            items.reverse();
            prop_assert_eq!(there, faults(INSTANCE, &items));
        }
    }
}
