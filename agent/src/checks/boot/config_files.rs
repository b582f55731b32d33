use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Only root can write to the boot loader's configuration (`grub.cfg`, `grubenv`, `user.cfg`,
    /// entries in `/boot/loader`, `extlinux.conf`), in `/boot` and on the EFI system partition, and
    /// only root can read `grub.cfg` and files with a password's hash.
    ///
    /// ## Why it matters
    /// Whoever can write there decides what runs as root at the next boot. A hash that everyone can
    /// read can be guessed at leisure; the rest of `grub.cfg` tells little.
    ///
    /// ## Remediation
    /// `chown root:root` and `chmod 0600` the file. On a FAT partition mode and owner come from the
    /// options of the mount: `umask=0077` in `/etc/fstab`.
    pub(crate) OPEN_BOOT_CONFIG {
        id: "HT-BOOT-001",
        title: "The boot loader's configuration is open to others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.4.2"),
            Ref::ubuntu_2204("1.4.2"),
            Ref::amazon_linux_2023("1.4.1"),
            Ref::independent("1.4.1"),
            Ref::Cwe(732),
        ],
        judge: open_boot_config,
        passes: |tree| { tree.file("/boot/grub/grub.cfg", "x").mode("/boot/grub/grub.cfg", 0o600); },
        fails: |tree| { tree.file("/boot/grub/grub.cfg", "x").mode("/boot/grub/grub.cfg", 0o666); },
    }
}

fn open_boot_config(facts: &Facts) -> Judged {
    let boot = facts.boot_loader.as_ref()?;
    Ok(Verdict::from_faults(boot.files.iter().filter_map(
        |(file, has_password)| {
            let is_main = file.path.ends_with("grub.cfg") || file.path.ends_with("user.cfg");
            let severity = if file.written_by_others() {
                Severity::High
            } else if file.read_by_all() && *has_password {
                Severity::Medium
            } else if file.read_by_all() && is_main {
                Severity::Info
            } else {
                return None;
            };
            let fault = Fault::at(&file.path, file.line()).severity(severity);
            Some(if *has_password {
                fault.and("it has a password or its hash")
            } else {
                fault
            })
        },
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_hash_for_all_to_read_is_worse_than_a_menu() {
        let mut tree = Tree::new();
        let judged = |tree: &Tree| match open_boot_config(&tree.facts()) {
            Ok(Verdict::Fail(faults)) => faults[0].severity,
            _ => None,
        };
        tree.file("/boot/grub/grub.cfg", "menuentry x\n");
        assert_eq!(judged(&tree), Some(Severity::Info));
        tree.file(
            "/boot/grub/grub.cfg",
            "password_pbkdf2 root grub.pbkdf2.x\n",
        );
        assert_eq!(judged(&tree), Some(Severity::Medium));
    }
}
