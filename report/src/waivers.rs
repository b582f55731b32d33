//! Waivers: which findings and vulnerabilities somebody has decided to live with, why, and until when.
//!
//! A file of them is TOML, a table for each:
//!
//! ```toml
//! [[waiver]]
//! id = "HT-SSH-002"             # of a finding, a CVE, or a rule of OpenSCAP; or fingerprint = "…"
//! subject = "/etc/ssh/sshd_config"   # optional: only where it is about this
//! reason = "Password logins stay until the bastion is gone (OPS-1234)."
//! owner = "platform@example.org"
//! expires = "2026-12-31"        # the last day on which it holds, UTC
//! ```
//!
//! Whatever is not understood is an error: a waiver that silently does nothing, or holds for ever, is
//! worse than none. What is waived stays in the report and no longer counts; once the day is over it
//! counts again, and the note stays.

use jiff::civil::Date;
use serde::Deserialize;

use crate::{
    CheckOutcome, EngineId, EngineOutcome, EngineRun, Finding, Report, Vulnerability, Waiver,
    clean_line,
};

/// The longest reason or owner, in characters.
const LONGEST: usize = 500;

/// The most waivers in a file.
const MOST: usize = 10_000;

/// Why a text is no list of waivers.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no TOML, or has other keys than a waiver has.
    #[error("line {line}: {}", clean_line(.why, 300))]
    Shape {
        /// Where, counted from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// One of them cannot be meant: which one, counted from 1, and why.
    #[error("waiver {number} ({name}): {why}")]
    Waiver {
        /// Its place in the file.
        number: usize,
        /// Its id or fingerprint.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There are more than [`MOST`].
    #[error("more than {MOST} waivers")]
    Many,
}

/// A list of waivers, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waivers(Vec<Entry>);

/// One waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    what: What,
    subject: Option<String>,
    reason: String,
    owner: String,
    expires: Date,
}

/// What a waiver is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Id(String),
    Fingerprint(String),
}

/// What came of applying waivers to a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many findings and vulnerabilities are waived now.
    pub waived: u64,
    /// How many have a waiver that has expired.
    pub expired: u64,
    /// The ids and fingerprints of waivers that were about nothing in this report.
    pub unused: Vec<String>,
    /// The ids among them that no check has, as far as the report tells: surely a mistake.
    pub unknown: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: Option<String>,
    fingerprint: Option<String>,
    subject: Option<String>,
    reason: String,
    owner: String,
    expires: String,
}

impl Waivers {
    /// Reads a list of waivers. The length of the text is for the caller to limit.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            Error::Shape {
                line: before.map_or(1, |before| before.matches('\n').count() + 1),
                why: error.message().to_owned(),
            }
        })?;
        if file.waiver.len() > MOST {
            return Err(Error::Many);
        }
        let entries = file.waiver.into_iter().enumerate();
        let entries = entries.map(|(at, raw)| {
            let name = raw.id.as_deref().or(raw.fingerprint.as_deref());
            let name = clean_line(name.unwrap_or("without an id"), 80);
            Entry::of(raw).map_err(|why| Error::Waiver {
                number: at + 1,
                name,
                why,
            })
        });
        Ok(Self(entries.collect::<Result<_, _>>()?))
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ids that they name, for a caller who knows which there are.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|entry| match &entry.what {
            What::Id(id) => Some(id.as_str()),
            What::Fingerprint(_) => None,
        })
    }

    /// Marks what they are about; `today` (UTC) decides which have expired. Waivers that a report
    /// came with are forgotten. Of several that fit, one that holds counts, and the last to expire.
    pub fn apply(&self, report: &mut Report, today: Date) -> Applied {
        let mut entries: Vec<&Entry> = self.0.iter().collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.expires));
        let mut used = vec![false; entries.len()];
        let mut waiver = |fits: &dyn Fn(&Entry) -> bool| {
            let mut first = None;
            for (entry, used) in entries.iter().zip(&mut used) {
                if fits(entry) {
                    *used = true;
                    first = first.or(Some(*entry));
                }
            }
            first.map(|entry| entry.waiver(today))
        };
        for one in &mut report.findings {
            one.waiver = waiver(&|entry| entry.is_about_finding(one));
        }
        for one in &mut report.vulnerabilities {
            one.waiver = waiver(&|entry| entry.is_about_vulnerability(one));
        }
        let unused = entries.iter().zip(&used).filter(|(_, used)| !**used);
        let unused: Vec<&Entry> = unused.map(|(entry, _)| *entry).collect();
        let mut applied = Applied {
            waived: report.waived(),
            expired: expired(report),
            unused: unused.iter().map(|entry| entry.name()).collect(),
            unknown: unused
                .iter()
                .filter(|entry| matches!(&entry.what, What::Id(id) if is_unknown(id, report)))
                .map(|entry| entry.name())
                .collect(),
        };
        applied.unused.sort();
        applied.unknown.sort();
        applied
    }
}

