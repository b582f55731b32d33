//! Lynis's hardening index, with what is needed to compare two of them.

/// Lynis's hardening index.
///
/// Two scores are comparable only where `lynis_version`, `profile_sha256` and `max_points` are the
/// same, see [`Score::comparable_with`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// `floor(points x 100 / max_points)`, 0 to 100.
    pub index: u8,
    /// Points achieved; unknown where only Lynis's report file is at hand, not its log.
    pub points: Option<u32>,
    /// Points that could have been achieved on this machine.
    pub max_points: Option<u32>,
    /// The version of Lynis.
    pub lynis_version: String,
    /// The profile's name: `default`, `stock`, or the file's name.
    pub profile: String,
    /// SHA-256 of the profile, lower-case hexadecimal; unknown for reports that others made.
    pub profile_sha256: Option<String>,
    /// What each test gave, sorted by id; empty where the log is not at hand.
    pub tests: Vec<ScoredTest>,
}

/// The points of one Lynis test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoredTest {
    /// The test's id, e.g. `SSH-7408`.
    pub id: String,
    /// Points achieved.
    pub points: u32,
    /// Points that could have been achieved.
    pub max_points: u32,
}

impl Score {
    /// Whether the two indices measure the same thing; otherwise the reasons why not, one
    /// a line, ready to be shown.
    pub fn comparable_with(&self, other: &Self) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        if self.lynis_version != other.lynis_version {
            reasons.push(format!(
                "Lynis {} against {}",
                self.lynis_version, other.lynis_version
            ));
        }
        match (&self.profile_sha256, &other.profile_sha256) {
            (Some(a), Some(b)) if a == b => {}
            (Some(_), Some(_)) => reasons.push(format!(
                "different profiles ({} against {})",
                self.profile, other.profile
            )),
            _ => reasons.push("a profile is unknown".to_owned()),
        }
        match (self.max_points, other.max_points) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => {
                reasons.push(format!("out of {a} points against out of {b} points"));
            }
            _ => reasons.push("the points are unknown".to_owned()),
        }
        if reasons.is_empty() {
            Ok(())
        } else {
            Err(reasons)
        }
    }
}
