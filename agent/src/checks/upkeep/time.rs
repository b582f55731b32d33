use crate::checks::{Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::timekeepers::Timekeeper;

check! {
    /// ## What it checks
    /// chrony, ntpd, openntpd, systemd-timesyncd or ptp4l is installed and starts at boot; on a
    /// running machine, that it runs. A container has its host's clock.
    ///
    /// ## Why it matters
    /// A clock that drifts spoils what depends on it: certificates and tokens are taken for valid
    /// or refused at the wrong time, and logs of several machines cannot be put in order after an
    /// attack.
    ///
    /// ## Remediation
    /// Install chrony and enable it. On EC2 let it ask the Amazon Time Sync Service:
    /// `server 169.254.169.123 prefer iburst`.
    pub(crate) NO_TIMEKEEPER {
        id: "HT-UPK-003",
        title: "Nothing keeps the clock right",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.3.1.1"),
            Ref::amazon_linux_2023("2.1.1"),
            Ref::Page(
                "Amazon EC2: Precision clock and time synchronization",
                "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/set-time.html",
            ),
        ],
        same_as: [SameAs::Test("TIME-3104")],
        judge: no_timekeeper,
        passes: |tree| {
            tree.file("/usr/sbin/init", "")
                .file("/usr/sbin/chronyd", "")
                .link("/etc/systemd/system/multi-user.target.wants/chronyd.service", "/usr/lib/systemd/system/chronyd.service");
        },
        fails: |tree| {
            tree.file("/usr/sbin/init", "").file("/usr/sbin/chronyd", "");
        },
    }
}

fn no_timekeeper(facts: &Facts) -> Judged {
    let keepers = facts.timekeepers.as_ref()?;
    if keepers.iter().any(works) {
        return Ok(Verdict::Pass);
    }
    let evidence = match keepers.first() {
        None => "no program that does is installed".to_owned(),
        Some(keeper) if keeper.runs == Some(false) && keeper.enabled => {
            format!("{} starts at boot but does not run", keeper.name)
        }
        Some(keeper) => format!("{} is installed but does not start at boot", keeper.name),
    };
    Ok(Verdict::fail(evidence))
}

fn works(keeper: &Timekeeper) -> bool {
    keeper.runs.unwrap_or(keeper.enabled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn on_a_running_machine_the_process_counts() {
        let mut tree = Tree::new();
        tree.running()
            .file("/usr/sbin/init", "")
            .file("/lib/systemd/systemd-timesyncd", "")
            .link(
                "/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service",
                "/x",
            );
        assert!(matches!(no_timekeeper(&tree.facts()), Ok(Verdict::Fail(_))));
        tree.file("/proc/412/comm", "systemd-timesyn\n");
        assert_eq!(no_timekeeper(&tree.facts()), Ok(Verdict::Pass));
    }
}
