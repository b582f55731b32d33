//! Findings of two engines that say the same: one takes the other in, and is known to stand for it
//! when reports are compared.

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
        self.engine != other.engine
            && self.same_as.contains(&other.id)
            && self.evidence.contains(&line(other, &other.subject))
    }

    /// The fingerprints that findings may have which this one has taken in: those that it stands for are
    /// among them. The others are of no finding.
    #[must_use]
    pub fn taken_in(&self) -> Vec<String> {
        let mut all = Vec::new();
        for id in &self.same_as {
            let subjects = self.evidence.iter();
            let subjects = subjects.filter_map(|line| line.strip_prefix(&**id)?.strip_prefix(SAYS));
            for subject in subjects {
                let others = EngineId::ALL.into_iter().filter(|one| *one != self.engine);
                all.extend(others.map(|engine| fingerprint(engine, id, subject)));
            }
        }
        all
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
        assert!(ours.taken_in().contains(&lynis.fingerprint));
        let other = other.with_fingerprint();
        assert!(!ours.taken_in().contains(&other.fingerprint) && before.taken_in().is_empty());
        assert_eq!(ours.same_as, std::slice::from_ref(&lynis.id));
        assert_eq!(ours.severity, before.severity);
        assert_eq!(
            ours.evidence.len(),
            before.evidence.len() + 1 + lynis.evidence.len()
        );
    }
}
