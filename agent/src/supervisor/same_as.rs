//! Where a check of ours and Lynis say the same thing, one finding stays and is counted.
//!
//! Ours stays, with Lynis's id in `same_as` and its words in the evidence. It keeps its severity and
//! fingerprint: ours is graded by what was seen at that very place, Lynis's by the test alone, and a
//! fault must not weigh more on the day Lynis ran too. Where our check passed, or could not look,
//! Lynis's finding stays as it is: that the two disagree is news.

use hardtarget_report::{EngineId, Finding};

use crate::checks::{CATALOGUE, SameAs};

/// Merges Lynis's findings into ours where both say the same.
pub(super) fn merge(findings: &mut Vec<Finding>) {
    let (theirs, mut ours): (Vec<Finding>, Vec<Finding>) = findings
        .drain(..)
        .partition(|finding| finding.engine == EngineId::Lynis);
    let left = theirs
        .into_iter()
        .filter_map(|lynis| absorb(lynis, &mut ours));
    findings.extend(left.collect::<Vec<_>>());
    findings.append(&mut ours);
}

/// Moves what `lynis` says into those of ours that say it too; gives back what they do not.
fn absorb(mut lynis: Finding, ours: &mut [Finding]) -> Option<Finding> {
    let mut whole = false;
    let mut moved: Vec<String> = Vec::new();
    for native in ours
        .iter_mut()
        .filter(|finding| finding.engine == EngineId::Native)
    {
        match same(&lynis, native) {
            None => {}
            Some(SameAs::Lines(_)) => {
                let lines: Vec<String> = lynis
                    .evidence
                    .iter()
                    .filter(|line| tells_of(native, line))
                    .cloned()
                    .collect();
                if !lines.is_empty() {
                    native.take_in(&lynis, &lines);
                    moved.extend(lines);
                }
            }
            Some(SameAs::Test(_) | SameAs::For(..) | SameAs::About(..) | SameAs::Each(_)) => {
                native.take_in(&lynis, &lynis.evidence);
                whole = true;
            }
        }
    }
    lynis.evidence.retain(|line| !moved.contains(line));
    let nothing_left = !moved.is_empty() && lynis.evidence.is_empty();
    (!whole && !nothing_left).then_some(lynis)
}

/// Why the two say the same, if they may.
fn same(lynis: &Finding, native: &Finding) -> Option<SameAs> {
    let check = CATALOGUE.iter().find(|check| check.id == native.id)?;
    check
        .same_as
        .iter()
        .copied()
        .filter(|same| same.test() == lynis.id)
        .find(|same| match same {
            SameAs::Test(_) | SameAs::Lines(_) => true,
            SameAs::For(_, ours) => ours.contains(&native.subject.as_str()),
            SameAs::About(_, theirs) => lynis.subject == *theirs,
            SameAs::Each(_) => names(&lynis.subject, &native.subject),
        })
}

/// Whether a word of `text` is `name`, in whatever case.
fn names(text: &str, name: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':');
    text.split(|c| !in_word(c))
        .any(|word| !word.is_empty() && word.eq_ignore_ascii_case(name))
}

/// Whether a finding of ours tells of the setting that a line of Lynis's evidence begins with.
fn tells_of(native: &Finding, line: &str) -> bool {
    let Some((setting, _)) = line.split_once(" is ") else {
        return false;
    };
    native.subject == setting
        || native
            .evidence
            .iter()
            .filter_map(|line| line.split_once(" is "))
            .any(|(name, _)| name == setting)
}

#[cfg(test)]
mod tests {
    use hardtarget_report::{Reference, Severity};

    use super::*;

    fn finding(engine: EngineId, id: &str, subject: &str, evidence: &[&str]) -> Finding {
        Finding {
            id: id.to_owned(),
            engine,
            title: format!("title of {id}"),
            severity: Severity::Low,
            category: "test".to_owned(),
            subject: subject.to_owned(),
            evidence: evidence.iter().map(|line| (*line).to_owned()).collect(),
            remediation: String::new(),
            references: vec![Reference {
                name: format!("page of {id}"),
                url: None,
            }],
            fingerprint: String::new(),
            same_as: Vec::new(),
            waiver: None,
        }
        .with_fingerprint()
    }

