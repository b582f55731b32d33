//! Findings of two engines that say the same: one takes the other in, and is known to stand for it
//! when reports are compared.

use std::collections::BTreeSet;

use crate::{EngineId, Finding, fingerprint};

impl Finding {
    /// Takes in what a finding of another engine says: its id, its references and, as lines of
    /// evidence, its subject and those lines of its evidence that are about the same.
    ///
    /// Severity, title and fingerprint stay: the fault must not weigh more, or count as another one,
    /// on the day the other engine ran too.
    pub fn take_in<'a>(&mut self, other: &Self, lines: impl IntoIterator<Item = &'a String>) {
        if !self.same_as.contains(&other.id) {
            self.same_as.push(other.id.clone());
            self.same_as.sort();
        }
        let mut seen = vec![line(other, &other.subject)];
        seen.extend(lines.into_iter().map(|text| line(other, text)));
        for line in seen {
            if !self.evidence.contains(&line) {
                self.evidence.push(line);
            }
        }
        for reference in &other.references {
            if !self.references.contains(reference) {
                self.references.push(reference.clone());
            }
        }
    }

    /// Whether this finding has taken in that one, or the same of another scan.
    #[must_use]
    pub fn stands_for(&self, other: &Self) -> bool {
        let name = (other.id.as_str(), other.subject.as_str());
        self.engine != other.engine && self.told().any(|one| one == name)
    }

    /// The ids and subjects that findings may have which this one has taken in: those that it stands for
    /// are among them, the others are of no finding. One for each line of evidence at most, so that a
    /// report that means harm has no more of them than lines.
    pub fn told(&self) -> impl Iterator<Item = (&str, &str)> {
        let ids: BTreeSet<&str> = self.same_as.iter().map(String::as_str).collect();
        let lines = if ids.is_empty() { &[] } else { &*self.evidence };
        // The id ends at the first such words: there are none in the ids of any engine.
        let told = lines.iter().filter_map(|line| line.split_once(SAYS));
        told.filter(move |(id, _)| ids.contains(id))
    }

    /// The fingerprints that findings may have which this one has taken in, by id. They are computed as they
    /// are asked for.
    pub fn taken_in(&self) -> impl Iterator<Item = String> {
        let mut told: Vec<(&str, &str)> = self.told().collect();
        told.sort_by_key(|(id, _)| *id);
        let others = EngineId::ALL.into_iter();
        let others = others.filter(|one| *one != self.engine);
        told.into_iter().flat_map(move |(id, subject)| {
            let others = others.clone();
            others.map(move |engine| fingerprint(engine, id, subject))
        })
    }
}

/// What stands between the id and the text of [`line`].
const SAYS: &str = " says: ";

/// A line of evidence that tells what another engine says.
fn line(of: &Finding, text: &str) -> String {
    format!("{}{SAYS}{text}", of.id)
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::{EngineId, Finding, sample};

    /// Two findings of one Lynis test about different subjects, and one of ours.
    fn three() -> (Finding, Finding, Finding) {
        let findings = sample::typical().findings;
        let of = |engine| findings.iter().find(|one| one.engine == engine).cloned();
        let lynis = of(EngineId::Lynis).unwrap();
        let mut other = lynis.clone();
        other.subject.push_str(" and another");
        (of(EngineId::Native).unwrap(), lynis, other)
    }

    #[test]
    fn what_was_taken_in_is_stood_for_and_nothing_else() {
        let (mut ours, lynis, other) = three();
        let before = ours.clone();
        ours.take_in(&lynis, &lynis.evidence);
        ours.take_in(&lynis, &lynis.evidence);
        assert!(ours.stands_for(&lynis) && !ours.stands_for(&other));
        assert!(!before.stands_for(&lynis) && !lynis.stands_for(&ours));
        assert!(ours.taken_in().any(|one| one == lynis.fingerprint));
        let other = other.with_fingerprint();
        assert!(!ours.taken_in().any(|one| one == other.fingerprint));
        assert_eq!(before.taken_in().count(), 0);
        assert_eq!(ours.same_as, std::slice::from_ref(&lynis.id));
        assert_eq!(ours.severity, before.severity);
        assert_eq!(
            ours.evidence.len(),
            before.evidence.len() + 1 + lynis.evidence.len()
        );
    }
    #[test]
    fn one_test_named_a_thousand_times_is_one() {
        let (mut ours, lynis, _) = three();
        ours.evidence = vec![line(&lynis, "here"), line(&lynis, "there")];
        ours.same_as = vec![lynis.id; 1_000];
        assert_eq!(ours.told().count(), 2);
        // Any of the three other engines may have such a finding.
        assert_eq!(ours.taken_in().count(), 6);
    }
}
