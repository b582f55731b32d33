use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `/home`, `/var`, `/var/log` and `/var/log/audit` are file systems of their own. On a running
    /// machine the mount table counts; of an unpacked root, `/etc/fstab` and systemd's mount units.
    /// For `/tmp` and `/var/tmp` see HT-FS-004.
    ///
    /// ## Why it matters
    /// What grows in one of them (a log, a mailbox, a user's files) fills the root file system, and
    /// services stop. It also cannot be mounted with options of its own. Images for the cloud
    /// mostly have one file system; there this finding is for information only.
    ///
    /// ## Remediation
    /// Give data a volume of its own in the block device mapping of the image, or a logical volume,
    /// and mount it with `nodev,nosuid`. Or bound what grows: `SystemMaxUse=` in
    /// journald.conf(5), logrotate, disk quotas.
    pub(crate) NO_OWN_PARTITION {
        id: "HT-FS-010",
        title: "Data that grows shares the root file system",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.1.2"),
            Ref::ubuntu_2204("1.1.2"),
            Ref::amazon_linux_2023("1.1"),
            Ref::independent("1.1"),
            Ref::Cwe(400),
            Ref::Manual("fstab(5)"),
        ],
        same_as: [SameAs::Each("FILE-6310")],
        judge: no_own_partition,
        passes: |tree| {
            tree.file("/etc/fstab", "r / x\na /home x\nb /var x\nc /var/log x\nd /var/log/audit x\n");
        },
        fails: |tree| { tree.file("/etc/fstab", "/dev/sda1 / ext4 defaults 0 1\n"); },
    }
}

const PLACES: [&str; 4] = ["/home", "/var", "/var/log", "/var/log/audit"];

fn no_own_partition(facts: &Facts) -> Judged {
    let mounts = facts.mounts.as_ref()?;
    if facts.container.is_some() {
        return Err(NotJudged::NotApplicable(
            "a container's file systems are its host's".to_owned(),
        ));
    }
    // Without a root file system the table is not filled in: a container's root, or one that is
    // not finished.
    if mounts.at("/").is_none() {
        return Err(NotJudged::NotApplicable(format!(
            "{} mounts no root file system",
            mounts.source
        )));
    }
    let is_own = |place: &str| {
        let unit = format!("{}.mount", place.trim_start_matches('/').replace('/', "-"));
        mounts.at(place).is_some()
            || facts
                .services
                .as_ref()
                .is_ok_and(|services| services.is_enabled(&unit))
    };
    Ok(Verdict::from_faults(
        PLACES
            .into_iter()
            .filter(|place| !is_own(place))
            .map(|place| Fault::new(place, format!("{} mounts nothing there", mounts.source))),
    ))
}
