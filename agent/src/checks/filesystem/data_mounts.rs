use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::mounts::Mount;

check! {
    /// ## What it checks
    /// File systems that hold data only are mounted with the options that say so: `nodev` and
    /// `nosuid` for `/home`, `/var` and for directories of other machines (NFS, CIFS), and `noexec`
    /// too for `/var/log` and `/var/log/audit`. Those that are no file system of their own are
    /// passed over.
    ///
    /// ## Why it matters
    /// Whoever can bring a set-user-id program or a device file into one of them, by another
    /// machine that mounts the same volume or by the server that has it, is root here.
    ///
    /// ## Remediation
    /// Add the options to the line in `/etc/fstab`, then `mount -o remount DIRECTORY`.
    pub(crate) LAX_DATA_MOUNT {
        id: "HT-FS-011",
        title: "A file system for data is mounted without protective options",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.1.2"),
            Ref::ubuntu_2204("1.1.2"),
            Ref::amazon_linux_2023("1.1"),
            Ref::independent("1.1"),
            Ref::Cwe(732),
            Ref::Manual("mount(8)"),
        ],
        judge: lax_data_mount,
        passes: |tree| { tree.file("/etc/fstab", "/dev/sdb /home ext4 rw,nodev,nosuid 0 2\n"); },
        fails: |tree| { tree.file("/etc/fstab", "nas:/data /srv/data nfs4 rw 0 0\n"); },
    }
}

const DATA: &[&str] = &["nodev", "nosuid"];
const LOGS: &[&str] = &["nodev", "nosuid", "noexec"];

/// What should be set for a mount; nothing where it is none of those looked at.
fn wanted(mount: &Mount) -> &'static [&'static str] {
    match (mount.point.to_str(), mount.kind.as_str()) {
        (Some("/var/log" | "/var/log/audit"), _) => LOGS,
        (Some("/home" | "/var"), _) => DATA,
        (_, "nfs" | "nfs4" | "cifs" | "smb3" | "ceph" | "fuse.sshfs" | "efs") => DATA,
        _ => &[],
    }
}

fn lax_data_mount(facts: &Facts) -> Judged {
    let mounts = facts.mounts.as_ref()?;
    let mut looked = false;
    let mut faults = Vec::new();
    for mount in &mounts.all {
        let wanted = wanted(mount);
        looked |= !wanted.is_empty();
        let missing: Vec<&str> = wanted
            .iter()
            .copied()
            .filter(|option| !mount.has(option))
            .collect();
        if !missing.is_empty() {
            let seen = format!(
                "{} ({}) is mounted without {} (from {})",
                mount.point.display(),
                mount.kind,
                missing.join(", "),
                mounts.source
            );
            faults.push(Fault::at(&mount.point, seen));
        }
    }
    if looked {
        Ok(Verdict::from_faults(faults))
    } else {
        Err(NotJudged::NotApplicable(format!(
            "{} mounts no file system for data",
            mounts.source
        )))
    }
}
