//! Numbers in settings as a table: which are good, and how much the others matter.

use hardtarget_report::Severity;

use crate::checks::Verdict;

/// A setting with a number.
#[derive(Debug)]
pub(super) struct Limit {
    pub(super) name: &'static str,
    /// What holds where nobody sets it.
    pub(super) default: i64,
    /// The good numbers, ends included.
    pub(super) good: (i64, i64),
    /// The good numbers in words.
    pub(super) words: &'static str,
    pub(super) severity: Severity,
}

/// One fault, as bad as the worst of them, for all settings that are not good. `lookup` gives a
/// setting's value and where it stands.
pub(super) fn judge(
    limits: &[Limit],
    lookup: &dyn Fn(&str) -> Option<(String, String)>,
) -> Verdict {
    Verdict::in_one(limits.iter().filter_map(|limit| {
        let set = lookup(limit.name);
        let number = set
            .as_ref()
            .map_or(Some(limit.default), |(value, _)| value.parse().ok());
        // What is no number is left to its default.
        let number = number.unwrap_or(limit.default);
        let source = set.map_or_else(|| "default".to_owned(), |(_, source)| source);
        let (low, high) = limit.good;
        (number < low || number > high).then(|| {
            (
                limit.severity,
                format!(
                    "{} is {number} ({source}), good is {}",
                    limit.name, limit.words
                ),
            )
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: [Limit; 2] = [
        Limit {
            name: "minlen",
            default: 8,
            good: (14, i64::MAX),
            words: "14 or more",
            severity: Severity::Low,
        },
        Limit {
            name: "maxrepeat",
            default: 0,
            good: (1, 3),
            words: "1 to 3",
            severity: Severity::Info,
        },
    ];

    #[test]
    fn the_worst_decides() {
        let Verdict::Fail(faults) = judge(&LIMITS, &|_| None) else {
            panic!("no fault");
        };
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].severity, Some(Severity::Low));
        assert_eq!(
            faults[0].evidence,
            [
                "minlen is 8 (default), good is 14 or more",
                "maxrepeat is 0 (default), good is 1 to 3"
            ]
        );
        let set = |name: &str| {
            let value = if name == "minlen" { "14" } else { "3" };
            Some((value.to_owned(), "file".to_owned()))
        };
        assert_eq!(judge(&LIMITS, &set), Verdict::Pass);
    }
}
