use hardtarget_report::Severity;

use super::settings::{self, Setting, above};
use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd has at most 60 connections that have not logged in yet and starts refusing some at 10
    /// (`MaxStartups 10:30:60`), and at most 10 sessions a connection (`MaxSessions`).
    ///
    /// ## Why it matters
    /// Connections that never log in use up memory and keep others out. OpenSSH's own limit of 100
    /// is a remark only; more than that, or none, is not.
    ///
    /// ## Remediation
    /// Set `MaxStartups 10:30:60` and `MaxSessions 10` in `/etc/ssh/sshd_config` and reload sshd.
    pub(crate) MANY_CONNECTIONS {
        id: "HT-SSH-017",
        title: "SSH takes many connections before anyone logs in",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.17"),
            Ref::debian_12("5.1.18"),
            Ref::amazon_linux_2023("4.2.17"),
            Ref::amazon_linux_2023("4.2.18"),
            Ref::independent("5.2.22"),
            Ref::independent("5.2.23"),
            Ref::Cwe(770),
            Ref::Manual("sshd_config(5)"),
        ],
        same_as: [SameAs::Each("SSH-7408")],
        judge: connections,
        passes: |tree| { tree.sshd("MaxStartups 10:30:60\n"); },
        fails: |tree| { tree.sshd("MaxSessions 50\n"); },
    }
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "MaxStartups",
        subject: "MaxStartups",
        bad: |value| full(value, 60) && !full(value, 100),
        severity: Severity::Info,
        means: "at most 60 are enough",
    },
    Setting {
        name: "MaxStartups",
        subject: "MaxStartups",
        bad: |value| full(value, 100) || start(value, 10),
        severity: Severity::Low,
        means: "good is 10:30:60 or less",
    },
    Setting {
        name: "MaxSessions",
        subject: "MaxSessions",
        bad: |value| above(value, 10),
        severity: Severity::Low,
        means: "good is 10 or less",
    },
];

/// Whether more than `limit` connections are taken: the last part of `start:rate:full`, or the only
/// one.
fn full(value: &str, limit: u64) -> bool {
    above(value.rsplit(':').next().unwrap_or_default(), limit)
}

/// Whether connections are refused from more than `limit` on only.
fn start(value: &str, limit: u64) -> bool {
    value
        .split_once(':')
        .is_some_and(|(start, _)| above(start, limit))
}

fn connections(facts: &Facts) -> Judged {
    settings::judge(facts.sshd.as_ref()?, SETTINGS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;

    #[test]
    fn the_default_is_a_remark() {
        for (config, severity) in [
            ("", Severity::Info),
            ("MaxStartups 10:30:200\n", Severity::Low),
            ("MaxStartups 50:30:60\n", Severity::Low),
            ("MaxStartups 500\n", Severity::Low),
        ] {
            let mut tree = Tree::new();
            tree.sshd(config);
            let Ok(Verdict::Fail(faults)) = connections(&tree.facts()) else {
                panic!("no fault: {config}");
            };
            assert_eq!(faults.len(), 1, "{config}");
            assert_eq!(faults[0].severity, Some(severity), "{config}");
        }
    }
}
