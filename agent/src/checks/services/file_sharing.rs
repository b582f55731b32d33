use hardtarget_report::Severity::{Low, Medium};

use super::{Table, switched_on};
use crate::checks::{Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No service that hands files to other machines starts at boot: NFS, Samba, rsync's daemon,
    /// iSCSI and network block devices, and no rpcbind, which NFS up to version 3 needs.
    ///
    /// ## Why it matters
    /// They trust addresses more than users, and rsync and NFS ask for no password unless told to.
    /// rpcbind tells everyone what else listens, and helps to flood others.
    ///
    /// ## Remediation
    /// Where the image is no file server, remove the package, or `systemctl disable --now NAME`
    /// with its `.socket`. To mount NFS version 4 from elsewhere none of them is needed.
    pub(crate) FILE_SHARING {
        id: "HT-SVC-021",
        title: "A service that shares files on the network starts at boot",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.1"),
            Ref::amazon_linux_2023("2.2"),
            Ref::independent("2.2"),
            Ref::Cwe(306),
        ],
        judge: file_sharing,
        passes: |tree| { tree.file("/sbin/init", ""); },
        fails: |tree| {
            tree.file("/sbin/init", "").link("/etc/systemd/system/multi-user.target.wants/smbd.service", "/x");
        },
    }
}

const TABLE: &Table = &[
    (
        "NFS",
        &["nfs-server", "nfs-kernel-server", "nfsserver"],
        Medium,
    ),
    (
        "Samba",
        &["smbd", "smb", "nmbd", "nmb", "samba", "samba-ad-dc"],
        Medium,
    ),
    (
        "iSCSI target",
        &["target", "tgtd", "tgt", "iscsitarget"],
        Medium,
    ),
    ("network block device", &["nbd-server"], Medium),
    ("rpcbind", &["rpcbind", "rpcbind.socket", "portmap"], Low),
    ("rsync", &["rsync", "rsyncd", "rsyncd.socket"], Medium),
];

fn file_sharing(facts: &Facts) -> Judged {
    // Debian enables rsync's unit with the package; without its file it starts nothing.
    let has_rsyncd = facts.shares.as_ref().is_ok_and(|it| it.has_rsyncd);
    match switched_on(facts, TABLE)? {
        Verdict::Fail(faults) => Ok(Verdict::from_faults(
            faults
                .into_iter()
                .filter(|fault| has_rsyncd || fault.subject != "rsync"),
        )),
        Verdict::Pass => Ok(Verdict::Pass),
    }
}
