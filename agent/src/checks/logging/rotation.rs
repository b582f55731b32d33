use super::syslog;
use crate::checks::{Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Where a syslog daemon writes files, logrotate is installed and a timer or a cron job starts
    /// it. journald and busybox bound their logs themselves.
    ///
    /// ## Why it matters
    /// Logs grow until the disk is full; then services stop, and nothing more is logged.
    ///
    /// ## Remediation
    /// Install logrotate, and `systemctl enable --now logrotate.timer` where there is no
    /// `/etc/cron.daily/logrotate`.
    pub(crate) NO_ROTATION {
        id: "HT-LOG-005",
        title: "Logs grow without bound",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("6.1.3.8"),
            Ref::amazon_linux_2023("5.3"),
            Ref::independent("4.3"),
            Ref::Cwe(400),
            Ref::Manual("logrotate(8)"),
        ],
        same_as: [SameAs::Test("LOGG-2146")],
        judge: no_rotation,
        passes: |tree| { rsyslog(tree).file("/usr/sbin/logrotate", "").file("/etc/cron.daily/logrotate", ""); },
        fails: |tree| { rsyslog(tree); },
    }
}

#[cfg(test)]
fn rsyslog(tree: &mut crate::facts::tree::Tree) -> &mut crate::facts::tree::Tree {
    tree.file("/sbin/init", "").link(
        "/etc/systemd/system/multi-user.target.wants/rsyslog.service",
        "/x",
    )
}

fn no_rotation(facts: &Facts) -> Judged {
    let services = facts.services.as_ref()?;
    match syslog(services) {
        None | Some("busybox-syslogd" | "syslog") => {
            return Err(NotJudged::NotApplicable(
                "no syslog daemon that needs it starts at boot".to_owned(),
            ));
        }
        Some(_) => {}
    }
    if facts.programs.as_ref()?.get("logrotate").is_none() {
        return Ok(Verdict::fail("logrotate is not installed"));
    }
    let logs = facts.log_files.as_ref();
    if services.is_enabled("logrotate.timer") || logs.is_ok_and(|logs| logs.rotated_by_cron) {
        return Ok(Verdict::Pass);
    }
    Ok(Verdict::fail(
        "neither logrotate.timer nor /etc/cron.daily starts logrotate",
    ))
}
