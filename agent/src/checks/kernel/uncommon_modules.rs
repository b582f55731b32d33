use super::rare_modules::loadable;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Modules for file systems and network protocols that hardly any server uses lie ready for the
    /// kernel, and no `blacklist`, `install … /bin/false` or `alias … off` line of `modprobe.d`
    /// keeps them out. The rare ones that benchmarks name are HT-KRN-003's.
    ///
    /// ## Why it matters
    /// The kernel loads them when a medium is mounted or a socket opened, in most cases for any
    /// user who can make a user namespace. Their code is old and seldom looked at.
    ///
    /// ## Remediation
    /// For each module named, put `install NAME /bin/false` and `blacklist NAME` into a file such
    /// as `/etc/modprobe.d/unused.conf`; or install the distribution's smaller kernel package, which
    /// comes without (`kernel-core`, `linux-image-cloud-amd64`, `linux-aws`).
    pub(crate) UNCOMMON_MODULES {
        id: "HT-KRN-013",
        title: "An outdated file system or protocol can be loaded into the kernel",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("1.1.1.10"),
            Ref::Cwe(1188),
            Ref::Manual("modprobe.d(5)"),
        ],
        judge: uncommon_modules,
        passes: |tree| {
            tree.file("/lib/modules/6.1.0/modules.dep", "kernel/net/x25/x25.ko.xz:\n")
                .file("/etc/modprobe.d/rare.conf", "alias net-pf-9 off\n");
        },
        fails: |tree| { tree.file("/lib/modules/6.1.0/modules.dep", "kernel/fs/minix/minix.ko:\n"); },
    }
}

const FILE_SYSTEM: &str = "a file system";
const PROTOCOL: &str = "a network protocol";

const UNCOMMON: &[(&str, &str)] = &[
    ("adfs", FILE_SYSTEM),
    ("affs", FILE_SYSTEM),
    ("appletalk", PROTOCOL),
    ("atm", PROTOCOL),
    ("befs", FILE_SYSTEM),
    ("bfs", FILE_SYSTEM),
    ("caif_socket", PROTOCOL),
    ("can", PROTOCOL),
    ("decnet", PROTOCOL),
    ("efs", FILE_SYSTEM),
    ("hpfs", FILE_SYSTEM),
    ("ieee802154_socket", PROTOCOL),
    ("jfs", FILE_SYSTEM),
    ("l2tp_ppp", PROTOCOL),
    ("llc2", PROTOCOL),
    ("minix", FILE_SYSTEM),
    ("nilfs2", FILE_SYSTEM),
    ("omfs", FILE_SYSTEM),
    ("qnx4", FILE_SYSTEM),
    ("qnx6", FILE_SYSTEM),
    ("reiserfs", FILE_SYSTEM),
    ("romfs", FILE_SYSTEM),
    ("rxrpc", PROTOCOL),
    ("sysv", FILE_SYSTEM),
    ("ufs", FILE_SYSTEM),
    ("x25", PROTOCOL),
];

fn uncommon_modules(facts: &Facts) -> Judged {
    loadable(facts, UNCOMMON)
}
