use crate::checks::{Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Security updates are installed without anybody's doing: unattended-upgrades with apt,
    /// dnf-automatic or yum-cron with dnf and yum.
    ///
    /// ## Why it matters
    /// Instances that live for months keep the vulnerabilities of the day their image was built.
    /// Where instances are replaced by those of a newer image instead, that is right, and this
    /// finding is for information only.
    ///
    /// ## Remediation
    /// Install unattended-upgrades and set `APT::Periodic::Unattended-Upgrade "1";`, or enable
    /// `dnf-automatic-install.timer`; or replace instances often.
    pub(crate) NO_AUTOMATIC_UPDATES {
        id: "HT-UPK-009",
        title: "Security updates are not installed automatically",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.2.2.1"),
            Ref::amazon_linux_2023("1.8"),
            Ref::Cwe(1104),
            Ref::Manual("unattended-upgrade(8)"),
        ],
        same_as: [SameAs::Test("PKGS-7420")],
        judge: no_automatic_updates,
        passes: |tree| {
            tree.file("/usr/sbin/init", "")
                .file("/usr/bin/unattended-upgrade", "")
                .file("/etc/apt/apt.conf.d/20auto-upgrades", "APT::Periodic::Unattended-Upgrade \"1\";\n");
        },
        fails: |tree| {
            tree.file("/usr/sbin/init", "").file("/etc/apt/apt.conf.d/20auto-upgrades", "APT::Periodic::Unattended-Upgrade \"1\";\n");
        },
    }
}

/// Timers and services that install updates, beside apt's own.
const UPDATERS: [&str; 6] = [
    "dnf-automatic-install.timer",
    "dnf-automatic.timer",
    "dnf5-automatic.timer",
    "yum-cron",
    "transactional-update.timer",
    "os-update.timer",
];

fn no_automatic_updates(facts: &Facts) -> Judged {
    let services = facts.services.as_ref()?;
    if UPDATERS.iter().any(|name| services.is_enabled(name)) {
        return Ok(Verdict::Pass);
    }
    let Ok(apt) = &facts.apt else {
        // Only where some package manager is set up can updates be missing.
        let _repos = facts.rpm_repos.as_ref()?;
        return Ok(Verdict::fail(
            "no timer or service that installs updates is enabled",
        ));
    };
    if !apt.has_unattended_upgrades {
        return Ok(Verdict::fail("unattended-upgrades is not installed"));
    }
    if apt
        .get("APT::Periodic::Enable")
        .is_some_and(|setting| setting.value == "0")
    {
        return Ok(Verdict::fail("APT::Periodic::Enable is 0"));
    }
    if apt.is_on("APT::Periodic::Unattended-Upgrade").is_none() {
        // `always` and durations (`1d`) count as well.
        let other = apt
            .get("APT::Periodic::Unattended-Upgrade")
            .is_some_and(|setting| setting.value != "0");
        if !other {
            return Ok(Verdict::fail(
                "APT::Periodic::Unattended-Upgrade is not set",
            ));
        }
    }
    if !apt.unread.is_empty() {
        return Err(NotJudged::Unknown(apt.unread.join("; ")));
    }
    Ok(Verdict::Pass)
}
