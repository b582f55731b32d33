//! One thing wrong with a machine, from any engine.

use crate::{EngineId, Severity, Waiver, fingerprint};

/// One thing wrong, from any engine.
///
/// A check that finds the same fault in several places (ten world-writable files) gives one
/// finding a place, told apart by [`Finding::subject`]: so that what is new on the next image, and
/// what was waived, can be named one by one. Renderings group findings by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check or test that found it, e.g. `HT-SSH-001` or `SSH-7408`.
    pub id: String,
    /// The engine that it comes from.
    pub engine: EngineId,
    /// What is wrong, as a sentence that names the fault.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The area it belongs to, in lower case, e.g. `ssh` or `kernel`.
    pub category: String,
    /// What the fault is about (a path, a user, a setting), stable from one image to the next;
    /// empty where the check has just one subject.
    pub subject: String,
    /// What was seen, one observation a line.
    pub evidence: Vec<String>,
    /// What to do about it; may have several paragraphs.
    pub remediation: String,
    /// Where to read on.
    pub references: Vec<Reference>,
    /// The same fault on the next image of the family has the same fingerprint, see
    /// [`fingerprint`].
    pub fingerprint: String,
    /// The tests of other engines that say the same of this machine, sorted by id; counted here
    /// and nowhere else.
    pub same_as: Vec<String>,
    /// Who took it upon themselves to live with it.
    pub waiver: Option<Waiver>,
}

impl Finding {
    /// Computes the fingerprint of a finding whose other fields are set.
    #[must_use]
    pub fn with_fingerprint(mut self) -> Self {
        self.fingerprint = fingerprint(self.engine, &self.id, &self.subject);
        self
    }

    /// Whether somebody lives with it, and still may.
    #[must_use]
    pub fn is_waived(&self) -> bool {
        self.waiver.as_ref().is_some_and(|waiver| !waiver.expired)
    }

    /// The key by which findings are sorted in a report: worst first, then by id and subject.
    #[must_use]
    pub fn sort_key(&self) -> (Severity, &str, &str, &str) {
        (self.severity, &self.id, &self.subject, &self.fingerprint)
    }
}

/// The subject of the finding that stands for all further places of a fault that has too many to
/// name: which ones they are is not known from the report.
pub const MORE_PLACES: &str = "and more";

/// A place to read on: a benchmark's section, a weakness's number, a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// What it is called, e.g. `CIS Debian Linux 12 v1.1.0, 5.1.20` or `CWE-522`.
    pub name: String,
    /// Where it is, if it has an address.
    pub url: Option<String>,
}
