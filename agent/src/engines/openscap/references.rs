//! Which of a rule's references people look up: the sections of CIS benchmarks, STIG ids and CCE numbers. A rule
//! of SCAP Security Guide has up to 150 more, one for each control of each standard that it helps with.

use hardtarget_report::{Reference, clean_line};

use super::results::Rule;

/// More than this are not shown of one rule.
const MAX: usize = 20;

/// The references of a rule that are shown, benchmarks first.
pub(super) fn references(rule: &Rule) -> Vec<Reference> {
    let mut found: Vec<Reference> = rule
        .references
        .iter()
        .filter_map(|(href, text)| Some((name(href, text)?, href)))
        .map(|(name, href)| Reference {
            name: clean_line(&name, 200),
            url: href.starts_with("https://").then(|| clean_line(href, 300)),
        })
        .collect();
    found.extend(rule.idents.iter().map(|ident| Reference {
        name: clean_line(ident, 100),
        url: None,
    }));
    found.dedup();
    found.truncate(MAX);
    found
}

/// What a reference is called, if it is one that is shown.
fn name(href: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    // https://www.cisecurity.org/benchmark/debian_linux/; …/controls/ is not a benchmark.
    if let Some((_, benchmark)) = href.split_once("cisecurity.org/benchmark/") {
        let words: Vec<String> = benchmark
            .trim_end_matches('/')
            .split('_')
            .map(capital)
            .collect();
        return Some(format!("CIS {}, {text}", words.join(" ")));
    }
    // Besides the ids of its rules a STIG's references name the requirements (SRG) and controls (CCI)
    // behind them.
    let stig = href.contains("cyber.mil/stigs")
        && !text.starts_with("CCI-")
        && !text.starts_with("SRG-")
        && text.contains('-');
    stig.then(|| format!("STIG {text}"))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benchmarks_stigs_and_cces_are_shown_and_controls_are_not() {
        let rule = Rule {
            references: [
                ("https://www.cisecurity.org/benchmark/debian_linux/", "5.4.1.1"),
                ("https://www.cisecurity.org/controls/", "16"),
                ("https://www.isaca.org/resources/cobit", "DSS05.04"),
                ("https://www.cyber.mil/stigs/downloads/?_dl_facet_stigs=operating-systems%2Cgeneral-purpose-os", "SRG-OS-000076-GPOS-00044"),
                ("https://public.cyber.mil/stigs/downloads/?_dl_facet_stigs=operating-systems%2Cunix-linux", "RHEL-09-411010"),
                ("https://public.cyber.mil/stigs/cci/", "CCI-000199"),
            ]
            .map(|(href, text)| (href.to_owned(), text.to_owned()))
            .to_vec(),
            idents: vec!["CCE-83606-4".to_owned()],
            ..Rule::default()
        };
        let names: Vec<String> = references(&rule).into_iter().map(|r| r.name).collect();
        assert_eq!(
            names,
            [
                "CIS Debian Linux, 5.4.1.1",
                "STIG RHEL-09-411010",
                "CCE-83606-4"
            ]
        );
    }
}
