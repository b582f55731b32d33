use hardtarget_report::Severity;

use super::settings::{self, Setting};
use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `LogLevel` is `INFO` or `VERBOSE`: not so little that logins leave no trace, and none of the
    /// `DEBUG` levels.
    ///
    /// ## Why it matters
    /// With `QUIET`, `FATAL` or `ERROR` no log says who came in and whose guesses failed. `DEBUG`
    /// writes down what users would keep to themselves.
    ///
    /// ## Remediation
    /// Set `LogLevel VERBOSE` in `/etc/ssh/sshd_config`, which notes the fingerprints of keys too,
    /// and reload sshd.
    pub(crate) LOG_LEVEL {
        id: "HT-SSH-015",
        title: "SSH does not log who logs in",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.14"),
            Ref::amazon_linux_2023("4.2.5"),
            Ref::independent("5.2.5"),
            Ref::Cwe(778),
            Ref::Manual("sshd_config(5)"),
        ],
        same_as: [SameAs::Each("SSH-7408")],
        judge: log_level,
        passes: |tree| { tree.sshd("LogLevel VERBOSE\n"); },
        fails: |tree| { tree.sshd("LogLevel quiet\n"); },
    }
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "LogLevel",
        subject: "LogLevel",
        bad: |value| matches!(value, "quiet" | "fatal" | "error"),
        severity: Severity::Medium,
        means: "logins are not logged",
    },
    Setting {
        name: "LogLevel",
        subject: "LogLevel",
        bad: |value| value.starts_with("debug"),
        severity: Severity::Low,
        means: "what users send is logged",
    },
];

fn log_level(facts: &Facts) -> Judged {
    settings::judge(facts.sshd.as_ref()?, SETTINGS)
}
