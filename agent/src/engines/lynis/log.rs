//! Lynis's log: what each test did, why it was left out, and the points it gave.
//!
//! Every line is `YYYY-MM-DD HH:MM:SS text`; a text with line ends in it goes on without the time.

/// The id under which points are kept that are given before the first test.
pub const START: &str = "LYNIS";

/// Which stretch of a run a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stretch {
    /// Start-up and plugins: the same in every part of a scan.
    Start,
    /// The groups of tests that the run was asked for.
    Groups,
    /// Own tests and the plugins' second phase: the same in every part again.
    End,
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It ran.
    Performed,
    /// It was left out: Lynis's reason.
    Skipped(String),
}

/// One test of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The test's id, e.g. `SSH-7408`; [`START`] before the first one.
    pub id: String,
    /// What the test is for, in Lynis's words.
    pub title: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Points achieved.
    pub points: u32,
    /// Points that could have been achieved.
    pub max_points: u32,
    /// Where in the run it stands.
    pub stretch: Stretch,
}

/// A log, in its own order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    /// The tests; one id may occur several times.
    pub steps: Vec<Step>,
    /// What Lynis itself counted last: points, and points that could have been achieved.
    pub total: Option<(u32, u32)>,
}

/// Reads a log. Anything can be read; what makes no sense is left out.
#[must_use]
pub fn parse(bytes: &[u8]) -> Log {
    let mut log = Log::default();
    let mut stretch = Stretch::Start;
    for line in bytes.split(|&byte| byte == b'\n') {
        let Some(text) = text_of(line) else { continue };
        let step = |id: &str, title: &str| Step {
            id: id.to_owned(),
            title: title.to_owned(),
            outcome: Outcome::Performed,
            points: 0,
            max_points: 0,
            stretch,
        };
        if let Some(rest) = text.strip_prefix("Performing test ID ") {
            let (id, title) = id_and_title(rest);
            log.steps.push(step(id, title));
        } else if let Some(rest) = text.strip_prefix("Skipped test ") {
            let (id, title) = id_and_title(rest);
            let outcome = Outcome::Skipped(String::new());
            let step = step(id, title);
            log.steps.push(Step { outcome, ..step });
        } else if let Some(reason) = text.strip_prefix("Reason to skip: ") {
            if let Some(Step {
                outcome: Outcome::Skipped(why),
                ..
            }) = log.steps.last_mut()
            {
                reason.clone_into(why);
            }
        } else if let Some(rest) = text.strip_prefix("Hardening: assigned ") {
            if let Some((points, max)) = points(rest) {
                if log.steps.is_empty() {
                    log.steps.push(step(START, "Start-up"));
                }
                if let Some(last) = log.steps.last_mut() {
                    last.points = last.points.saturating_add(points);
                    last.max_points = last.max_points.saturating_add(max);
                }
            }
            log.total = running_total(rest).or(log.total);
        } else if stretch == Stretch::Start
            && (text.starts_with("Info: only performing tests from groups")
                || text.starts_with("Info: perform tests from all categories"))
        {
            stretch = Stretch::Groups;
        } else if stretch == Stretch::Groups && text.starts_with("Test: Checking for tests_custom")
        {
            stretch = Stretch::End;
        }
    }
    log
}

impl Log {
    /// The sum over all tests: points, and points that could have been achieved.
    #[must_use]
    pub fn sum(&self) -> (u32, u32) {
        self.steps.iter().fold((0, 0), |(points, max), step| {
            (
                points.saturating_add(step.points),
                max.saturating_add(step.max_points),
            )
        })
    }

    /// The sum, where it is what Lynis counted as well; otherwise something is missing from the
    /// log and no points are known.
    #[must_use]
    pub fn checked_sum(&self) -> Option<(u32, u32)> {
        let sum = self.sum();
        (self.total.unwrap_or((0, 0)) == sum).then_some(sum)
    }
}

/// What stands behind the time; nothing for a line that does not start with one.
fn text_of(line: &[u8]) -> Option<&str> {
    let (time, text) = line.split_at_checked(20)?;
    let shape = b"dddd-dd-dd dd:dd:dd ";
    let fits = time.iter().zip(shape).all(|(byte, shape)| match shape {
        b'd' => byte.is_ascii_digit(),
        other => byte == other,
    });
    // A text that is no UTF-8 tells of the machine, not of a test's start or points.
    fits.then(|| std::str::from_utf8(text).ok()).flatten()
}

