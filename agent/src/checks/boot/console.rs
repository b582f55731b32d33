use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// No one gets a shell at the console without a password: rescue and emergency mode ask
    /// sulogin(8), no terminal logs somebody in by itself (`agetty --autologin`), none starts a
    /// shell in `/etc/inittab`, and systemd's debug shell on the ninth terminal is off.
    ///
    /// ## Why it matters
    /// Whoever reaches the console, on a host of virtual machines or by EC2's serial console, has
    /// the account named, mostly root, for nothing.
    ///
    /// ## Remediation
    /// Remove the line or the drop-in that the evidence names; `systemctl disable
    /// debug-shell.service`.
    pub(crate) FREE_CONSOLE {
        id: "HT-BOOT-003",
        title: "The console gives a shell without a password",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::independent("1.4.3"),
            Ref::Cwe(306),
            Ref::Manual("sulogin(8)"),
            Ref::Manual("agetty(8)"),
            Ref::Manual("systemd-debug-generator(8)"),
        ],
        same_as: [SameAs::For(
            "BOOT-5260",
            &["/usr/lib/systemd/system/rescue.service", "/lib/systemd/system/rescue.service"],
        )],
        judge: free_console,
        passes: |tree| { tree.file("/etc/inittab", "tty1::respawn:/sbin/getty 38400 tty1\n"); },
        fails: |tree| { tree.file("/etc/inittab", "tty1::askfirst:/bin/sh\n"); },
    }
}

fn free_console(facts: &Facts) -> Judged {
    let consoles = facts.consoles.as_ref()?;
    let mut faults: Vec<Fault> = consoles
        .iter()
        .map(|console| Fault::at(&console.path, &console.line))
        .collect();
    let debug_shell = facts
        .services
        .as_ref()
        .is_ok_and(|services| services.is_enabled("debug-shell"));
    if debug_shell {
        faults.push(Fault::new("debug-shell.service", "it starts at boot"));
    }
    Ok(Verdict::from_faults(faults))
}
