use hardtarget_report::Severity;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::{Facts, eol};

/// How early an end is told: 90 days.
const SOON: i64 = 90;

check! {
    /// ## What it checks
    /// The release of the distribution (`/etc/os-release`) still gets security updates, and will
    /// for 90 days more. Debian's long-term support counts, as does Ubuntu Pro where the machine is
    /// attached to it. Dates come from a table in the agent; a release that it does not have is
    /// unknown.
    ///
    /// ## Why it matters
    /// Vulnerabilities found after the end are published but never repaired: each of them stays
    /// open on every instance of the image.
    ///
    /// ## Remediation
    /// Build the image from a newer release of the distribution. Where that takes time, buy the
    /// vendor's extended support (Ubuntu Pro, RHEL ELS, SUSE LTSS, Debian ELTS).
    pub(crate) END_OF_LIFE {
        id: "HT-UPK-001",
        title: "The release gets no more security updates",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(1104),
            Ref::Page("endoflife.date: operating systems", "https://endoflife.date/tags/os"),
        ],
        same_as: [SameAs::Test("GEN-0010")],
        judge: end_of_life,
        passes: |tree| { tree.file("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"); },
        fails: |tree| { tree.file("/etc/os-release", "ID=debian\nVERSION_ID=\"10\"\n"); },
    }
}

fn end_of_life(facts: &Facts) -> Judged {
    let os = facts.os.as_ref()?;
    let name = os.pretty_name().or_else(|| os.id()).unwrap_or("Linux");
    if os.version_id().is_none() {
        return Err(NotJudged::NotApplicable(format!(
            "{name} has no VERSION_ID: a release that never ends, or is not out yet"
        )));
    }
    let pro = facts.ubuntu_pro.as_ref().is_ok_and(|attached| *attached);
    let Some(release) = pro
        .then(|| eol::find_extended(os))
        .flatten()
        .or_else(|| eol::find(os))
    else {
        return Err(NotJudged::Unknown(format!(
            "the table of this version of the agent does not say when {name} ends"
        )));
    };
    let today = facts.now.to_zoned(TimeZone::UTC).date();
    Ok(judge(name, release.ends, today))
}

fn judge(name: &str, ends: Date, today: Date) -> Verdict {
    if today > ends {
        return Verdict::fail(format!("{name}: security updates ended on {ends}"));
    }
    let soon = today
        .checked_add(SOON.days())
        .is_ok_and(|soon| soon >= ends);
    if soon {
        return Verdict::Fail(vec![
            Fault::new("", format!("{name}: security updates end on {ends}"))
                .severity(Severity::Low),
        ]);
    }
    Verdict::Pass
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn judged(os: &str, now: &str) -> Judged {
        end_of_life(&Tree::new().file("/etc/os-release", os).at(now).facts())
    }

    #[test]
    fn the_day_decides() {
        let os = "ID=debian\nVERSION_ID=12\n";
        assert_eq!(judged(os, "2028-03-01T00:00:00Z"), Ok(Verdict::Pass));
        let Ok(Verdict::Fail(faults)) = judged(os, "2028-06-30T23:00:00Z") else {
            panic!("it ends today");
        };
        assert_eq!(faults[0].severity, Some(Severity::Low));
        let Ok(Verdict::Fail(faults)) = judged(os, "2028-07-01T00:00:00Z") else {
            panic!("it has ended");
        };
        assert_eq!(faults[0].severity, None);
    }

    #[test]
    fn what_is_not_in_the_table_is_unknown() {
        let now = "2026-11-21T00:00:00Z";
        assert!(matches!(
            judged("ID=mystery\nVERSION_ID=1\n", now),
            Err(NotJudged::Unknown(_))
        ));
        assert!(matches!(
            judged("ID=arch\n", now),
            Err(NotJudged::NotApplicable(_))
        ));
    }

    #[test]
    fn ubuntu_pro_lengthens_the_life() {
        let mut tree = Tree::new();
        tree.file("/etc/os-release", "ID=ubuntu\nVERSION_ID=20.04\n");
        assert!(matches!(end_of_life(&tree.facts()), Ok(Verdict::Fail(_))));
        tree.file("/var/lib/ubuntu-advantage/private/machine-token.json", "{}");
        assert_eq!(end_of_life(&tree.facts()), Ok(Verdict::Pass));
    }
}
