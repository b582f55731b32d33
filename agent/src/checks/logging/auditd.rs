use crate::checks::{Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// auditd is installed and starts at boot; on a running machine, that it runs. A container is
    /// audited by its host.
    ///
    /// ## Why it matters
    /// Only the kernel's audit can tell who changed a file or ran a program, whatever that program
    /// chooses to log.
    ///
    /// ## Remediation
    /// Install `auditd` (Debian, Ubuntu) or `audit` (others), and `systemctl enable --now auditd`.
    pub(crate) NO_AUDITD {
        id: "HT-LOG-010",
        title: "The kernel's audit is not recorded",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.2.1"),
            Ref::ubuntu_2204("6.3.1"),
            Ref::amazon_linux_2023("5.2.1"),
            Ref::independent("4.1.3"),
            Ref::Cwe(778),
            Ref::Manual("auditd(8)"),
        ],
        same_as: [SameAs::Test("ACCT-9628")],
        judge: no_auditd,
        passes: |tree| {
            tree.file("/sbin/init", "")
                .file("/usr/sbin/auditd", "")
                .link("/etc/systemd/system/multi-user.target.wants/auditd.service", "/x");
        },
        fails: |tree| { tree.file("/sbin/init", ""); },
    }
}

fn no_auditd(facts: &Facts) -> Judged {
    if facts.container.is_some() {
        return Err(NotJudged::NotApplicable(
            "a container is audited by its host".to_owned(),
        ));
    }
    let services = facts.services.as_ref()?;
    Ok(match &facts.audit {
        Err(Gap::Absent(why)) => Verdict::fail(why),
        _ if !services.is_enabled("auditd") => {
            Verdict::fail("auditd is installed but does not start at boot")
        }
        _ if services.runs("auditd") == Some(false) => {
            Verdict::fail("auditd starts at boot but does not run")
        }
        _ => Verdict::Pass,
    })
}
