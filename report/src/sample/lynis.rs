//! What Lynis could have found on the sample machine, in our own words.

use super::{check, scored};
use crate::{CheckOutcome, CheckRun, EngineId, Finding, Reference, ScoredTest, Severity};

use Severity::{High, Info, Low, Medium};

/// Id, severity, category, title, what was seen, what to do, points and the most there could be.
type Found = (
    &'static str,
    Severity,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u32,
    u32,
);

const FOUND: &[Found] = &[
    (
        "PKGS-7388",
        High,
        "packages",
        "No security archive among the package sources",
        "no line for bookworm-security",
        "Add the security archive to /etc/apt/sources.list",
        0,
        3,
    ),
    (
        "FIRE-4512",
        Medium,
        "firewalls",
        "The firewall's modules are loaded, but there are no rules",
        "iptables: 0 rules",
        "Write rules that let in only what is needed",
        1,
        5,
    ),
    (
        "AUTH-9262",
        Medium,
        "authentication",
        "No module tests the strength of passwords",
        "",
        "Install libpam-pwquality or libpam-passwdqc",
        0,
        3,
    ),
    (
        "AUTH-9230",
        Medium,
        "authentication",
        "Rounds of password hashing are not set",
        "",
        "Set SHA_CRYPT_MIN_ROUNDS in /etc/login.defs",
        0,
        2,
    ),
    (
        "MALW-3280",
        Medium,
        "malware",
        "No scanner for malicious software",
        "",
        "Install one where the machine takes files from outside",
        0,
        3,
    ),
    (
        "LOGG-2154",
        Medium,
        "logging",
        "Logs do not leave the machine",
        "no remote target in rsyslog.d",
        "Send them to a log host, so that they survive a break-in",
        1,
        3,
    ),
    (
        "ACCT-9628",
        Medium,
        "accounting",
        "auditd does not run",
        "",
        "Install auditd and load a set of rules",
        0,
        4,
    ),
    (
        "BOOT-5122",
        Medium,
        "boot",
        "The boot loader has no password",
        "/boot/grub/grub.cfg",
        "Set a password, so that nobody changes the kernel's command line",
        0,
        2,
    ),
    (
        "AUTH-9282",
        Low,
        "authentication",
        "Accounts without an expiry date",
        "builder,deploy",
        "Set one where a password exists",
        0,
        1,
    ),
    (
        "AUTH-9286",
        Low,
        "authentication",
        "Passwords have no minimum age",
        "PASS_MIN_DAYS 0",
        "Set PASS_MIN_DAYS in /etc/login.defs",
        0,
        1,
    ),
    (
        "AUTH-9328",
        Low,
        "authentication",
        "The default umask is too open",
        "/etc/login.defs: 022",
        "Set UMASK 027",
        1,
        2,
    ),
    (
        "BOOT-5264",
        Low,
        "boot",
        "Services could be confined better",
        "systemd-analyze: 14 units are UNSAFE",
        "Confine them with drop-ins",
        0,
        1,
    ),
    (
        "DEB-0280",
        Low,
        "debian",
        "libpam-tmpdir is not installed",
        "",
        "Install it for a private TMPDIR a session",
        0,
        1,
    ),
    (
        "DEB-0810",
        Low,
        "debian",
        "apt-listbugs is not installed",
        "",
        "Install it to see critical bugs before an upgrade",
        0,
        1,
    ),
    (
        "DEB-0831",
        Low,
        "debian",
        "needrestart is not installed",
        "",
        "Install it to learn what an upgrade left running",
        0,
        1,
    ),
    (
        "DEB-0880",
        Low,
        "debian",
        "fail2ban is not installed",
        "",
        "Install it where SSH faces the internet",
        0,
        1,
    ),
    (
        "FILE-6310",
        Low,
        "filesystem",
        "/home is part of the root file system",
        "/home",
        "Put it on a partition of its own",
        1,
        3,
    ),
    (
        "FILE-6354",
        Low,
        "filesystem",
        "Old files in /tmp",
        "/tmp/build-3812",
        "Clean /tmp at boot",
        1,
        2,
    ),
    (
        "FILE-6430",
        Low,
        "filesystem",
        "Seldom used file systems can be loaded",
        "cramfs freevxfs hfs hfsplus jffs2 udf",
        "Deny them in /etc/modprobe.d",
        1,
        2,
    ),
    (
        "FILE-7524",
        Low,
        "filesystem",
        "Permissions of files are too open",
        "/etc/crontab /etc/cron.d /etc/ssh/sshd_config",
        "Set them with chmod",
        3,
        5,
    ),
    (
        "HRDN-7222",
        Low,
        "hardening",
        "Everybody may use the compiler",
        "/usr/bin/gcc-12",
        "Let only root run it, or remove it",
        2,
        3,
    ),
    (
        "HRDN-7230",
        Low,
        "hardening",
        "No integrity tool watches binaries",
        "",
        "Install one of AIDE, Samhain, Tripwire",
        1,
        3,
    ),
    (
        "KRNL-5820",
        Low,
        "kernel",
        "Core dumps are not turned off",
        "/etc/security/limits.conf",
        "Set hard core 0",
        1,
        3,
    ),
    (
        "KRNL-6000",
        Low,
        "kernel",
        "Kernel settings differ from the profile",
        "dev.tty.ldisc_autoload kernel.core_uses_pid kernel.modules_disabled",
        "Set them in /etc/sysctl.d",
        28,
        42,
    ),
    (
        "NAME-4028",
        Low,
        "naming",
        "The domain name is not set",
        "",
        "Set it in /etc/resolv.conf or with hostnamectl",
        1,
        2,
    ),
    (
        "NETW-3200",
        Low,
        "networking",
        "Protocols that are seldom needed can be loaded",
        "dccp sctp rds tipc",
        "Deny them in /etc/modprobe.d",
        0,
        4,
    ),
    (
        "PKGS-7370",
        Low,
        "packages",
        "debsums is not installed",
        "",
        "Install it to verify the files of packages",
        0,
        2,
    ),
    (
        "PKGS-7394",
        Low,
        "packages",
        "apt-show-versions is not installed",
        "",
        "Install it for patch management",
        0,
        1,
    ),
    (
        "SSH-7408",
        Low,
        "ssh",
        "SSH could be set more strictly",
        "AllowTcpForwarding ClientAliveCountMax LogLevel MaxAuthTries MaxSessions Port TCPKeepAlive X11Forwarding AllowAgentForwarding",
        "Set it in /etc/ssh/sshd_config",
        17,
        26,
    ),
    (
        "TIME-3185",
        Low,
        "time",
        "The clock was not synchronised for a long time",
        "chronyc: 9 days",
        "See why chronyd has no source",
        1,
        2,
    ),
    (
        "USB-1000",
        Low,
        "storage",
        "USB storage can be loaded",
        "usb-storage",
        "Deny it where it is not needed",
        1,
        3,
    ),
    (
        "ACCT-9622",
        Info,
        "accounting",
        "Process accounting is off",
        "",
        "Turn it on where who ran what must be known",
        1,
        3,
    ),
    (
        "ACCT-9626",
        Info,
        "accounting",
        "sysstat does not collect",
        "",
        "Turn it on in /etc/default/sysstat",
        1,
        3,
    ),
    (
        "BANN-7126",
        Info,
        "banners",
        "/etc/issue has no legal banner",
        "/etc/issue",
        "Write one, where your lawyers want it",
        0,
        1,
    ),
    (
        "BANN-7130",
        Info,
        "banners",
        "/etc/issue.net has no legal banner",
        "/etc/issue.net",
        "Write one, where your lawyers want it",
        0,
        1,
    ),
    (
        "LYNIS",
        Info,
        "lynis",
        "This release of Lynis is older than four months",
        "",
        "Build with a newer one",
        0,
        0,
    ),
    (
        "TOOL-5002",
        Info,
        "tooling",
        "No tool manages the machine's configuration",
        "",
        "Images are built by a pipeline: this may be so on purpose",
        1,
        2,
    ),
];

