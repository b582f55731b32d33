//! Words that all renderings for people share.

use std::time::Duration;

use crate::{EngineId, EngineOutcome, Report, clean_line};

use super::LINE;

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

/// The word for a hardening index.
pub(super) const fn grade(index: u8) -> &'static str {
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
