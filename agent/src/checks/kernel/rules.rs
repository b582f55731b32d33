//! Kernel settings as a table: what each should be, and what it means if it is not.

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Verdict};
use crate::facts::Facts;
use crate::facts::sysctl::{Setting, Sysctl};

/// What one or several settings should be.
#[derive(Debug)]
pub(super) struct Rule {
    /// The setting's name, or what several have in common: the subject of the fault.
    pub(super) name: &'static str,
    /// The settings; every one of them must be good.
    pub(super) keys: &'static [&'static str],
    pub(super) good: Good,
    pub(super) severity: Severity,
    /// What a bad value gives away.
    pub(super) means: &'static str,
}

/// Which values are good.
#[derive(Debug, Clone, Copy)]
pub(super) enum Good {
    Is(i64),
    AtLeast(i64),
    AtMost(i64),
}

impl Good {
    fn accepts(self, value: &str) -> bool {
        value.parse::<i64>().is_ok_and(|value| match self {
            Self::Is(good) => value == good,
            Self::AtLeast(good) => value >= good,
            Self::AtMost(good) => value <= good,
        })
    }

    fn words(self) -> String {
        match self {
            Self::Is(good) => good.to_string(),
            Self::AtLeast(good) => format!("{good} or more"),
            Self::AtMost(good) => format!("{good} or less"),
        }
    }
}

impl Rule {
    /// The fault, if a setting is known to be bad.
    pub(super) fn fault(&self, sysctl: &Sysctl) -> Option<Fault> {
        let mut fault: Option<Fault> = None;
        for key in self.keys {
            if let Setting::Is { value, source } = sysctl.get(key)
                && !self.good.accepts(value)
            {
                let seen = format!(
                    "{key} is {value} (from {source}), good is {}",
                    self.good.words()
                );
                fault = Some(match fault {
                    Some(fault) => fault.and(seen),
                    None => Fault::new(self.name, seen),
                });
            }
        }
        fault.map(|fault| fault.and(self.means).severity(self.severity))
    }
}

/// Judges by the rules that apply. Finding nothing bad means little if some settings are not
/// known.
pub(super) fn judge(facts: &Facts, rules: impl Iterator<Item = &'static Rule>) -> Judged {
    let sysctl = facts.sysctl.as_ref()?;
    let mut faults = Vec::new();
    let mut unknown = Vec::new();
    let mut known = 0;
    for rule in rules {
        faults.extend(rule.fault(sysctl));
        for key in rule.keys {
            match sysctl.get(key) {
                Setting::Is { .. } => known += 1,
                Setting::Absent => {}
                Setting::Unknown(why) => unknown.push(why.as_str()),
            }
        }
    }
    match unknown.first() {
        _ if !faults.is_empty() => Ok(Verdict::Fail(faults)),
        Some(_) if !facts.running => Err(NotJudged::Unknown(format!(
            "{} settings are left to the kernel, which an unpacked root does not show",
            unknown.len()
        ))),
        Some(why) => Err(NotJudged::Unknown((*why).to_owned())),
        None if known == 0 => Err(NotJudged::NotApplicable(
            "this kernel has none of these settings".to_owned(),
        )),
        None => Ok(Verdict::Pass),
    }
}

/// For fixtures: a running machine on which all settings of the rules are good.
#[cfg(test)]
pub(super) fn good_machine(tree: &mut crate::facts::tree::Tree, rules: &[Rule]) {
    tree.running().dir("/proc/sys/kernel");
    for rule in rules {
        let (Good::Is(value) | Good::AtLeast(value) | Good::AtMost(value)) = rule.good;
        for key in rule.keys {
            tree.file(
                &format!("/proc/sys/{}", key.replace('.', "/")),
                format!("{value}\n"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_no_numbers_are_not_good() {
        assert!(Good::AtLeast(1).accepts("2"));
        assert!(!Good::AtLeast(1).accepts("0"));
        assert!(Good::AtMost(0).accepts("-1"));
        assert!(!Good::Is(0).accepts(""));
    }
}
