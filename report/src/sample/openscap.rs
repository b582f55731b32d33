//! What OpenSCAP could have found on the sample machine.

use super::check;
use crate::{CheckOutcome, CheckRun, EngineId, Finding, Reference, Severity};

use Severity::{Low, Medium};

/// Rule, severity, category, title, what to do, and the section of CIS's benchmark.
type Failed = (
    &'static str,
    Severity,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const FAILED: &[Failed] = &[
    (
        "sshd_set_idle_timeout",
        Medium,
        "services",
        "Not met: Set SSH Client Alive Interval",
        "Set `ClientAliveInterval` to a number of seconds between 1 and 900 in /etc/ssh/sshd_config.",
        "5.1.7",
    ),
    (
        "package_aide_installed",
        Medium,
        "software",
        "Package aide is not installed",
        "Install the package `aide`.",
        "6.1.1",
    ),
    (
        "file_permissions_crontab",
        Medium,
        "services",
        "Not met: Verify Permissions on crontab",
        "Set the mode of /etc/crontab to 0600.",
        "2.4.1.2",
    ),
    (
        "kernel_module_squashfs_disabled",
        Low,
        "permissions",
        "Not met: Disable Mounting of squashfs",
        "Write `install squashfs /bin/false` to a file in /etc/modprobe.d.",
        "1.1.1.7",
    ),
];

const PASSED: &[&str] = &[
    "accounts_no_uid_except_zero",
    "file_groupowner_etc_passwd",
    "file_owner_etc_shadow",
    "file_permissions_etc_group",
    "file_permissions_etc_passwd",
    "no_empty_passwords_etc_shadow",
    "package_telnet_removed",
    "service_cron_enabled",
    "sysctl_kernel_randomize_va_space",
    "sysctl_net_ipv4_ip_forward",
];

pub(super) const PROFILE: &str = "cis_level1_server";

pub(super) fn findings() -> Vec<Finding> {
    FAILED
        .iter()
        .map(|&(id, severity, category, title, remediation, section)| {
            Finding {
                id: id.to_owned(),
                engine: EngineId::OpenScap,
                title: title.to_owned(),
                severity,
                category: category.to_owned(),
                subject: String::new(),
                evidence: vec![format!(
                    "OpenSCAP: xccdf_org.ssgproject.content_rule_{id} of the profile {PROFILE} is not met"
                )],
                remediation: remediation.to_owned(),
                references: vec![Reference {
                    name: format!("CIS Debian Linux, {section}"),
                    url: Some("https://www.cisecurity.org/benchmark/debian_linux/".to_owned()),
                }],
                fingerprint: String::new(),
                same_as: Vec::new(),
                waiver: None,
            }
            .with_fingerprint()
        })
        .collect()
}

pub(super) fn checks() -> Vec<CheckRun> {
    let failed = FAILED.iter().map(|row| check(row.0, CheckOutcome::Fail));
    let passed = PASSED.iter().map(|id| check(id, CheckOutcome::Pass));
    let others = [
        check(
            "grub2_password",
            CheckOutcome::NotApplicable("OpenSCAP: the rule does not apply here".to_owned()),
        ),
        check(
            "accounts_password_last_change_is_in_past",
            CheckOutcome::Unknown("OpenSCAP: notchecked".to_owned()),
        ),
    ];
    failed.chain(passed).chain(others).collect()
}
