//! Kernel modules: which there are, which are loaded, and which `modprobe.d` keeps out.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Fact, Gap, drop_ins};
use crate::host::Host;

/// How much of one kernel's list of modules is read; a full one has about 1 MiB.
const LIST_LIMIT: u64 = 16 << 20;

/// More kernels than this are not looked at.
const MAX_KERNELS: usize = 20;

/// What the kernel asks for when a program opens a socket of such a protocol; Ubuntu's
/// `blacklist-rare-network.conf` has these off.
const PROTOCOLS: [(&str, &str); 8] = [
    ("net-pf-3", "ax25"),
    ("net-pf-5", "appletalk"),
    ("net-pf-6", "netrom"),
    ("net-pf-9", "x25"),
    ("net-pf-11", "rose"),
    ("net-pf-12", "decnet"),
    ("net-pf-21", "rds"),
    ("net-pf-36", "ieee802154_socket"),
];

/// The modules; names are written with `_`, as the kernel does.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    /// Those that lie ready for one of the installed kernels.
    pub(crate) available: BTreeSet<String>,
    /// Those that are loaded now; empty for an unpacked root.
    pub(crate) loaded: BTreeSet<String>,
    /// Those that are not loaded by themselves: `blacklist NAME`, `install NAME` with a program
    /// that does nothing, or `alias net-pf-N off` for the number of its protocol.
    pub(crate) kept_out: BTreeSet<String>,
}

pub(crate) fn collect(host: &Host) -> Fact<Modules> {
    let mut modules = Modules::default();
    // On a running machine only its own kernel counts.
    let release = host
        .is_running()
        .then(|| host.text("/proc/sys/kernel/osrelease").ok())
        .flatten();
    let parent = ["/usr/lib/modules", "/lib/modules"]
        .into_iter()
        .find(|path| host.exists(path))
        .ok_or_else(|| Gap::Absent("no kernel modules are installed".to_owned()))?;
    let kernels = match release {
        Some(release) => vec![release.trim().into()],
        None => host.list(parent)?,
    };
    let mut found = false;
    for kernel in kernels.into_iter().take(MAX_KERNELS) {
        let list = Path::new(parent).join(kernel).join("modules.dep");
        if let Ok(bytes) = host.read_up_to(list, LIST_LIMIT) {
            found = true;
            modules
                .available
                .extend(parse_dep(&String::from_utf8_lossy(&bytes)));
        }
    }
    if !found {
        return Err(Gap::Absent("no kernel modules are installed".to_owned()));
    }
    for file in drop_ins::list(host, "modprobe.d", ".conf") {
        if let Ok(text) = host.text(&file) {
            modules.kept_out.extend(parse_modprobe(&text));
        }
    }
    if let Ok(text) = host.text("/proc/modules")
        && host.is_running()
    {
        modules.loaded.extend(
            text.lines()
                .filter_map(|line| line.split_whitespace().next())
                .map(normal),
        );
    }
    Ok(modules)
}

fn normal(name: &str) -> String {
    name.replace('-', "_")
}

/// The names in `modules.dep`: `kernel/net/sctp/sctp.ko.xz: …`, modules.dep(5).
fn parse_dep(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| {
        let path = line.split(':').next()?;
        let file = path.rsplit('/').next()?;
        let (name, _) = file.split_once(".ko")?;
        Some(normal(name))
    })
}

/// The modules that modprobe.d(5) keeps from being loaded by themselves.
fn parse_modprobe(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (command, name) = (words.next()?, words.next()?);
            if command == "alias" {
                let off = words.next()? == "off";
                let (_, module) = PROTOCOLS.iter().find(|(alias, _)| *alias == name && off)?;
                return Some((*module).to_owned());
            }
            let kept_out = match command {
                "blacklist" => true,
                "install" => words.next().is_some_and(does_nothing),
                _ => false,
            };
            kept_out.then(|| normal(name))
        })
        .collect()
}

/// Whether a program is one of those that stand for doing nothing.
fn does_nothing(program: &str) -> bool {
    matches!(
        program.rsplit('/').next(),
        Some("true" | "false" | ":" | "nologin")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn modprobe_lines_are_understood() {
        assert_eq!(
            parse_modprobe(
                "# blacklist x\nblacklist usb-storage\ninstall dccp /bin/true\n install\tsctp /usr/bin/false\n\
                 install nvidia /sbin/modprobe --ignore-install nvidia\noptions rds x=1\nblacklist\n\
                 alias net-pf-9 off\nalias net-pf-3 ax25\n"
            ),
            ["usb_storage", "dccp", "sctp", "x25"]
        );
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "((alias|install|blacklist|[ \n])|\\PC)*") {
            parse_modprobe(&text);
            parse_dep(&text).for_each(drop);
        }
    }

    #[test]
    fn module_names_are_taken_from_their_files() {
        let names: Vec<String> = parse_dep(
            "kernel/net/sctp/sctp.ko.xz: kernel/lib/libcrc32c.ko.xz\nkernel/drivers/usb/storage/usb-storage.ko:\nbroken\n",
        )
        .collect();
        assert_eq!(names, ["sctp", "usb_storage"]);
    }
}
