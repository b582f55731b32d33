use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// `/tmp`, `/var/tmp` and `/dev/shm` are mounted with `nodev`, `nosuid` and `noexec`. On a
    /// running machine the mount table counts; of an unpacked root, what its `/etc/fstab` says of
    /// them.
    ///
    /// ## Why it matters
    /// These are the directories that every user and every broken service can write to: the first
    /// place where an intruder puts a program to run.
    ///
    /// ## Remediation
    /// Mount `/tmp` and `/var/tmp` as file systems of their own (a `tmpfs` will do for `/tmp`:
    /// `systemctl enable tmp.mount`) and add `nodev,nosuid,noexec` in `/etc/fstab`, for `/dev/shm`
    /// likewise. Try first whether your installers run programs from there.
    pub(crate) LAX_MOUNT_OPTIONS {
        id: "HT-FS-004",
        title: "A temporary directory is mounted without protective options",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.1.2"),
            Ref::amazon_linux_2023("1.1.2"),
            Ref::Manual("mount(8)"),
            Ref::Manual("fstab(5)"),
        ],
        judge: lax_mount_options,
        passes: |tree| {
            tree.file(
                "/etc/fstab",
                "tmpfs /tmp tmpfs rw,nodev,nosuid,noexec 0 0\n",
            );
        },
        fails: |tree| { tree.file("/etc/fstab", "tmpfs /tmp tmpfs defaults 0 0\n"); },
    }
}

fn lax_mount_options(facts: &Facts) -> Judged {
    let mounts = facts.mounts.as_ref()?;
    let mut faults = Vec::new();
    let mut looked = false;
    for point in ["/tmp", "/var/tmp", "/dev/shm"] {
        match mounts.at(point) {
            Some(mount) => {
                looked = true;
                let missing: Vec<&str> = ["nodev", "nosuid", "noexec"]
                    .into_iter()
                    .filter(|option| !mount.has(option))
                    .collect();
                if !missing.is_empty() {
                    faults.push(Fault::new(
                        point,
                        format!(
                            "{point} is mounted without {} (from {})",
                            missing.join(", "),
                            mounts.source
                        ),
                    ));
                }
            }
            None if facts.running && point != "/dev/shm" => {
                looked = true;
                faults.push(Fault::new(
                    point,
                    format!("{point} is no file system of its own, so it takes the options of the one above it"),
                ));
            }
            None => {}
        }
    }
    if looked {
        Ok(Verdict::from_faults(faults))
    } else {
        Err(NotJudged::NotApplicable(format!(
            "{} mounts none of /tmp, /var/tmp and /dev/shm",
            mounts.source
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn on_a_running_machine_each_directory_counts() {
        let mut tree = Tree::new();
        tree.running().file(
            "/proc/self/mountinfo",
            "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n\
             2 1 0:5 / /tmp rw,nosuid,nodev,noexec - tmpfs tmpfs rw\n\
             3 1 0:6 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw\n",
        );
        let Ok(Verdict::Fail(faults)) = lax_mount_options(&tree.facts()) else {
            panic!("no fault");
        };
        let subjects: Vec<&str> = faults.iter().map(|fault| fault.subject.as_str()).collect();
        assert_eq!(subjects, ["/var/tmp", "/dev/shm"]);
        assert!(faults[1].evidence[0].contains("without noexec"));
    }
}