const WHOLE: &[(&str, u32)] = &[
    ("AUTH-9204", 2),
    ("AUTH-9208", 2),
    ("AUTH-9216", 2),
    ("AUTH-9222", 3),
    ("AUTH-9226", 3),
    ("AUTH-9228", 2),
    ("BOOT-5116", 1),
    ("CRYP-7930", 2),
    ("CRYP-8002", 1),
    ("FILE-6362", 3),
    ("FILE-6372", 1),
    ("FILE-6374", 11),
    ("FIRE-4508", 3),
    ("HOME-9302", 2),
    ("HOME-9350", 1),
    ("INSE-8000", 1),
    ("KRNL-5677", 1),
    ("KRNL-5730", 2),
    ("LOGG-2130", 3),
    ("LOGG-2146", 2),
    ("MAIL-8818", 1),
    ("NAME-4404", 2),
    ("NETW-3015", 2),
    ("PKGS-7345", 3),
    ("PROC-3612", 2),
    ("SCHD-7704", 4),
    ("SHLL-6211", 1),
    ("STRG-1846", 2),
    ("TIME-3104", 3),
];

pub(super) fn findings() -> Vec<Finding> {
    let mut findings: Vec<Finding> = FOUND
        .iter()
        .map(|&(id, severity, category, title, seen, remedy, _, _)| {
            finding(id, severity, category, title, "", seen, remedy)
        })
        .collect();
    // These tests name one thing after the other, so each is a subject of its own.
    for option in [
        "AllowAgentForwarding",
        "AllowTcpForwarding",
        "ClientAliveCountMax",
        "LogLevel",
        "MaxAuthTries",
        "MaxSessions",
        "Port",
        "TCPKeepAlive",
        "X11Forwarding",
    ] {
        findings.push(finding(
            "SSH-7408",
            Low,
            "ssh",
            "SSH could be set more strictly",
            option,
            &format!("sshd option {option} has another value than the profile asks for"),
            "Set it in /etc/ssh/sshd_config",
        ));
    }
    for unit in [
        "cron",
        "dbus",
        "emergency",
        "getty@tty1",
        "ssh",
        "rescue",
        "rsyslog",
        "serial-getty@ttyS0",
        "user@1000",
        "unattended-upgrades",
    ] {
        findings.push(finding(
            "BOOT-5264",
            Low,
            "boot",
            "Services could be confined better",
            &format!("{unit}.service"),
            &format!("systemd-analyze security: {unit}.service is UNSAFE"),
            "Confine them with drop-ins",
        ));
    }
    findings
}

