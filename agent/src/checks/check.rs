//! What a check is made of.

use std::path::Path;

use hardtarget_report::Severity;

use crate::facts::{Facts, Gap};

/// One native check: what it is called, how bad its fault is, and how it is judged.
#[derive(Debug)]
pub struct Check {
    /// `HT-<AREA>-<NNN>`.
    pub id: &'static str,
    /// The fault, as a sentence that names it.
    pub title: &'static str,
    /// How bad the fault is, unless a [`Fault`] says otherwise.
    pub severity: Severity,
    /// Whether it can be judged on an unpacked root.
    pub scope: Scope,
    /// The version of the agent that brought it.
    pub since: &'static str,
    /// Where to read on.
    pub references: &'static [Ref],
    /// Which of Lynis's tests say the same thing: its findings are counted with this check's.
    pub same_as: &'static [SameAs],
    /// The doc comment: the manual page, in Markdown.
    pub doc: &'static str,
    /// Says from the facts alone whether the fault is there.
    pub(crate) judge: fn(&Facts) -> Judged,
    /// A root on which the check passes.
    #[cfg(test)]
    pub(crate) passes: fn(&mut crate::facts::tree::Tree),
    /// A root on which it finds its fault.
    #[cfg(test)]
    pub(crate) fails: fn(&mut crate::facts::tree::Tree),
}

/// Whether a check can be judged from files alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// From files: on a running machine and on an unpacked root (`--root`) alike.
    Files,
    /// Only on a running machine.
    Running,
}

/// Where to read on; [`Ref::reference`] gives name and address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ref {
    /// A section of a CIS benchmark: the benchmark with its version, and the section's number.
    Cis(&'static str, &'static str),
    /// A weakness of <https://cwe.mitre.org>.
    Cwe(u32),
    /// AWS, "Recommendations for creating shared Linux AMIs".
    AwsSharedAmi,
    /// Any other page: its name and address.
    Page(&'static str, &'static str),
    /// A manual page, e.g. `sshd_config(5)`.
    Manual(&'static str),
}

