use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Modules for rarely used network protocols, file systems and USB storage lie ready for the
    /// kernel, and no `blacklist` or `install … /bin/false` line of `modprobe.d` keeps them from
    /// being loaded on demand.
    ///
    /// ## Why it matters
    /// Any user can make the kernel load most of these by opening a socket or plugging in a medium.
    /// They are little used and little tested; many a local way to root went through one of them.
    ///
    /// ## Remediation
    /// For each module named, put `install NAME /bin/false` and `blacklist NAME` into a file such as
    /// `/etc/modprobe.d/unused.conf`. Where nothing is ever loaded after boot, set
    /// `kernel.modules_disabled = 1` as the last step of booting.
    pub(crate) RARE_MODULES {
        id: "HT-KRN-003",
        title: "A rarely used kernel module can be loaded on demand",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.1.1"),
            Ref::debian_12("3.2"),
            Ref::Cwe(1188),
            Ref::Manual("modprobe.d(5)"),
        ],
        same_as: [SameAs::Each("NETW-3200"), SameAs::For("FILE-6430", &["cramfs", "freevxfs", "hfs", "hfsplus", "jffs2", "udf"]), SameAs::For("USB-1000", &["usb_storage"])],
        judge: rare_modules,
        passes: |tree| {
            tree.file("/lib/modules/6.1.0/modules.dep", "kernel/net/sctp/sctp.ko.xz:\n")
                .file("/etc/modprobe.d/unused.conf", "install sctp /bin/false\n");
        },
        fails: |tree| {
            tree.file("/lib/modules/6.1.0/modules.dep", "kernel/net/sctp/sctp.ko.xz:\n");
        },
    }
}

const RARE: &[(&str, &str)] = &[
    ("ax25", "a network protocol"),
    ("cramfs", "a file system"),
    ("dccp", "a network protocol"),
    ("freevxfs", "a file system"),
    ("hfs", "a file system"),
    ("hfsplus", "a file system"),
    ("jffs2", "a file system"),
    ("n_hdlc", "a line discipline"),
    ("netrom", "a network protocol"),
    ("rds", "a network protocol"),
    ("rose", "a network protocol"),
    ("sctp", "a network protocol"),
    ("tipc", "a network protocol"),
    ("udf", "a file system"),
    ("usb_storage", "storage on USB"),
];

fn rare_modules(facts: &Facts) -> Judged {
    loadable(facts, RARE)
}

/// The modules of a table that could be loaded on demand.
pub(super) fn loadable(facts: &Facts, table: &[(&str, &str)]) -> Judged {
    let disabled = facts
        .sysctl
        .as_ref()
        .is_ok_and(|sysctl| sysctl.number("kernel.modules_disabled") == Some(1));
    if disabled {
        return Ok(Verdict::Pass);
    }
    let modules = facts.modules.as_ref()?;
    Ok(Verdict::from_faults(
        table
            .iter()
            .filter(|(name, _)| {
                modules.available.contains(*name) && !modules.kept_out.contains(*name)
            })
            .map(|(name, kind)| {
                let fault =
                    Fault::new(*name, format!("{kind}; no line of modprobe.d keeps it out"));
                if modules.loaded.contains(*name) {
                    fault.and("it is loaded now")
                } else {
                    fault
                }
            }),
    ))
}
