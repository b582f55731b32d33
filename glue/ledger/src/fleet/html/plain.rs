//! The families that are not there at once, for browsers without scripts: a table of the newest figures.
//!
//! All other browsers read past it: there is little markup in it.

use hardtarget_report::Severity;
use maud::{Markup, html};

use super::super::model::Family;
use super::{line, number, row};

/// The table, one row a family.
pub(super) fn table(families: &[&Family]) -> Markup {
    html! {
        div.card.plain {
            table {
                thead {
                    tr {
                        th rowspan="2" scope="col" { "Family" }
                        th rowspan="2" scope="col" { "Newest image" }
                        th rowspan="2" scope="col" { "Score" }
                        th colspan="5" scope="colgroup" { "Findings" }
                        th colspan="5" scope="colgroup" { "Vulnerabilities" }
                    }
                    tr {
                        @for _ in 0..2 {
                            @for severity in Severity::ALL { th.{"sev-" (severity)} scope="col" { (severity) } }
                        }
                    }
                }
                tbody { @for family in families { (one(family)) } }
            }
        }
    }
}

fn one(family: &Family) -> Markup {
    let shown = family.newest_assessed();
    html! {
        tr {
            td { (row::name(family)) (row::troubles(family)) }
            td { @if let Some(image) = family.newest() { (line(image.name.as_ref().unwrap_or(&image.ami))) } }
            td { @match shown.and_then(|image| image.score) { Some(score) => (score), None => "–" } }
            (cells(shown.and_then(|image| image.findings).as_ref(), row::none(shown)))
            (cells(shown.and_then(|image| image.vulnerabilities).as_ref(), row::none(shown)))
        }
    }
}

fn cells(counts: Option<&[u64; 5]>, none: &str) -> Markup {
    html! {
        @match counts {
            Some(counts) => @for count in counts { td { (number(*count)) } },
            None => td colspan="5" { (none) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{model::Fleet, sample};
    use super::*;

    #[test]
    fn without_scripts_the_newest_figures_are_in_a_table() {
        let (inputs, statuses) = sample::typical();
        let fleet = Fleet::new(inputs, statuses);
        let families = ["k8s-node", "cache-redis", "jump-windows"].map(|name| {
            let mut families = fleet.families.iter();
            families.find(|family| family.name == name).unwrap()
        });
        let table = table(&families).into_string();
        insta::assert_snapshot!(table.replace("</t", "\n</t"));
    }

    #[test]
    fn hostile_names_make_no_element() {
        let fleet = sample::hostile();
        let families: Vec<&Family> = fleet.families.iter().collect();
        let table = table(&families).into_string();
        assert_eq!(table.matches("<tr>").count(), 2 + families.len());
        for tag in ["<script", "</script", "<img", "<!--", "</noscript"] {
            assert!(!table.contains(tag), "{tag}");
        }
    }
}
