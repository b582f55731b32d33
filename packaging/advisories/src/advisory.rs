//! What a feed says: advisories, the issues they name, and the packages they are about.

use std::fmt;

use hardtarget_report::Severity;

/// One record of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// Its own id, e.g. `ALSA-2024:1234`, `DSA-5417-1` or `UBUNTU-CVE-2024-1`.
    pub id: String,
    /// What kind of record it is.
    pub kind: Kind,
    /// The streams of modules that it is for, as `name:stream`; none where it does not say or is not
    /// about modules (see [`crate::modularity`]).
    pub streams: Vec<String>,
    /// The issues that it is about; one with the advisory's own id where it names none.
    pub issues: Vec<Issue>,
}

/// What kind of record one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An advisory: the announcement of an update.
    Advisory,
    /// What the vendor says of one CVE, whether or not there is an update.
    Statement,
}

/// One vulnerability that an advisory names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its CVE id, or the id of the advisory.
    pub id: String,
    /// How bad it is.
    pub rating: Rating,
}

/// How bad an issue is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rating {
    /// The severity, and whose word it is; nothing where the feed does not tell.
    pub severity: Option<(Severity, Source)>,
    /// The CVSS base score of this very issue.
    pub cvss: Option<Score>,
}

/// Whose word a severity is; what stands first counts more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The vendor's.
    Vendor,
    /// The band that a CVSS base score falls into.
    Cvss,
}

/// A CVSS base score, in tenths: 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u8);

impl Score {
    /// A score of so many tenths; nothing above 10.0.
    #[must_use]
    pub const fn from_tenths(tenths: u8) -> Option<Self> {
        if tenths <= 100 {
            Some(Self(tenths))
        } else {
            None
        }
    }

    /// The score in tenths.
    #[must_use]
    pub const fn tenths(self) -> u8 {
        self.0
    }

    /// The band of the specification's qualitative scale (CVSS v3.1, section 5); what has no effect at all
    /// is low, as in the report.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self.0 {
            90.. => Severity::Critical,
            70..=89 => Severity::High,
            40..=69 => Severity::Medium,
            0..=39 => Severity::Low,
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// What a row's package name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// A binary package.
    Binary,
    /// A source package, with the source's version: all that was built from it.
    Source,
}

/// Versions of one package that an advisory is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The first version that has the issue; all from the beginning where there is none.
    pub introduced: Option<String>,
    /// Where it ends.
    pub end: End,
}

/// The end of a range of vulnerable versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// This version repairs it.
    Fixed(String),
    /// This is the last version that has it; which one repairs it the feed does not say.
    Last(String),
    /// There is no repair yet.
    Open,
    /// The vendor says that there will be none.
    WontFix,
}

/// What a vendor's word for a severity means on the report's scale; nothing for a word that is none
/// (`not yet assigned`, `untriaged`).
///
/// Words: Red Hat's and its rebuilds' Critical, Important, Moderate, Low; Ubuntu's priorities; Debian's
/// urgencies, where `unimportant` means no security issue in practice.
#[must_use]
pub fn severity_of(word: &str) -> Option<Severity> {
    let word = word.trim();
    [
        ("critical", Severity::Critical),
        ("important", Severity::High),
        ("high", Severity::High),
        ("moderate", Severity::Medium),
        ("medium", Severity::Medium),
        ("low", Severity::Low),
        ("negligible", Severity::Info),
        ("unimportant", Severity::Info),
    ]
    .into_iter()
    .find(|(known, _)| known.eq_ignore_ascii_case(word))
    .map(|(_, severity)| severity)
}

/// Whether an id is that of an update for other reasons than security: bug fixes and enhancements of the
/// Red Hat family (`RHBA`, `ALEA`), SUSE's recommended, optional and feature updates.
#[must_use]
pub fn is_no_security_update(id: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "ALBA-", "ALEA-", "RHBA-", "RHEA-", "RLBA-", "RLEA-", "ELBA-", "ELEA-", "SUSE-RU-",
        "SUSE-OU-", "SUSE-FU-", "LSN-",
    ];
    let id = id.strip_prefix("open").unwrap_or(id);
    OTHERS.iter().any(|other| id.starts_with(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_vendors_have_a_place_on_our_scale() {
        assert_eq!(severity_of("Important"), Some(Severity::High));
        assert_eq!(severity_of(" MODERATE "), Some(Severity::Medium));
        assert_eq!(severity_of("not yet assigned"), None);
        assert_eq!(severity_of(""), None);
    }

    #[test]
    fn scores_fall_into_the_bands_of_the_specification() {
        for (tenths, severity, text) in [
            (0, Severity::Low, "0.0"),
            (1, Severity::Low, "0.1"),
            (39, Severity::Low, "3.9"),
            (40, Severity::Medium, "4.0"),
            (69, Severity::Medium, "6.9"),
            (70, Severity::High, "7.0"),
            (90, Severity::Critical, "9.0"),
            (100, Severity::Critical, "10.0"),
        ] {
            let score = Score::from_tenths(tenths).unwrap();
            assert_eq!(score.severity(), severity);
            assert_eq!(score.to_string(), text);
        }
        assert_eq!(Score::from_tenths(101), None);
    }

    #[test]
    fn bug_fixes_are_no_security_updates() {
        assert!(is_no_security_update("ALBA-2024:1"));
        assert!(is_no_security_update("openSUSE-RU-2024:1"));
        assert!(!is_no_security_update("ALSA-2024:1"));
        assert!(!is_no_security_update("openSUSE-SU-2024:1"));
    }
}