    fn native(id: &str, subject: &str, evidence: &[&str]) -> Finding {
        finding(EngineId::Native, id, subject, evidence)
    }

    fn lynis(id: &str, subject: &str, evidence: &[&str]) -> Finding {
        finding(EngineId::Lynis, id, subject, evidence)
    }

    /// Ids, subjects and what each stands for, after the merge.
    fn merged(findings: &[Finding]) -> Vec<(String, String, String)> {
        let mut all = findings.to_vec();
        merge(&mut all);
        let mut all: Vec<_> = all
            .into_iter()
            .map(|one| (one.id, one.subject, one.same_as.join(", ")))
            .collect();
        all.sort();
        all
    }

    fn expect(list: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        list.iter()
            .map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned()))
            .collect()
    }

    #[test]
    fn of_two_that_say_the_same_ours_stays_with_both_ids() {
        let ours = native("HT-ACC-002", "toor", &["toor has user id 0"]);
        let fingerprint = ours.fingerprint.clone();
        let mut all = vec![lynis("AUTH-9204", "Multiple users", &[]), ours];
        merge(&mut all);
        let [one] = all.as_slice() else {
            panic!("{all:#?}");
        };
        assert_eq!(one.same_as, ["AUTH-9204"]);
        assert_eq!(one.fingerprint, fingerprint);
        assert_eq!(one.evidence[1], "AUTH-9204 says: Multiple users");
        assert_eq!(one.references.len(), 2);
    }

    #[test]
    fn where_our_check_is_silent_lynis_speaks_for_itself() {
        let alone = [
            lynis("AUTH-9204", "Multiple users", &[]),
            native("HT-ACC-001", "%wheel", &[]),
        ];
        assert_eq!(
            merged(&alone),
            expect(&[
                ("AUTH-9204", "Multiple users", ""),
                ("HT-ACC-001", "%wheel", "")
            ])
        );
    }

    #[test]
    fn of_a_test_with_many_options_only_the_same_one_is_merged() {
        let all = [
            native("HT-SSH-008", "LoginGraceTime", &[]),
            lynis("SSH-7408", "MaxAuthTries", &[]),
            lynis("SSH-7408", "LoginGraceTime", &[]),
            native("HT-SSH-005", "", &[]),
            lynis("SSH-7408", "X11Forwarding", &[]),
        ];
        assert_eq!(
            merged(&all),
            expect(&[
                ("HT-SSH-005", "", "SSH-7408"),
                ("HT-SSH-008", "LoginGraceTime", "SSH-7408"),
                ("SSH-7408", "MaxAuthTries", ""),
            ])
        );
    }

    #[test]
    fn kernel_settings_move_line_by_line() {
        let ours = native(
            "HT-KRN-002",
            "net.ipv4.conf.*.rp_filter",
            &["net.ipv4.conf.default.rp_filter is 0 (from /proc), good is 1"],
        );
        let first = "net.ipv4.conf.default.rp_filter is 0, expected 1";
        let second = "kernel.sysrq is 16, expected 0";
        let sysctl = "One or more sysctl values differ";
        let mut all = vec![ours.clone(), lynis("KRNL-6000", sysctl, &[first, second])];
        merge(&mut all);
        let left = all.iter().find(|one| one.engine == EngineId::Lynis);
        assert_eq!(left.unwrap().evidence, [second]);
        assert_eq!(
            merged(&[ours, lynis("KRNL-6000", sysctl, &[first])]),
            expect(&[("HT-KRN-002", "net.ipv4.conf.*.rp_filter", "KRNL-6000")])
        );
    }

    #[test]
    fn words_are_compared_whole() {
        assert!(names("Determine if protocol 'dccp' is needed", "dccp"));
        assert!(names("/tmp", "/tmp"));
        assert!(!names("/tmp/x", "/tmp"));
        assert!(!names("anything", ""));
    }
}
