//! What the native engine found on the sample machine.

use super::check;
use crate::{CheckOutcome, CheckRun, EngineId, Finding, Reference, Severity};

use Severity::{Critical, High, Info, Low, Medium};

/// One failed check: id, severity, category, title, remediation, references as name and address
/// (empty for none), and its subjects, each with its evidence.
type Failed = (
    &'static str,
    Severity,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

const SHARED_AMI: (&str, &str) = (
    "AWS: guidelines for shared Linux AMIs",
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/building-shared-amis.html",
);
const CWE_522: (&str, &str) = ("CWE-522", "https://cwe.mitre.org/data/definitions/522.html");
const CWE_732: (&str, &str) = ("CWE-732", "https://cwe.mitre.org/data/definitions/732.html");

const FAILED: &[Failed] = &[
    (
        "HT-IMG-003",
        Critical,
        "image",
        "Private key left in image",
        "Delete the key before the image is taken, and replace it wherever it was accepted: everyone who can launch this image can read it.\n\nIn an Image Builder recipe, add the path to the clean-up component.",
        &[SHARED_AMI, CWE_522],
        &[
            (
                "/root/.ssh/id_ed25519",
                "/root/.ssh/id_ed25519: OpenSSH private key, not encrypted, mode 0600, owner root",
            ),
            (
                "/home/admin/.ssh/id_rsa",
                "/home/admin/.ssh/id_rsa: RSA private key, not encrypted, mode 0600, owner admin",
            ),
            (
                "/etc/ssl/private/service.key",
                "/etc/ssl/private/service.key: PKCS#8 private key, not encrypted, mode 0640, group ssl-cert",
            ),
            (
                "/opt/deploy/keys/deploy.pem",
                "/opt/deploy/keys/deploy.pem: RSA private key, not encrypted, mode 0644\nreadable by every user",
            ),
            (
                "/var/backups/service.key.bak",
                "/var/backups/service.key.bak: PKCS#8 private key, not encrypted, mode 0600",
            ),
        ],
    ),
    (
        "HT-IMG-005",
        Critical,
        "image",
        "AWS access key left in image",
        "Deactivate the key in IAM now, then delete the file before the image is taken. Give the instance a role instead of a key.",
        &[
            SHARED_AMI,
            ("CWE-798", "https://cwe.mitre.org/data/definitions/798.html"),
        ],
        &[
            (
                "/root/.aws/credentials",
                "/root/.aws/credentials: profile `default` has an access key id and a secret key\nlong-lived key (AKIA…)",
            ),
            (
                "/home/admin/.aws/credentials",
                "/home/admin/.aws/credentials: profile `ci` has an access key id and a secret key",
            ),
        ],
    ),
    (
        "HT-ACC-002",
        Critical,
        "accounts",
        "Account with an empty password",
        "Lock the account (`passwd -l NAME`) or give it a password; better, delete it if nothing needs it.",
        &[
            ("CIS Debian Linux 12 v1.1.0, 7.2.2", ""),
            (
                "shadow(5)",
                "https://manpages.debian.org/bookworm/passwd/shadow.5.en.html",
            ),
        ],
        &[(
            "builder",
            "/etc/shadow: the password field of `builder` is empty\nshell /bin/bash",
        )],
    ),
    (
        "HT-SSH-001",
        High,
        "ssh",
        "SSH accepts a password for root",
        "Set `PermitRootLogin no` in /etc/ssh/sshd_config, then reload sshd.",
        &[
            ("CIS Debian Linux 12 v1.1.0, 5.1.20", ""),
            (
                "sshd_config(5)",
                "https://man.openbsd.org/sshd_config#PermitRootLogin",
            ),
        ],
        &[(
            "",
            "sshd -T: permitrootlogin yes\nsshd -T: passwordauthentication yes",
        )],
    ),
    (
        "HT-IMG-002",
        High,
        "image",
        "Authorized key left in image",
        "Delete authorized_keys before the image is taken; cloud-init writes the launch key on first boot.",
        &[SHARED_AMI],
        &[
            (
                "/root/.ssh/authorized_keys",
                "/root/.ssh/authorized_keys: 1 key (ssh-ed25519)",
            ),
            (
                "/home/admin/.ssh/authorized_keys",
                "/home/admin/.ssh/authorized_keys: 3 keys (ssh-rsa, ssh-rsa, ssh-ed25519)",
            ),
        ],
    ),
    (
        "HT-IMG-001",
        High,
        "image",
        "SSH host key left in image",
        "Delete /etc/ssh/ssh_host_*_key* before the image is taken; they are made again on first boot. Otherwise every instance has the same identity.",
        &[
            SHARED_AMI,
            ("CWE-321", "https://cwe.mitre.org/data/definitions/321.html"),
        ],
        &[
            (
                "/etc/ssh/ssh_host_ecdsa_key",
                "/etc/ssh/ssh_host_ecdsa_key: ECDSA private key",
            ),
            (
                "/etc/ssh/ssh_host_ed25519_key",
                "/etc/ssh/ssh_host_ed25519_key: Ed25519 private key",
            ),
            (
                "/etc/ssh/ssh_host_rsa_key",
                "/etc/ssh/ssh_host_rsa_key: RSA private key, 3072 bits",
            ),
        ],
    ),
    (
        "HT-SUDO-001",
        High,
        "sudo",
        "sudo without a password for everything",
        "Name the commands that are needed, or ask for a password: remove `NOPASSWD: ALL` from the rule.",
        &[
            ("CIS Debian Linux 12 v1.1.0, 5.2.4", ""),
            ("sudoers(5)", "https://www.sudo.ws/docs/man/sudoers.man/"),
        ],
        &[
            (
                "admin",
                "/etc/sudoers.d/90-cloud-init-users:4: admin ALL=(ALL) NOPASSWD:ALL",
            ),
            (
                "%deploy",
                "/etc/sudoers.d/deploy:1: %deploy ALL=(ALL) NOPASSWD:ALL",
            ),
        ],
    ),
    (
        "HT-FS-003",
        High,
        "filesystem",
        "systemd unit that anyone may change",
        "Take the write right from others: `chmod o-w FILE`. Whoever can write a unit file runs code as root at the next boot.",
        &[CWE_732],
        &[(
            "/etc/systemd/system/collector.service",
            "/etc/systemd/system/collector.service: mode 0666, owner root, enabled",
        )],
    ),
    (
        "HT-IMG-008",
        High,
        "image",
        "Docker registry login left in image",
        "Run `docker logout` before the image is taken, and use a credential helper instead of a stored login.",
        &[CWE_522],
        &[(
            "/root/.docker/config.json",
            "/root/.docker/config.json: login for 2 registries (index.docker.io, registry.example.com)",
        )],
    ),
    (
        "HT-ACC-004",
        Medium,
        "accounts",
        "Password hash of a user that nobody locked",
        "Lock the account with `passwd -l NAME`, so that a password used while the image was built is not valid on its instances.",
        &[SHARED_AMI],
        &[
            (
                "admin",
                "/etc/shadow: `admin` has a password hash ($y$, yescrypt)",
            ),
            (
                "deploy",
                "/etc/shadow: `deploy` has a password hash ($6$, sha512crypt)",
            ),
        ],
    ),
    (
        "HT-SSH-004",
        Medium,
        "ssh",
        "SSH accepts passwords",
        "Set `PasswordAuthentication no` and `KbdInteractiveAuthentication no`, then reload sshd.",
        &[(
            "sshd_config(5)",
            "https://man.openbsd.org/sshd_config#PasswordAuthentication",
        )],
        &[("", "sshd -T: passwordauthentication yes")],
    ),
    (
        "HT-FS-002",
        Medium,
        "filesystem",
        "Set-uid program outside the distribution's own",
        "Remove the set-uid bit (`chmod u-s FILE`) or the file, unless you know why it is there.",
        &[("CWE-250", "https://cwe.mitre.org/data/definitions/250.html")],
        &[
            (
                "/opt/agent/bin/helper",
                "/opt/agent/bin/helper: mode 4755, owner root, belongs to no package",
            ),
            (
                "/usr/local/bin/backup",
                "/usr/local/bin/backup: mode 4750, owner root, group backup, belongs to no package",
            ),
        ],
    ),
    (
        "HT-KRN-011",
        Medium,
        "kernel",
        "Unprivileged users may load eBPF programs",
        "Set `kernel.unprivileged_bpf_disabled = 1` in /etc/sysctl.d/.",
        &[(
            "Kernel: sysctl/kernel",
            "https://docs.kernel.org/admin-guide/sysctl/kernel.html",
        )],
        &[(
            "kernel.unprivileged_bpf_disabled",
            "/proc/sys/kernel/unprivileged_bpf_disabled: 0",
        )],
    ),
    (
        "HT-FS-001",
        Medium,
        "filesystem",
        "World-writable file",
        "Take the write right from others: `chmod o-w FILE`.",
        &[("CIS Debian Linux 12 v1.1.0, 7.1.11", ""), CWE_732],
        &[
            (
                "/opt/agent/etc/agent.yaml",
                "/opt/agent/etc/agent.yaml: mode 0666, owner root",
            ),
            (
                "/srv/shared/run.sh",
                "/srv/shared/run.sh: mode 0777, owner deploy",
            ),
            (
                "/var/lib/collector/state.db",
                "/var/lib/collector/state.db: mode 0666, owner collector",
            ),
            (
                "/var/lib/collector/spool/α β.json",
                "/var/lib/collector/spool/α β.json: mode 0666, owner collector",
            ),
            (
                "/var/log/app/very/deep/path/that/goes/on/and/on/through/many/directories/until/it/finally/reaches/the/log-file-of-the-application.log",
                "mode 0666, owner app",
            ),
            (
                "/etc/cron.d/cleanup.disabled",
                "/etc/cron.d/cleanup.disabled: mode 0666, owner root",
            ),
        ],
    ),
    (
        "HT-CLD-001",
        Medium,
        "cloud",
        "Instance metadata is used without a session token",
        "Move the program to IMDSv2, then launch the image with `HttpTokens=required`, and register it with `imds-support v2.0`.",
        &[(
            "AWS: use IMDSv2",
            "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
        )],
        &[(
            "/opt/agent/bin/bootstrap.sh",
            "/opt/agent/bin/bootstrap.sh:17: curl to 169.254.169.254 without a token",
        )],
    ),
    (
        "HT-CRT-001",
        Medium,
        "certificates",
        "Certificate has expired",
        "Renew it, or delete it if nothing uses it.",
        &[("CWE-298", "https://cwe.mitre.org/data/definitions/298.html")],
        &[
            (
                "/etc/ssl/certs/service.pem",
                "/etc/ssl/certs/service.pem: CN=service.internal, not after 2026-03-02",
            ),
            (
                "/opt/agent/etc/ca.pem",
                "/opt/agent/etc/ca.pem: CN=Agent CA, not after 2025-12-31",
            ),
        ],
    ),
    (
        "HT-IMG-010",
        Low,
        "image",
        "Shell history left in image",
        "Delete it before the image is taken: `history -c && rm -f ~/.bash_history`.",
        &[SHARED_AMI],
        &[
            ("/root/.bash_history", "/root/.bash_history: 214 lines"),
            (
                "/home/admin/.bash_history",
                "/home/admin/.bash_history: 1,032 lines",
            ),
            (
                "/home/admin/.python_history",
                "/home/admin/.python_history: 12 lines",
            ),
        ],
    ),
    (
        "HT-IMG-011",
        Low,
        "image",
        "Baked machine-id",
        "Empty the file before the image is taken: `truncate -s 0 /etc/machine-id`.",
        &[(
            "machine-id(5)",
            "https://www.freedesktop.org/software/systemd/man/latest/machine-id.html",
        )],
        &[("/etc/machine-id", "/etc/machine-id: holds an id")],
    ),
    (
        "HT-MNT-001",
        Low,
        "mounts",
        "/tmp may hold programs",
        "Mount it with `noexec,nosuid,nodev`.",
        &[("CIS Debian Linux 12 v1.1.0, 1.1.2.1.4", "")],
        &[("/tmp", "/proc/self/mountinfo: /tmp is part of /")],
    ),
    (
        "HT-KRN-002",
        Low,
        "kernel",
        "Kernel setting is weaker than it could be",
        "Put the value into /etc/sysctl.d/60-hardening.conf, then run `sysctl --system`.",
        &[(
            "Kernel: sysctl",
            "https://docs.kernel.org/admin-guide/sysctl/index.html",
        )],
        &[
            ("fs.protected_fifos", "fs.protected_fifos is 1, better 2"),
            ("fs.suid_dumpable", "fs.suid_dumpable is 2, better 0"),
            (
                "kernel.kptr_restrict",
                "kernel.kptr_restrict is 0, better 2",
            ),
            ("kernel.sysrq", "kernel.sysrq is 438, better 0"),
            (
                "kernel.yama.ptrace_scope",
                "kernel.yama.ptrace_scope is 0, better 1",
            ),
            (
                "net.ipv4.conf.all.accept_redirects",
                "net.ipv4.conf.all.accept_redirects is 1, better 0",
            ),
            (
                "net.ipv4.conf.all.log_martians",
                "net.ipv4.conf.all.log_martians is 0, better 1",
            ),
            (
                "net.ipv4.conf.all.rp_filter",
                "net.ipv4.conf.all.rp_filter is 0, better 1",
            ),
            (
                "net.ipv4.conf.all.send_redirects",
                "net.ipv4.conf.all.send_redirects is 1, better 0",
            ),
            (
                "net.ipv6.conf.all.accept_ra",
                "net.ipv6.conf.all.accept_ra is 1, better 0",
            ),
        ],
    ),
    (
        "HT-IMG-014",
        Info,
        "image",
        "Package cache left in image",
        "Run `apt-get clean` before the image is taken: it is smaller and starts faster.",
        &[],
        &[(
            "/var/cache/apt/archives",
            "/var/cache/apt/archives: 41 packages, 118 MB",
        )],
    ),
    (
        "HT-BOOT-003",
        Info,
        "boot",
        "Secure Boot is off",
        "Register the image with UEFI Secure Boot keys where its instances support it.",
        &[(
            "AWS: UEFI Secure Boot",
            "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/uefi-secure-boot.html",
        )],
        &[("", "SecureBoot EFI variable: 0")],
    ),
];

const PASSED: &[&str] = &[
    "HT-ACC-001",
    "HT-ACC-003",
    "HT-CRON-001",
    "HT-FS-004",
    "HT-IMG-004",
    "HT-IMG-006",
    "HT-IMG-007",
    "HT-IMG-009",
    "HT-IMG-012",
    "HT-KRN-001",
    "HT-KRN-003",
    "HT-MNT-002",
    "HT-NET-001",
    "HT-PKG-001",
    "HT-SSH-002",
    "HT-SSH-003",
    "HT-TIME-001",
    "HT-UPD-001",
];

pub(super) fn findings() -> Vec<Finding> {
    FAILED
        .iter()
        .flat_map(
            |&(id, severity, category, title, remediation, references, subjects)| {
                subjects.iter().map(move |(subject, evidence)| {
                    Finding {
                        id: id.to_owned(),
                        engine: EngineId::Native,
                        title: title.to_owned(),
                        severity,
                        category: category.to_owned(),
                        subject: (*subject).to_owned(),
                        evidence: evidence.lines().map(str::to_owned).collect(),
                        remediation: remediation.to_owned(),
                        references: references
                            .iter()
                            .map(|(name, url)| Reference {
                                name: (*name).to_owned(),
                                url: (!url.is_empty()).then(|| (*url).to_owned()),
                            })
                            .collect(),
                        fingerprint: String::new(),
                        same_as: Vec::new(),
                        waiver: None,
                    }
                    .with_fingerprint()
                })
            },
        )
        .collect()
}

pub(super) fn checks() -> Vec<CheckRun> {
    let failed = FAILED.iter().map(|row| check(row.0, CheckOutcome::Fail));
    let passed = PASSED.iter().map(|id| check(id, CheckOutcome::Pass));
    let others = [
        check(
            "HT-KRN-020",
            CheckOutcome::Unknown("/sys/kernel/security/lockdown is not mounted".to_owned()),
        ),
        check(
            "HT-PAM-001",
            CheckOutcome::Unknown(
                "/etc/pam.d/common-auth includes a file that is not there: site-auth".to_owned(),
            ),
        ),
        check(
            "HT-NET-003",
            CheckOutcome::Skipped("left out with --skip".to_owned()),
        ),
        check(
            "HT-SWP-001",
            CheckOutcome::NotApplicable("there is no swap".to_owned()),
        ),
        check(
            "HT-SEL-001",
            CheckOutcome::NotApplicable("AppArmor is in charge here".to_owned()),
        ),
    ];
    failed.chain(passed).chain(others).collect()
}
