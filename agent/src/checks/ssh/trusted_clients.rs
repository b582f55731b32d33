use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// sshd does not believe what the client says of itself: `HostbasedAuthentication` is off, and
    /// users cannot set their session's environment (`PermitUserEnvironment no`).
    ///
    /// ## Why it matters
    /// With authentication by host whoever owns one machine is let in as any of its users on the
    /// next. With `LD_PRELOAD` in `~/.ssh/environment` a user who may run only one command runs any.
    ///
    /// ## Remediation
    /// Remove `HostbasedAuthentication yes`, `IgnoreRhosts no` and `PermitUserEnvironment` from
    /// `/etc/ssh/sshd_config` and reload sshd.
    pub(crate) TRUSTED_CLIENTS {
        id: "HT-SSH-009",
        title: "SSH trusts what the client says of itself",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.10"),
            Ref::debian_12("5.1.21"),
            Ref::amazon_linux_2023("4.2.8"),
            Ref::amazon_linux_2023("4.2.10"),
            Ref::amazon_linux_2023("4.2.11"),
            Ref::debian_12("5.1.11"),
            Ref::independent("5.2.8"),
            Ref::independent("5.2.9"),
            Ref::independent("5.2.12"),
            Ref::Cwe(290),
            Ref::Cwe(454),
            Ref::Manual("sshd_config(5)"),
        ],
        same_as: [SameAs::Each("SSH-7408")],
        judge: trusted_clients,
        passes: |tree| { tree.sshd("IgnoreRhosts yes\n"); },
        fails: |tree| { tree.sshd("PermitUserEnvironment yes\n"); },
    }
}

fn trusted_clients(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    let mut faults = Vec::new();
    let environment = sshd.effective("permituserenvironment")?;
    // A pattern such as `LANG,LC_*` names what users may set; harmless unless it takes everything.
    if environment.is("yes") || environment.value.split(',').any(|name| name == "*") {
        faults.push(Fault::new(
            "PermitUserEnvironment",
            environment.line("PermitUserEnvironment"),
        ));
    }
    if let Some(line) = sshd.any_of("hostbasedauthentication", &["yes"])? {
        let mut fault = Fault::new("HostbasedAuthentication", line);
        if let Some(rhosts) = sshd.any_of("ignorerhosts", &["no", "shosts-only"])? {
            fault = fault.and(rhosts);
        }
        faults.push(fault);
    }
    Ok(Verdict::from_faults(faults))
}
