//! Which of the programs that checks ask for are installed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Fact;
use crate::host::Host;

const DIRECTORIES: [&str; 6] = [
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/usr/lib/systemd",
    "/lib/systemd",
];

/// The programs that checks ask for.
const NAMES: &[&str] = &[
    "aide",
    "auditd",
    "chacl",
    "chcon",
    "ftp",
    "logrotate",
    "prelink",
    "rcp",
    "rlogin",
    "rsh",
    "setfacl",
    "systemd-coredump",
    "systemd-journald",
    "talk",
    "telnet",
    "tftp",
    "usermod",
    "ypbind",
];

/// Those that are installed.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    found: BTreeMap<&'static str, PathBuf>,
}

impl Programs {
    /// Where a program is, if it is installed.
    pub(crate) fn get(&self, name: &str) -> Option<&Path> {
        self.found.get(name).map(PathBuf::as_path)
    }
}

pub(crate) fn collect(host: &Host) -> Fact<Programs> {
    let found = NAMES
        .iter()
        .filter_map(|name| {
            let path = DIRECTORIES
                .iter()
                .map(|directory| Path::new(directory).join(name))
                .find(|path| host.metadata(path).is_ok_and(|it| it.is_file()))?;
            (!stands_for_another(host, &path)).then_some((*name, path))
        })
        .collect();
    Ok(Programs { found })
}

/// Whether a name leads to a program that is something else in truth: Debian's `rsh` may be a
/// link to `ssh`, and Alpine's tools are links to busybox.
fn stands_for_another(host: &Host, path: &Path) -> bool {
    let mut path = path.to_owned();
    for _ in 0..8 {
        let Ok(target) = host.read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or_else(|| Path::new("/")).join(target);
    }
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("busybox") || matches!(name, "ssh" | "scp" | "slogin"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn links_to_something_else_do_not_count() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/ssh", "")
            .link("/etc/alternatives/rsh", "/usr/bin/ssh")
            .link("/usr/bin/rsh", "/etc/alternatives/rsh")
            .file("/usr/bin/inetutils-telnet", "")
            .link("/usr/bin/telnet", "inetutils-telnet")
            .file("/bin/busybox", "")
            .link("/bin/ftp", "/bin/busybox");
        let programs = collect(&tree.host()).unwrap();
        assert_eq!(programs.get("telnet"), Some(Path::new("/usr/bin/telnet")));
        assert_eq!(programs.get("rsh"), None);
        assert_eq!(programs.get("ftp"), None);
    }
}
