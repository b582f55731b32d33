//! Configuration that is spread over directories: `NAME.d` below `/etc`, `/run` and `/usr/lib`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::host::Host;

/// The places in order of precedence, systemd's own order (sysctl.d(5), modprobe.d(5)).
const PARENTS: [&str; 5] = ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"];

/// The files of `directory` (`sysctl.d`) that end in `suffix`, in the order in which they are
/// read: by name, wherever they lie. Of several with one name, that in `/etc` hides the others; a
/// link to `/dev/null` hides them too and reads as nothing.
pub(crate) fn list(host: &Host, directory: &str, suffix: &str) -> Vec<PathBuf> {
    let mut files: BTreeMap<OsString, PathBuf> = BTreeMap::new();
    for parent in PARENTS {
        let directory = Path::new(parent).join(directory);
        for name in host.list(&directory).unwrap_or_default() {
            if name.as_bytes().ends_with(suffix.as_bytes()) {
                let path = directory.join(&name);
                files.entry(name).or_insert(path);
            }
        }
    }
    files.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn names_decide_the_order_and_etc_wins() {
        let mut tree = Tree::new();
        tree.file("/usr/lib/sysctl.d/50-default.conf", "")
            .file("/usr/lib/sysctl.d/10-first.conf", "")
            .file("/etc/sysctl.d/50-default.conf", "")
            .file("/run/sysctl.d/20-run.conf", "")
            .file("/etc/sysctl.d/README", "");
        assert_eq!(
            list(&tree.host(), "sysctl.d", ".conf"),
            [
                "/usr/lib/sysctl.d/10-first.conf",
                "/run/sysctl.d/20-run.conf",
                "/etc/sysctl.d/50-default.conf"
            ]
            .map(PathBuf::from)
        );
    }
}
