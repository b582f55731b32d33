//! What the manual pages of the checks about access advise makes them pass: on a live Debian 12,
//! before and after.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests may: a failure here is a failed test"
)]

use std::collections::BTreeSet;
use std::process::Command;

use hardtarget_report::{EngineId, Report};
use hardtarget_tests::{agent, roots};

/// What the pages under "Remediation" say, below `$R`.
const REMEDIES: &str = r#"
cat > $R/etc/ssh/sshd_config <<'END'
AllowGroups ssh-users
Banner /etc/issue.net
DisableForwarding yes
ClientAliveInterval 300
ClientAliveCountMax 3
MaxAuthTries 4
LoginGraceTime 60
MaxStartups 10:30:60
MaxSessions 10
MACs -hmac-sha1*,umac-64*
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM yes
END
chmod 600 $R/etc/ssh/sshd_config
echo "For members only." | tee $R/etc/issue > $R/etc/issue.net
sed -i 's/^UMASK.*/UMASK 027/; s/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 365/; s/^PASS_MIN_DAYS.*/PASS_MIN_DAYS 1/' $R/etc/login.defs
chroot $R useradd -D -f 30
printf 'umask 027\nreadonly TMOUT=900\nexport TMOUT\n' > $R/etc/profile.d/zz-access.sh
echo 'auth required pam_wheel.so use_uid' | tee -a $R/etc/pam.d/su >> $R/etc/pam.d/su-l
sed -i '1i password requisite pam_pwquality.so\npassword required pam_pwhistory.so remember=5 use_authtok' $R/etc/pam.d/common-password
sed -i '1i auth required pam_faillock.so preauth' $R/etc/pam.d/common-auth
sed -i 's/ nullok//' $R/etc/pam.d/common-auth
printf 'minlen = 14\ndifok = 2\nmaxrepeat = 3\nmaxsequence = 3\nenforce_for_root\n' > $R/etc/security/pwquality.conf
printf 'deny = 5\nunlock_time = 900\neven_deny_root\n' > $R/etc/security/faillock.conf
echo 'Defaults logfile="/var/log/sudo.log"' > $R/etc/sudoers.d/log
chmod 700 $R/etc/cron.d $R/etc/cron.daily
"#;

/// Scans a root with sshd and sudo from inside after `change`; an overlay takes what is written.
fn scan_after(change: &str) -> BTreeSet<String> {
    let script = format!(
        "mount -t tmpfs none /mnt
         mkdir /mnt/upper /mnt/work /mnt/root
         R=/mnt/root
         mount -t overlay overlay -o lowerdir=$ROOT,upperdir=/mnt/upper,workdir=/mnt/work $R
         mount --bind /proc $R/proc; mount --bind /sys $R/sys; mount --bind /dev $R/dev
         mount -t tmpfs none $R/run
         mkdir $R/run/sshd
         {change}
         cp $AGENT $R/run/agent
         chroot $R /run/agent --dry-run --quiet --output /run/out >&2 || true
         cat $R/run/out/report.json"
    );
    let output = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-ec", &script])
        .env("ROOT", roots::debian_with_sshd("bookworm"))
        .env("AGENT", agent::path())
        .output()
        .unwrap();
    let report: Report = hardtarget_report::v1::parse(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    report
        .findings
        .into_iter()
        .filter(|finding| finding.engine == EngineId::Native)
        .filter(|finding| {
            ["HT-ACC-", "HT-SSH-", "HT-SVC-01"]
                .iter()
                .any(|area| finding.id.starts_with(area))
        })
        .map(|finding| finding.id)
        .collect()
}

#[test]
fn what_the_pages_advise_helps() {
    if std::env::var_os("HARDTARGET_AGENT").is_none() {
        eprintln!("left out: needs the static agent that `make test` builds");
        return;
    }
    let before = scan_after("");
    for id in [
        "HT-ACC-004",
        "HT-ACC-011",
        "HT-ACC-018",
        "HT-ACC-026",
        "HT-SSH-002",
        "HT-SSH-014",
        "HT-SSH-019",
        "HT-SVC-010",
        "HT-SVC-012",
    ] {
        assert!(before.contains(id), "{id}: {before:?}");
    }
    assert_eq!(scan_after(REMEDIES), BTreeSet::new());
}