/// What of a Lynis test says the same thing as a check that found its fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameAs {
    /// Whatever the test (`AUTH-9204`) says: it asks one question.
    Test(&'static str),
    /// Whatever the test says, if our finding is about one of these subjects of ours.
    For(&'static str, &'static [&'static str]),
    /// Only what the test says of one subject of its own. `("SSH-7408", "PermitRootLogin")`: the test speaks of
    /// many options of sshd, a finding an option.
    About(&'static str, &'static str),
    /// What the test says of the very subject (a setting, a path) that our finding has, for a check
    /// that looks at several.
    Each(&'static str),
    /// The test gives one finding, in whose evidence each line names a setting (`KRNL-6000`): the
    /// lines of settings that are subjects of our findings.
    Lines(&'static str),
}

impl SameAs {
    /// The id of Lynis's test.
    #[must_use]
    pub const fn test(self) -> &'static str {
        match self {
            Self::Test(test)
            | Self::For(test, _)
            | Self::About(test, _)
            | Self::Each(test)
            | Self::Lines(test) => test,
        }
    }
}

impl Ref {
    /// A section of the CIS benchmark for Debian 11; numbered as in `tasks/` of the first release of
    /// ansible-lockdown's DEBIAN11-CIS (ComplianceAsCode has no controls file for it).
    #[must_use]
    pub const fn debian_11(section: &'static str) -> Self {
        Self::Cis("Debian Linux 11 v1.0.0", section)
    }

    /// A section of the CIS benchmark for Ubuntu 22.04, or the parent of several; numbered as in
    /// `controls/cis_ubuntu2204.yml` of ComplianceAsCode.
    #[must_use]
    pub const fn ubuntu_2204(section: &'static str) -> Self {
        Self::Cis("Ubuntu Linux 22.04 LTS v2.0.0", section)
    }

    /// A section of the CIS benchmark for Red Hat Enterprise Linux 9, or the parent of several;
    /// numbered as in `controls/cis_rhel9.yml` of ComplianceAsCode.
    #[must_use]
    pub const fn rhel_9(section: &'static str) -> Self {
        Self::Cis("Red Hat Enterprise Linux 9 v2.0.0", section)
    }

    /// A section of the CIS benchmark for Amazon Linux 2, or the parent of several; numbered as in
    /// `tasks/` of ansible-lockdown's AMAZON2-CIS (ComplianceAsCode has no controls file for it).
    #[must_use]
    pub const fn amazon_linux_2(section: &'static str) -> Self {
        Self::Cis("Amazon Linux 2 v3.0.0", section)
    }

    /// A section of the CIS benchmark for SUSE Linux Enterprise 15, or the parent of several;
    /// numbered as in `controls/cis_sle15.yml` of ComplianceAsCode.
    #[must_use]
    pub const fn sles_15(section: &'static str) -> Self {
        Self::Cis("SUSE Linux Enterprise 15 v1.1.1", section)
    }

    /// A section of the CIS distribution-independent Linux benchmark, or the parent of several;
    /// numbered as in `controls/` of dev-sec's cis-dil-benchmark.
    #[must_use]
    pub const fn independent(section: &'static str) -> Self {
        Self::Cis("Distribution Independent Linux v2.0.0", section)
    }

    /// A section of the CIS benchmark for Debian 12, or the parent of several; numbered as in
    /// `controls/cis_debian12.yml` of ComplianceAsCode.
    #[must_use]
    pub const fn debian_12(section: &'static str) -> Self {
        Self::Cis("Debian Linux 12 v1.1.0", section)
    }

    /// A section of the CIS benchmark for Amazon Linux 2023, or the parent of several; numbered as
    /// in `controls/cis_al2023.yml` of ComplianceAsCode.
    #[must_use]
    pub const fn amazon_linux_2023(section: &'static str) -> Self {
        Self::Cis("Amazon Linux 2023 v1.0.0", section)
    }
}

/// What a judge says: a verdict, or why there is none.
pub(crate) type Judged = Result<Verdict, NotJudged>;

/// The judge looked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// And found nothing wrong.
    Pass,
    /// And found the fault, in one place or several.
    Fail(Vec<Fault>),
}

impl Verdict {
    /// [`Self::Pass`] if there is no fault.
    pub(crate) fn from_faults(faults: impl IntoIterator<Item = Fault>) -> Self {
        let faults: Vec<Fault> = faults.into_iter().collect();
        if faults.is_empty() {
            Self::Pass
        } else {
            Self::Fail(faults)
        }
    }

    /// One fault for all lines, as bad as the worst of them.
    pub(crate) fn in_one(lines: impl IntoIterator<Item = (Severity, String)>) -> Self {
        let mut fault: Option<Fault> = None;
        for (severity, line) in lines {
            let found = match fault {
                None => Fault::new("", line),
                Some(fault) => fault.and(line),
            };
            let worst = found.severity.map_or(severity, |other| other.min(severity));
            fault = Some(found.severity(worst));
        }
        fault.map_or(Self::Pass, |fault| Self::Fail(vec![fault]))
    }

    /// The fault in its only place.
    pub(crate) fn fail(evidence: impl Into<String>) -> Self {
        Self::Fail(vec![Fault::new("", evidence)])
    }
}

/// The judge could not look, or there is nothing to look at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotJudged {
    /// What the check looks at does not exist here.
    NotApplicable(String),
    /// It exists, or may exist, but could not be looked at.
    Unknown(String),
}

impl From<&Gap> for NotJudged {
    fn from(gap: &Gap) -> Self {
        match gap {
            Gap::Absent(why) => Self::NotApplicable(why.clone()),
            Gap::Unknown(why) => Self::Unknown(why.clone()),
        }
    }
}

impl From<Gap> for NotJudged {
    fn from(gap: Gap) -> Self {
        Self::from(&gap)
    }
}

/// One place where a check's fault was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What it is about, stable from one image of a family to the next (a path, a user, a
    /// setting); goes into the fingerprint. Empty where the check has just one subject.
    pub(crate) subject: String,
    /// What was seen, an observation a line; may hold times and numbers, but never a secret.
    pub(crate) evidence: Vec<String>,
    /// The severity here, if it differs from the check's own.
    pub(crate) severity: Option<Severity>,
}

impl Fault {
    pub(crate) fn new(subject: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            evidence: vec![evidence.into()],
            severity: None,
        }
    }

    /// A fault of a file: the path is its subject.
    pub(crate) fn at(path: &Path, evidence: impl Into<String>) -> Self {
        Self::new(path.to_string_lossy(), evidence)
    }

    /// Adds a line of evidence.
    pub(crate) fn and(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    /// Sets a severity that differs from the check's own.
    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}

/// Defines a check as a constant, with its doc comment as manual page.
///
/// `passes` and `fails` build, in tests only, a root on which the check passes and one on which it
/// finds its fault; both go through the real reading of facts. `same_as`, after the references, may
/// be left out.
macro_rules! check {
    (
        $(#[doc = $doc:literal])+
        pub(crate) $name:ident {
            id: $id:literal,
            title: $title:literal,
            severity: $severity:ident,
            scope: $scope:ident,
            since: $since:literal,
            references: [$($reference:expr),* $(,)?],
            $(same_as: [$($same_as:expr),* $(,)?],)?
            judge: $judge:path,
            passes: $passes:expr,
            fails: $fails:expr $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        pub(crate) const $name: $crate::checks::Check = $crate::checks::Check {
            id: $id,
            title: $title,
            severity: hardtarget_report::Severity::$severity,
            scope: $crate::checks::Scope::$scope,
            since: $since,
            references: &[$($reference),*],
            same_as: &[$($($same_as),*)?],
            doc: concat!($($doc, "\n"),+),
            judge: $judge,
            #[cfg(test)]
            passes: $passes,
            #[cfg(test)]
            fails: $fails,
        };
    };
}