/// How many findings and vulnerabilities have a waiver that has expired.
fn expired(report: &Report) -> u64 {
    let findings = report.findings.iter().map(|one| &one.waiver);
    let vulnerabilities = report.vulnerabilities.iter().map(|one| &one.waiver);
    let all = findings.chain(vulnerabilities).flatten();
    all.filter(|waiver| waiver.expired).count() as u64
}

impl Entry {
    fn of(raw: Raw) -> Result<Self, &'static str> {
        let what = match (raw.id, raw.fingerprint) {
            (Some(id), None) if is_id(&id) => What::Id(id),
            (Some(_), None) => {
                return Err("an id has letters, digits and - _ . : and nothing else");
            }
            (None, Some(fingerprint)) if is_fingerprint(&fingerprint) => {
                What::Fingerprint(fingerprint)
            }
            (None, Some(_)) => return Err("a fingerprint has 32 digits, 0 to 9 and a to f"),
            _ => return Err("it needs either an id or a fingerprint"),
        };
        if raw.subject.is_some() && matches!(what, What::Fingerprint(_)) {
            return Err("a fingerprint has its subject in it already");
        }
        let said = |text: &str| !text.trim().is_empty() && text.chars().count() <= LONGEST;
        if !said(&raw.reason) {
            return Err("the reason is empty, or longer than 500 characters");
        }
        if !said(&raw.owner) {
            return Err("the owner is empty, or longer than 500 characters");
        }
        let expires = day(&raw.expires);
        Ok(Self {
            what,
            subject: raw.subject,
            reason: clean_line(raw.reason.trim(), LONGEST),
            owner: clean_line(raw.owner.trim(), LONGEST),
            expires: expires.ok_or("`expires` is a day of the calendar, as YYYY-MM-DD")?,
        })
    }

    fn name(&self) -> String {
        match &self.what {
            What::Id(name) | What::Fingerprint(name) => name.clone(),
        }
    }

    fn waiver(&self, today: Date) -> Waiver {
        Waiver {
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            expires: self.expires,
            expired: today > self.expires,
        }
    }

    fn is_about_finding(&self, one: &Finding) -> bool {
        let subject = self.subject.as_ref();
        match &self.what {
            What::Id(id) => {
                (*id == one.id || one.same_as.contains(id))
                    && subject.is_none_or(|subject| *subject == one.subject)
            }
            What::Fingerprint(fingerprint) => *fingerprint == one.fingerprint,
        }
    }

    fn is_about_vulnerability(&self, one: &Vulnerability) -> bool {
        let subject = self.subject.as_ref();
        match &self.what {
            What::Id(id) => {
                (*id == one.id || Some(id) == one.advisory.as_ref())
                    && subject.is_none_or(|subject| *subject == one.package)
            }
            What::Fingerprint(fingerprint) => *fingerprint == one.fingerprint(),
        }
    }
}

/// Whether the report knows all checks of the engine that an id belongs to, by its form, and this is
/// none of them. An id that is merely not found here may be one of a vulnerability or of another engine.
fn is_unknown(id: &str, report: &Report) -> bool {
    let is_number = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let engine = match id.split_once('-') {
        Some(("HT", _)) => EngineId::Native,
        Some((area, number))
            if (3..=4).contains(&area.len()) && area != "CVE" && is_number(number) =>
        {
            EngineId::Lynis
        }
        _ => return false,
    };
    // Nothing but failures is no list of checks: it was made of the findings.
    let lists_its_checks = |run: &EngineRun| {
        run.outcome == EngineOutcome::Ran
            && run
                .checks
                .iter()
                .any(|check| check.outcome != CheckOutcome::Fail)
    };
    report.engines.iter().any(|run| {
        run.engine == engine
            && lists_its_checks(run)
            && run.checks.iter().all(|check| check.id != id)
    })
}

fn is_id(text: &str) -> bool {
    let ends = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 200
        && text.starts_with(ends)
        && text.ends_with(ends)
        && text.contains(['-', '_'])
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c))
}

