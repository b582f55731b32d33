//! Settings of sshd as a table: which values are faults, and what they mean.

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Verdict};
use crate::facts::Fact;
use crate::facts::sshd::Sshd;

/// A setting and the values that are faults.
#[derive(Debug)]
pub(super) struct Setting {
    /// The keyword as it is written.
    pub(super) name: &'static str,
    /// The subject of the fault; settings with one subject make one fault.
    pub(super) subject: &'static str,
    /// Whether a value, in lower case, is a fault.
    pub(super) bad: fn(&str) -> bool,
    pub(super) severity: Severity,
    /// What a bad value means.
    pub(super) means: &'static str,
}

/// The faults of the settings, in the order of the table.
pub(super) fn faults(sshd: &Sshd, settings: &[Setting]) -> Fact<Vec<Fault>> {
    let mut faults: Vec<Fault> = Vec::new();
    for setting in settings {
        let effective = sshd.effective(&setting.name.to_ascii_lowercase())?;
        if !(setting.bad)(&effective.value.to_ascii_lowercase()) {
            continue;
        }
        let line = format!("{}: {}", effective.line(setting.name), setting.means);
        match faults
            .iter_mut()
            .find(|fault| fault.subject == setting.subject)
        {
            Some(fault) => {
                fault.evidence.push(line);
                fault.severity = fault.severity.min(Some(setting.severity));
            }
            None => faults.push(Fault::new(setting.subject, line).severity(setting.severity)),
        }
    }
    Ok(faults)
}

pub(super) fn judge(sshd: &Sshd, settings: &[Setting]) -> Judged {
    Ok(Verdict::from_faults(faults(sshd, settings)?))
}

/// Whether a value is a number above `limit`; one that is no number is not.
pub(super) fn above(value: &str, limit: u64) -> bool {
    value.parse::<u64>().is_ok_and(|number| number > limit)
}