/// Splits `SSH-7408 (Check SSH specific defined options)`.
fn id_and_title(text: &str) -> (&str, &str) {
    let (id, title) = text.split_once(' ').unwrap_or((text, ""));
    let title = title.trim().strip_prefix('(').unwrap_or(title);
    (id, title.strip_suffix(')').unwrap_or(title))
}

/// Reads `maximum number of hardening points for this item (3). …` and
/// `partial number of hardening points (2 of 3). …`.
pub(super) fn points(text: &str) -> Option<(u32, u32)> {
    let inner = text.split_once('(')?.1.split_once(')')?.0;
    match inner.split_once(" of ") {
        Some((points, max)) => Some((points.trim().parse().ok()?, max.trim().parse().ok()?)),
        None => {
            let points = inner.trim().parse().ok()?;
            Some((points, points))
        }
    }
}

/// Reads `… Currently having 114 points (out of 202)`.
fn running_total(text: &str) -> Option<(u32, u32)> {
    let rest = text.split_once("Currently having ")?.1;
    let (points, rest) = rest.split_once(" points (out of ")?;
    Some((points.parse().ok()?, rest.split_once(')')?.0.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOG: &str = "\
2026-11-21 09:20:42 Starting Lynis 3.1.4 with PID 9084, build date 2025-01-28
2026-11-21 09:20:44 Performing test ID CORE-1000 (Check all system binaries)
2026-11-21 09:20:44 Hardening: assigned maximum number of hardening points for this item (3). Currently having 3 points (out of 3)
2026-11-21 09:20:45 Info: only performing tests from groups: ssh
2026-11-21 09:20:46 Performing test ID SSH-7408 (Check SSH (specific) options)
2026-11-21 09:20:46 Hardening: assigned partial number of hardening points (2 of 3). Currently having 5 points (out of 6)
2026-11-21 09:20:46 Hardening: assigned partial number of hardening points (0 of 1). Currently having 5 points (out of 7)
2026-11-21 09:20:46 a text with a line end:
Hardening: assigned partial number of hardening points (9 of 9). Currently having 14 points (out of 16)
2026-11-21 09:20:46 Skipped test SSH-7440 (AllowUsers)
2026-11-21 09:20:46 Reason to skip: This test needs root permissions
2026-11-21 09:20:47 Test: Checking for tests_custom file
2026-11-21 09:20:47 Performing test ID CUST-0010 (Ours)
";

    #[test]
    fn points_go_to_the_test_that_gave_them() {
        let log = parse(LOG.as_bytes());
        let given: Vec<_> = log
            .steps
            .iter()
            .map(|s| (s.id.as_str(), s.points, s.max_points, s.stretch))
            .collect();
        assert_eq!(
            given,
            [
                ("CORE-1000", 3, 3, Stretch::Start),
                ("SSH-7408", 2, 4, Stretch::Groups),
                ("SSH-7440", 0, 0, Stretch::Groups),
                ("CUST-0010", 0, 0, Stretch::End),
            ]
        );
        assert_eq!(log.checked_sum(), Some((5, 7)));
    }

    #[test]
    fn the_reason_to_skip_is_kept() {
        let log = parse(LOG.as_bytes());
        assert_eq!(
            log.steps[2].outcome,
            Outcome::Skipped("This test needs root permissions".to_owned())
        );
        assert_eq!(log.steps[1].title, "Check SSH (specific) options");
    }

    #[test]
    fn a_log_that_lost_lines_has_no_points() {
        let short: String = LOG
            .lines()
            .filter(|line| !line.contains("(2 of 3)"))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(parse(short.as_bytes()).checked_sum(), None);
    }

    #[test]
    fn points_before_the_first_test_are_kept() {
        let log = parse(b"2026-11-21 09:20:46 Hardening: assigned partial number of hardening points (1 of 2). Currently having 1 points (out of 2)\n");
        assert_eq!(log.steps[0].id, START);
        assert_eq!(log.checked_sum(), Some((1, 2)));
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let _sum = parse(&bytes).checked_sum();
        }

        #[test]
        fn any_text_behind_a_time_can_be_read(text in "\\PC{0,80}", kind in 0usize..5) {
            let start = ["Performing test ID ", "Skipped test ", "Reason to skip: ",
                "Hardening: assigned ", "Hardening: assigned x ("][kind];
            let _sum = parse(format!("2026-11-21 09:20:42 {start}{text}\n").as_bytes()).checked_sum();
        }
    }
}