fn is_fingerprint(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A day as ISO 8601 has it, YYYY-MM-DD, and in no other way.
pub(crate) fn day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text && day.year() > 0).then_some(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    fn entry(rest: &str) -> String {
        format!("[[waiver]]\nreason = \"It stays.\"\nowner = \"me\"\n{rest}\n")
    }

    fn waivers(rest: &str) -> Waivers {
        Waivers::parse(&entry(rest)).unwrap()
    }

    #[test]
    fn what_is_waived_stays_and_no_longer_counts() {
        let mut report = sample::vulnerable();
        Waivers::default().apply(&mut report, date(2026, 11, 21));
        let (all, known) = (report.counts(), report.vulnerability_counts().unwrap());
        let first = report.findings[0].clone();
        let fingerprint = format!(
            "fingerprint = \"{}\"\nexpires = \"2026-11-21\"",
            first.fingerprint
        );
        let applied = waivers(&fingerprint).apply(&mut report, date(2026, 11, 21));
        assert_eq!(
            (applied.waived, applied.expired, report.waived()),
            (1, 0, 1)
        );
        assert_eq!(report.findings[0].fingerprint, first.fingerprint);
        assert_eq!(report.counts().total(), all.total() - 1);
        let cve = report.vulnerabilities[0].id.clone();
        let cve = format!("id = \"{cve}\"\nexpires = \"2030-01-01\"");
        let applied = waivers(&cve).apply(&mut report, date(2026, 11, 21));
        let packages = applied.waived;
        assert_eq!(packages, 2, "the waivers of before are forgotten");
        assert_eq!(
            report.vulnerability_counts().unwrap().total(),
            known.total() - packages
        );
        assert_eq!(report.counts(), all);
    }

    #[test]
    fn a_waiver_holds_on_its_last_day_and_not_after() {
        let mut report = sample::typical();
        let id = report.findings[0].id.clone();
        let waivers = waivers(&format!("id = \"{id}\"\nexpires = \"2026-02-28\""));
        assert!(waivers.apply(&mut report, date(2026, 2, 28)).waived > 0);
        let applied = waivers.apply(&mut report, date(2026, 3, 1));
        assert_eq!(applied.waived, 0);
        assert!(applied.expired > 0);
        let note = report.findings[0].waiver.as_ref().unwrap();
        assert!(note.expired && note.reason == "It stays.");
    }

    #[test]
    fn a_subject_narrows_an_id() {
        let mut report = sample::typical();
        let (one, other) = report
            .findings
            .iter()
            .find_map(|one| {
                let other = report
                    .findings
                    .iter()
                    .find(|two| two.id == one.id && two.subject != one.subject)?;
                Some((one.clone(), other.clone()))
            })
            .unwrap();
        let narrow = format!(
            "id = \"{}\"\nsubject = {:?}\nexpires = \"2030-01-01\"",
            one.id, one.subject
        );
        assert_eq!(
            waivers(&narrow).apply(&mut report, date(2026, 1, 1)).waived,
            1
        );
        let open = report
            .findings
            .iter()
            .find(|two| two.fingerprint == other.fingerprint);
        assert!(!open.unwrap().is_waived());
    }

    #[test]
    fn a_waiver_about_nothing_is_told_and_one_of_no_check_is_a_mistake() {
        let mut report = sample::typical();
        let text = [
            entry("id = \"HT-SSH-999\"\nexpires = \"2030-01-01\""),
            entry("id = \"CVE-2001-0001\"\nexpires = \"2030-01-01\""),
        ]
        .concat();
        let applied = Waivers::parse(&text)
            .unwrap()
            .apply(&mut report, date(2026, 1, 1));
        assert_eq!(applied.unused, ["CVE-2001-0001", "HT-SSH-999"]);
        assert_eq!(applied.unknown, ["HT-SSH-999"]);
    }

    #[test]
    fn what_is_not_understood_is_an_error_that_says_where() {
        let bad = [
            "waivers = 1".to_owned(),
            "[[waiver]]\nid = \"HT-SSH-001\"\n".to_owned(),
            entry("id = \"HT-SSH-001\"\nexpires = \"2026-02-30\""),
            entry("id = \"HT-SSH-001\"\nexpires = \"31.12.2026\""),
            entry("id = \"HT-SSH-001\"\nexpires = \"2026-12-31T00:00:00Z\""),
            entry("id = \"HT-SSH-001\"\nexpires = \"20261231\""),
            entry("id = \"HT-SSH-001\"\nexpires = \"never\""),
            entry("id = \"HT-SSH-001\"\nfingerprint = \"x\"\nexpires = \"2030-01-01\""),
            entry("fingerprint = \"ABC\"\nexpires = \"2030-01-01\""),
            entry("id = \"two words\"\nexpires = \"2030-01-01\""),
            entry("id = \"HT-SSH-001\"\nexpires = \"2030-01-01\"\nuntil = 1"),
            entry("expires = \"2030-01-01\""),
            "[[waiver]]\nid = \"HT-SSH-001\"\nreason = \" \"\nowner = \"me\"\nexpires = \"2030-01-01\"".to_owned(),
        ];
        let errors: Vec<String> = bad
            .iter()
            .map(|text| Waivers::parse(text).unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(errors.join("\n"));
        assert!(Waivers::parse("").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in any::<String>()) {
            let _parsed = Waivers::parse(&text);
        }

        #[test]
        fn a_day_is_read_as_it_is_written(year in 1_i16..9999, month in 1_i8..=12, last in 1_i8..=28) {
            let written = format!("{year:04}-{month:02}-{last:02}");
            prop_assert_eq!(day(&written), Some(date(year, month, last)));
        }
    }
}
