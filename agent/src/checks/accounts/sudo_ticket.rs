use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sudo asks for the password again after at most 15 minutes (`timestamp_timeout`), and in each
    /// terminal (`timestamp_type` is not `global`).
    ///
    /// ## Why it matters
    /// As long as the ticket holds, whatever runs as the user is root without knowing the password.
    /// With a negative number it holds until the next start.
    ///
    /// ## Remediation
    /// Remove `timestamp_timeout` and `timestamp_type` with `visudo`, or set 15 minutes or less.
    pub(crate) LONG_SUDO_TICKET {
        id: "HT-ACC-030",
        title: "sudo remembers the password for long",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.2.6"),
            Ref::amazon_linux_2023("4.3.5"),
            Ref::Cwe(613),
            Ref::Manual("sudoers(5)"),
        ],
        judge: sudo_ticket,
        passes: |tree| { tree.file("/etc/sudoers", "Defaults timestamp_timeout=2.5\n"); },
        fails: |tree| { tree.file("/etc/sudoers", "Defaults:joe timestamp_timeout=-1\n"); },
    }
}

const MINUTES: f64 = 15.0;

fn sudo_ticket(facts: &Facts) -> Judged {
    let rules = &facts.sudoers.as_ref()?.rules;
    let mut faults: Vec<Fault> = Vec::new();
    for set in &rules.defaults {
        let bad = match set.name.as_str() {
            "timestamp_timeout" => set
                .value
                .parse::<f64>()
                .ok()
                .filter(|minutes| *minutes < 0.0 || *minutes > MINUTES)
                .map(|minutes| {
                    if minutes < 0.0 {
                        Severity::Medium
                    } else {
                        Severity::Low
                    }
                }),
            "timestamp_type" => (set.value == "global").then_some(Severity::Low),
            _ => continue,
        };
        // Of two lines for the same users the later counts.
        let subject = format!("Defaults{} {}", set.whom, set.name);
        faults.retain(|fault| fault.subject != subject);
        if let Some(severity) = bad {
            let line = format!("{}: {subject}={}", set.source, set.value);
            faults.push(Fault::new(subject, line).severity(severity));
        }
    }
    Ok(Verdict::from_faults(faults))
}
