//! Words that all renderings for people share.

use std::time::Duration;

use crate::{EngineId, EngineOutcome, Fix, Report, Vulnerability, Waiver, clean_line};

use super::LINE;
use super::coverage::sentence;

/// `312 ms`, `48.7 s`, `3 min 12 s`.
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds == 0 {
        format!("{} ms", duration.subsec_millis())
    } else if seconds < 60 {
        format!("{seconds}.{} s", duration.subsec_millis() / 100)
    } else if seconds < 360_000 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else {
        "> 100 h".to_owned()
    }
}

/// The word for a hardening index: weak, fair, good or strong.
#[must_use]
pub const fn grade(index: u8) -> &'static str {
    match index {
        0..50 => "weak",
        50..70 => "fair",
        70..85 => "good",
        85.. => "strong",
    }
}

/// Why a report has no score.
pub(super) fn why_no_score(report: &Report) -> String {
    let lynis = report
        .engines
        .iter()
        .find(|run| run.engine == EngineId::Lynis);
    let short = |why: &str| clean_line(why, LINE);
    match lynis.map(|run| &run.outcome) {
        None => "Lynis was not asked".to_owned(),
        Some(EngineOutcome::Ran) => "Lynis gave none".to_owned(),
        Some(EngineOutcome::Partial(why)) => {
            format!("Lynis did not run to its end: {}", short(why))
        }
        Some(EngineOutcome::Skipped(why)) => format!("Lynis was left out: {}", short(why)),
        Some(EngineOutcome::Failed(why)) => format!("Lynis failed: {}", short(why)),
    }
}

/// `waived by OWNER until 2026-12-31: REASON`, and of one that has expired that.
pub(crate) fn waiver(waiver: &Waiver) -> String {
    let over = if waiver.expired {
        ", which is over, so it counts again"
    } else {
        ""
    };
    let what = format!(
        "waived by {} until {}{over}",
        clean_line(&waiver.owner, 80),
        waiver.expires
    );
    sentence(&what, &waiver.reason)
}

/// What to do about a vulnerability, as a sentence.
pub(super) fn repair(vulnerability: &Vulnerability) -> String {
    let package = clean_line(&vulnerability.package, 100);
    match &vulnerability.fix {
        Fix::Available(version) => {
            format!(
                "Upgrade {package} to {} or later.",
                clean_line(version, 100)
            )
        }
        Fix::None => "No version repairs it yet.".to_owned(),
        Fix::WontFix => format!("The distribution will not repair it in {package}."),
    }
}

/// The lower-case word of a kind of repair, as on the wire.
pub(super) const fn fix_word(fix: &Fix) -> &'static str {
    match fix {
        Fix::Available(_) => "available",
        Fix::None => "none",
        Fix::WontFix => "wont-fix",
    }
}

/// `1 vulnerability`, `2 vulnerabilities`.
pub(super) fn vulnerabilities(number: u64) -> String {
    match number {
        1 => "1 vulnerability".to_owned(),
        number => format!("{number} vulnerabilities"),
    }
}

/// Whether a text says anything that the title does not. Lynis's findings without details have
/// their message as subject, with its numbers taken out, and its suggestions say what to do.
pub(super) fn says_more(text: &str, title: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphabetic())
            .flat_map(char::to_lowercase)
            .collect()
    };
    !text.trim().is_empty() && bare(text) != bare(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_as_people_say_it() {
        for (millis, text) in [
            (0, "0 ms"),
            (312, "312 ms"),
            (48_730, "48.7 s"),
            (192_000, "3 min 12 s"),
            (u64::MAX, "> 100 h"),
        ] {
            assert_eq!(duration(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn a_title_is_not_said_twice() {
        let title = "Check 18 files in /tmp";
        assert!(!says_more("Check # files in /tmp", title));
        assert!(!says_more("", title));
        assert!(says_more("/tmp/x", title));
    }
}
