//! From points to the hardening index.

use std::collections::BTreeMap;

use hardtarget_report::ScoredTest;

use super::log::Log;

/// The hardening index: `floor(points x 100 / max_points)`. No points at all count as 1 of 100, as
/// Lynis has it. `None` where the figures make no index, or no test had points to give.
#[must_use]
pub(super) fn index(points: u32, max_points: u32) -> Option<u8> {
    if points == 0 && max_points > 0 {
        return Some(1);
    }
    let index = (u64::from(points) * 100).checked_div(u64::from(max_points))?;
    u8::try_from(index).ok().filter(|index| *index <= 100)
}

/// What each test gave, sorted by id; tests that give no points are left out.
#[must_use]
pub(super) fn by_test(log: &Log) -> Vec<ScoredTest> {
    let mut tests: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for step in log
        .steps
        .iter()
        .filter(|step| step.max_points > 0 || step.points > 0)
    {
        let entry = tests.entry(&step.id).or_default();
        entry.0 = entry.0.saturating_add(step.points);
        entry.1 = entry.1.saturating_add(step.max_points);
    }
    tests
        .into_iter()
        .map(|(id, (points, max_points))| ScoredTest {
            id: hardtarget_report::clean_line(id, 80),
            points,
            max_points,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_rounded_down() {
        for (points, max, expected) in [
            (117, 207, Some(56)),
            (207, 207, Some(100)),
            (0, 207, Some(1)),
            (0, 0, None),
            (3, 0, None),
            (3, 2, None),
        ] {
            assert_eq!(index(points, max), expected, "{points} of {max}");
        }
    }
}