fn finding(
    id: &str,
    severity: Severity,
    category: &str,
    title: &str,
    subject: &str,
    seen: &str,
    remedy: &str,
) -> Finding {
    Finding {
        id: id.to_owned(),
        engine: EngineId::Lynis,
        title: title.to_owned(),
        severity,
        category: category.to_owned(),
        subject: subject.to_owned(),
        evidence: seen.lines().map(str::to_owned).collect(),
        remediation: remedy.to_owned(),
        references: vec![Reference {
            name: format!("Lynis: {id}"),
            url: Some(format!("https://cisofy.com/lynis/controls/{id}/")),
        }],
        fingerprint: String::new(),
        same_as: Vec::new(),
        waiver: None,
    }
    .with_fingerprint()
}

pub(super) fn scored_tests() -> Vec<ScoredTest> {
    FOUND
        .iter()
        .filter(|row| row.7 > 0)
        .map(|row| scored(row.0, row.6, row.7))
        .chain(WHOLE.iter().map(|&(id, points)| scored(id, points, points)))
        .collect()
}

pub(super) fn checks() -> Vec<CheckRun> {
    let failed = FOUND
        .iter()
        .filter(|row| row.0 != "LYNIS")
        .map(|row| check(row.0, CheckOutcome::Fail));
    let passed = WHOLE.iter().map(|&(id, _)| check(id, CheckOutcome::Pass));
    let skipped = [
        "CRYP-7902",
        "PKGS-7330",
        "PKGS-7352",
        "PKGS-7386",
        "PKGS-7392",
    ]
    .into_iter()
    .map(|id| {
        check(
            id,
            CheckOutcome::Skipped("left out by the profile".to_owned()),
        )
    });
    let elsewhere = [
        ("DBS-1804", "no MySQL server here"),
        ("DNS-1600", "no resolver that validates here"),
        ("LDAP-2219", "no LDAP server here"),
        ("PHP-2211", "no PHP here"),
        ("PRNT-2307", "no CUPS here"),
        ("SQD-3602", "no Squid here"),
        ("WEB-6622", "no web server here"),
    ]
    .into_iter()
    .map(|(id, why)| check(id, CheckOutcome::NotApplicable(why.to_owned())));
    let unknown = [check(
        "FIRE-4540",
        CheckOutcome::Unknown("nft gave no list of rules: operation not permitted".to_owned()),
    )];
    failed
        .chain(passed)
        .chain(skipped)
        .chain(elsewhere)
        .chain(unknown)
        .collect()
}
