//! The catalogue by section of the CIS benchmarks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CATALOGUE, Ref};

/// A section's number, part by part: `5.1.10` comes after `5.1.9`.
fn number(section: &str) -> Vec<u32> {
    section
        .split('.')
        .map(|part| part.parse().unwrap_or(u32::MAX))
        .collect()
}

/// The checks of each section of each benchmark.
fn by_section() -> BTreeMap<(&'static str, Vec<u32>, &'static str), Vec<&'static str>> {
    let mut sections: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for check in CATALOGUE {
        for reference in check.references {
            if let Ref::Cis(benchmark, section) = *reference {
                sections
                    .entry((benchmark, number(section), section))
                    .or_default()
                    .push(check.id);
            }
        }
    }
    sections
}

/// A Markdown table a benchmark; `anchor` gives the address of a check's own section.
pub(super) fn tables(anchor: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut last = "";
    for ((benchmark, _, section), ids) in by_section() {
        // Writing to a string cannot fail.
        if benchmark != last {
            let _ok = write!(
                text,
                "\n### CIS {benchmark}\n\n| section | checks |\n|---|---|\n"
            );
            last = benchmark;
        }
        let links: Vec<String> = ids
            .iter()
            .map(|id| format!("[{id}](#{})", anchor(id)))
            .collect();
        let _ok = writeln!(text, "| {section} | {} |", links.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_numbers_and_named_once_a_check() {
        for ((benchmark, number, section), ids) in by_section() {
            assert!(!number.contains(&u32::MAX), "{benchmark} {section}");
            assert!(ids.is_sorted_by(|a, b| a < b), "{benchmark} {section}");
        }
    }

    #[test]
    fn a_table_goes_by_number_not_by_letters() {
        assert!(number("5.1.9") < number("5.1.10"));
        let text = tables(str::to_lowercase);
        assert!(text.contains("### CIS Debian Linux 12 v1.1.0\n\n| section | checks |"));
        assert!(
            text.contains("| 1.5.3 | [HT-KRN-007](#ht-krn-007) |"),
            "{text}"
        );
    }
}
