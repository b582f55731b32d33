use crate::checks::{Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd does not forward X11: `X11Forwarding` is not `yes`, or `DisableForwarding` is.
    ///
    /// ## Why it matters
    /// A server needs no windows, and whoever owns the server can read the keyboard and the screen
    /// of everyone who logs in with forwarding on.
    ///
    /// ## Remediation
    /// Set `X11Forwarding no` in `/etc/ssh/sshd_config` and reload sshd.
    pub(crate) X11_FORWARDING {
        id: "HT-SSH-005",
        title: "SSH forwards X11 connections",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.8"),
            Ref::amazon_linux_2023("4.2.12"),
            Ref::independent("5.2.6"),
            Ref::Manual("sshd_config(5)"),
        ],
        same_as: [SameAs::About("SSH-7408", "X11Forwarding")],
        judge: x11,
        passes: |tree| { tree.sshd("X11Forwarding no\n"); },
        fails: |tree| { tree.sshd("X11Forwarding yes\n"); },
    }
}

fn x11(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    if sshd.any_of("disableforwarding", &["yes"])?.is_some() {
        return Ok(Verdict::Pass);
    }
    Ok(sshd
        .any_of("x11forwarding", &["yes"])?
        .map_or(Verdict::Pass, Verdict::fail))
}
