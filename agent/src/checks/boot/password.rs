use crate::checks::{Fault, Judged, NotJudged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// GRUB asks for a password before an entry of its menu is changed (`password_pbkdf2` in its
    /// configuration, or `user.cfg` of grub2-setpassword), and systemd-boot's editor is off.
    ///
    /// ## Why it matters
    /// At the console anyone can otherwise add `init=/bin/sh` and is root. In a cloud only those
    /// with rights to the console can do that (EC2: the serial console, off unless an account
    /// switches it on), hence for information only.
    ///
    /// ## Remediation
    /// `grub2-setpassword` with Red Hat and Amazon Linux; with others `superusers` and a hash of
    /// `grub-mkpasswd-pbkdf2` in `/etc/grub.d/40_custom`, `--unrestricted` for the entries, then
    /// `update-grub`. For systemd-boot, `editor no` in `loader.conf`.
    pub(crate) NO_BOOT_PASSWORD {
        id: "HT-BOOT-002",
        title: "The boot loader lets anyone at the console change what boots",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.4.1"),
            Ref::ubuntu_2204("1.4.1"),
            Ref::independent("1.4.2"),
            Ref::Cwe(306),
            Ref::Page(
                "GNU GRUB manual: security",
                "https://www.gnu.org/software/grub/manual/grub/html_node/Security.html",
            ),
        ],
        same_as: [SameAs::Test("BOOT-5122")],
        judge: no_boot_password,
        passes: |tree| {
            tree.file("/boot/grub2/grub.cfg", "password_pbkdf2 root ${GRUB2_PASSWORD}\n")
                .file("/boot/grub2/user.cfg", "GRUB2_PASSWORD=grub.pbkdf2.sha512.x\n");
        },
        fails: |tree| { tree.file("/boot/grub/grub.cfg", "menuentry x\n"); },
    }
}

fn no_boot_password(facts: &Facts) -> Judged {
    let boot = facts.boot_loader.as_ref()?;
    let mut faults = Vec::new();
    if let Some(file) = &boot.grub
        && !boot.grub_password
    {
        let seen = format!("{} has no password", file.display());
        faults.push(Fault::new("GRUB", seen));
    }
    if let Some(file) = &boot.open_editor {
        let seen = format!("{} does not say `editor no`", file.display());
        faults.push(Fault::new("systemd-boot", seen));
    }
    let is_systemd_boot = || {
        boot.files
            .iter()
            .any(|(file, _)| file.path.ends_with("loader.conf"))
    };
    if faults.is_empty() && boot.grub.is_none() && !is_systemd_boot() {
        return Err(NotJudged::NotApplicable(
            "neither GRUB nor systemd-boot is configured".to_owned(),
        ));
    }
    Ok(Verdict::from_faults(faults))
}
