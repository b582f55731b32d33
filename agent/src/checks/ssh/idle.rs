use hardtarget_report::Severity;

use super::settings::{self, Setting};
use crate::checks::{Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd asks clients from time to time whether they are still there (`ClientAliveInterval` is
    /// not 0) and ends the session if they are not (`ClientAliveCountMax` is not 0).
    ///
    /// ## Why it matters
    /// Otherwise the session of a laptop that went away stays open, root's among them, and counts
    /// against the limits of those who come later. Nobody ships it, so it is low.
    ///
    /// ## Remediation
    /// Set `ClientAliveInterval 300` and `ClientAliveCountMax 3` in `/etc/ssh/sshd_config` and reload
    /// sshd.
    pub(crate) DEAD_SESSIONS {
        id: "HT-SSH-014",
        title: "SSH never ends the sessions of clients that are gone",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.7"),
            Ref::amazon_linux_2023("4.2.20"),
            Ref::independent("5.2.16"),
            Ref::Cwe(613),
            Ref::Manual("sshd_config(5)"),
        ],
        judge: idle,
        passes: |tree| { tree.sshd("ClientAliveInterval 5m\n"); },
        fails: |tree| { tree.sshd("ClientAliveInterval 0\n"); },
    }
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "ClientAliveInterval",
        subject: "",
        bad: |value| super::limits::seconds(value) == Some(0),
        severity: Severity::Low,
        means: "clients are never asked",
    },
    Setting {
        name: "ClientAliveCountMax",
        subject: "",
        bad: |value| value == "0",
        severity: Severity::Low,
        means: "since OpenSSH 8.2 no session is ended",
    },
];

fn idle(facts: &Facts) -> Judged {
    settings::judge(facts.sshd.as_ref()?, SETTINGS)
}
