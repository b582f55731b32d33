//! Lynis's warnings and suggestions as findings.

use std::collections::BTreeMap;

use hardtarget_report::{EngineId, Finding, Reference, clean_line};

use super::category::category;
use super::report_file::{Event, EventKind, ReportFile};
use super::severity::severity;
use super::subject::Subjects;

/// How many lines of evidence one finding has at most.
const MAX_EVIDENCE: usize = 60;

/// All findings of a report file, worst first. Two events of one test about the same thing become
/// one finding with both as evidence.
#[must_use]
pub(super) fn findings(report: &ReportFile) -> Vec<Finding> {
    let events = report.events();
    let subjects = Subjects::of_host(report.scalar("hostname"));
    let evidence = Evidence::new(report, &events);
    let mut found: BTreeMap<(String, String), Finding> = BTreeMap::new();
    for event in &events {
        let new = finding(event, &subjects, &evidence);
        let key = (new.id.clone(), new.subject.clone());
        match found.get_mut(&key) {
            None => {
                found.insert(key, new);
            }
            Some(first) => {
                // The worse of the two speaks, whichever came first.
                let (mut kept, other) =
                    if (new.severity, &new.title) < (first.severity, &first.title) {
                        (new, first.clone())
                    } else {
                        (first.clone(), new)
                    };
                if other.title != kept.title {
                    kept.evidence.push(other.title);
                }
                for line in other.evidence {
                    if !kept.evidence.contains(&line) {
                        kept.evidence.push(line);
                    }
                }
                *first = kept;
            }
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    for finding in &mut found {
        cap(&mut finding.evidence);
    }
    found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    found
}

fn finding(event: &Event, subjects: &Subjects, evidence: &Evidence<'_>) -> Finding {
    let page = control_page(&event.id);
    let mut references: Vec<Reference> = page
        .iter()
        .map(|url| Reference {
            name: format!("Lynis control {}", event.id),
            url: Some(url.clone()),
        })
        .collect();
    let solution = event.solution.as_deref().unwrap_or_default();
    let remediation = if let Some(url) = solution.strip_prefix("url:") {
        let url = clean_line(url.trim(), 500);
        // Lynis writes `https;//` where a colon would end a field.
        let url = url.replacen(";//", "://", 1);
        references.push(Reference {
            name: "Lynis's solution".to_owned(),
            url: (url.starts_with("https://") || url.starts_with("http://")).then(|| url.clone()),
        });
        format!("See {url}")
    } else if !solution.is_empty() {
        clean_line(
            solution.strip_prefix("text:").unwrap_or(solution).trim(),
            1000,
        )
    } else {
        match (event.kind, page) {
            // A suggestion says what to do; a warning only what is wrong.
            (EventKind::Suggestion, _) => clean_line(&event.message, 1000),
            (EventKind::Warning, Some(url)) => format!("See {url}"),
            (EventKind::Warning, None) => String::new(),
        }
    };
    Finding {
        id: clean_line(&event.id, 80),
        engine: EngineId::Lynis,
        title: clean_line(&event.message, 300),
        severity: severity(event),
        category: category(&event.id).to_owned(),
        subject: subjects.subject(event),
        evidence: evidence.of(event),
        remediation,
        references,
        fingerprint: String::new(),
        same_as: Vec::new(),
        waiver: None,
    }
    .with_fingerprint()
}

/// Where upstream describes a test. Only tests of its own have a page: `DEB-` is Debian's, `CUST-`
/// the user's, and the ids go into an address, so they must be plain.
fn control_page(id: &str) -> Option<String> {
    let (letters, number) = id.split_once('-')?;
    let plain = (2..=4).contains(&letters.len())
        && letters.bytes().all(|b| b.is_ascii_uppercase())
        && number.len() == 4
        && number.bytes().all(|b| b.is_ascii_digit())
        && !matches!(letters, "DEB" | "CUST" | "GEN" | "CORE");
    plain.then(|| format!("https://cisofy.com/lynis/controls/{id}/"))
}

/// What a report file has besides the events that shows what was seen.
#[derive(Debug)]
struct Evidence<'a> {
    /// `details[]` by test: field and line.
    details: BTreeMap<&'a str, Vec<(String, String)>>,
    /// How many events a test has.
    events: BTreeMap<&'a str, usize>,
    vulnerable: Vec<String>,
}

impl<'a> Evidence<'a> {
    fn new(report: &'a ReportFile, all: &'a [Event]) -> Self {
        let mut details: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for line in report.list("details") {
            if let Some((id, field, text)) = detail(line) {
                details.entry(id).or_default().push((field, text));
            }
        }
        let mut events = BTreeMap::new();
        for event in all {
            *events.entry(event.id.as_str()).or_default() += 1;
        }
        let vulnerable = report
            .list("vulnerable_package")
            .map(|name| clean_line(name, 200))
            .collect();
        Self {
            details,
            events,
            vulnerable,
        }
    }

    fn of(&self, event: &Event) -> Vec<String> {
        let mut lines: Vec<String> = event
            .details
            .iter()
            .map(|details| clean_line(details, 1000))
            .collect();
        let alone = self.events.get(event.id.as_str()) == Some(&1);
        let about = |field: &str| {
            event.details.as_ref().is_some_and(|details| {
                details
                    .split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-')))
                    .any(|word| word.eq_ignore_ascii_case(field))
            })
        };
        let told = self.details.get(event.id.as_str()).into_iter().flatten();
        lines.extend(
            told.filter(|(field, _)| alone || about(field))
                .map(|(_, text)| text.clone()),
        );
        if matches!(
            event.id.as_str(),
            "PKGS-7322" | "PKGS-7330" | "PKGS-7380" | "PKGS-7386" | "PKGS-7392"
        ) {
            lines.extend(self.vulnerable.iter().cloned());
        }
        lines
    }
}

/// Reads `KRNL-6000|sysctl|desc:…;field:kernel.sysrq;prefval:0;value:16;|` into the test, the
/// field, and `kernel.sysrq is 16, expected 0 (…)`.
fn detail(line: &str) -> Option<(&str, String, String)> {
    let (id, rest) = line.split_once('|')?;
    let (_service, rest) = rest.split_once('|')?;
    let part = |name: &str| {
        rest.split(';')
            .find_map(|part| part.strip_prefix(name)?.strip_prefix(':'))
            .filter(|value| !value.is_empty())
    };
    let field = part("field")?;
    let mut text = format!("{field} is {}", part("value").unwrap_or("not set"));
    if let Some(expected) = part("prefval") {
        text.push_str(&format!(", expected {expected}"));
    }
    if let Some(what) = part("desc").filter(|what| *what != "No description") {
        text.push_str(&format!(" ({what})"));
    }
    Some((id, field.to_owned(), clean_line(&text, 400)))
}

fn cap(lines: &mut Vec<String>) {
    if lines.len() > MAX_EVIDENCE {
        let rest = lines.len() - MAX_EVIDENCE;
        lines.truncate(MAX_EVIDENCE);
        lines.push(format!("and {rest} more"));
    }
}

#[cfg(test)]
mod tests {
    use hardtarget_report::Severity;

    use super::super::report_file::parse;
    use super::*;

    fn of(text: &str) -> Vec<Finding> {
        findings(&parse(text.as_bytes()))
    }

    #[test]
    fn a_warning_says_where_to_read_on() {
        let found =
            of("warning[]=KRNL-5830|Reboot of system is most likely needed||text:reboot|\n");
        let finding = &found[0];
        assert_eq!(finding.severity, Severity::Medium);
        assert_eq!(finding.category, "kernel");
        assert_eq!(finding.remediation, "reboot");
        assert_eq!(
            finding.references[0].url.as_deref(),
            Some("https://cisofy.com/lynis/controls/KRNL-5830/")
        );
        assert!(finding.evidence.is_empty());
    }

    #[test]
    fn an_account_without_a_password_is_critical() {
        let found = of("warning[]=AUTH-9283|Found accounts without password|-|-|\n");
        assert_eq!(found[0].severity, Severity::Critical);
    }

    #[test]
    fn sysctl_details_become_evidence() {
        let found = of(
            "suggestion[]=KRNL-6000|One or more sysctl values differ||Change it|\n\
            details[]=KRNL-6000|sysctl|desc:Disable magic SysRQ;field:kernel.sysrq;prefval:0;value:16;|\n",
        );
        assert_eq!(
            found[0].evidence,
            ["kernel.sysrq is 16, expected 0 (Disable magic SysRQ)"]
        );
    }

    #[test]
    fn ssh_options_are_findings_of_their_own() {
        let text = |value: &str| {
            format!(
                "suggestion[]=SSH-7408|Consider hardening SSH configuration|MaxAuthTries (set {value} to 3)|-|\n\
                suggestion[]=SSH-7408|Consider hardening SSH configuration|PermitRootLogin (set YES to NO)|-|\n\
                details[]=SSH-7408|sshd|desc:sshd option MaxAuthTries;field:MaxAuthTries;prefval:3;value:{value};|\n"
            )
        };
        let found = of(&text("6"));
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].subject.as_str(), found[0].severity),
            ("PermitRootLogin", Severity::Medium)
        );
        assert_eq!(found[1].evidence.len(), 2, "{:?}", found[1].evidence);
        // Another value of the same option is still the same fault.
        assert_eq!(found[1].fingerprint, of(&text("5"))[1].fingerprint);
    }

    #[test]
    fn two_events_about_one_thing_are_one_finding() {
        let a = "warning[]=TIME-3170|Found world writable file|/etc/ntp.conf|-|\n";
        let b = "suggestion[]=TIME-3170|Protect the file|/etc/ntp.conf|-|\n";
        let found = of(&format!("{a}{b}"));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "Found world writable file");
        assert_eq!(found[0].severity, Severity::Medium);
        assert_eq!(found, of(&format!("{b}{a}")));
    }

    #[test]
    fn a_solution_may_be_an_address() {
        let found = of("warning[]=ABCD-1234|x|-|url:https;//example.org/a|\n");
        assert_eq!(
            found[0].references[1].url.as_deref(),
            Some("https://example.org/a")
        );
        let found = of("warning[]=ABCD-1234|x|-|url:javascript:alert(1)|\n");
        assert_eq!(found[0].references[1].url, None);
    }

    #[test]
    fn ids_of_others_have_no_page() {
        for id in ["CUST-0010", "DEB-0280", "LYNIS", "../x-1234", "abc-1234"] {
            assert_eq!(control_page(id), None, "{id}");
        }
    }
}
