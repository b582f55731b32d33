//! Mode and owner of files and directories that decide what the whole system does.

use super::file_modes::{FileMode, files_in};
use super::{Fact, Gap};
use crate::host::Host;

/// Files and directories; what stands in the directories at the end of the list counts too.
const PATHS: [&str; 34] = [
    "/",
    "/bin",
    "/boot",
    "/etc",
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/default",
    "/etc/environment",
    "/etc/fstab",
    "/etc/hosts",
    "/etc/hosts.allow",
    "/etc/hosts.deny",
    "/etc/inittab",
    "/etc/issue",
    "/etc/issue.net",
    "/etc/ld.so.conf",
    "/etc/ld.so.preload",
    "/etc/login.defs",
    "/etc/modules",
    "/etc/motd",
    "/etc/nsswitch.conf",
    "/etc/profile",
    "/etc/securetty",
    "/etc/security/limits.conf",
    "/etc/selinux/config",
    "/etc/shells",
    "/etc/sysctl.conf",
    "/lib",
    "/sbin",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/sbin",
    "/var",
];

const DIRECTORIES: [&str; 7] = [
    "/etc/apt/sources.list.d",
    "/etc/ld.so.conf.d",
    "/etc/modprobe.d",
    "/etc/modules-load.d",
    "/etc/security/limits.d",
    "/etc/sysctl.d",
    "/etc/yum.repos.d",
];

/// The dynamic linker's list of libraries for every program, ld.so(8).
const PRELOAD: &str = "/etc/ld.so.preload";

/// What there is.
#[derive(Debug)]
pub(crate) struct SystemFiles {
    /// Those that exist.
    pub(crate) files: Vec<FileMode>,
    /// The libraries that `/etc/ld.so.preload` names.
    pub(crate) preloaded: Fact<Vec<String>>,
}

pub(crate) fn collect(host: &Host) -> Fact<SystemFiles> {
    let mut files: Vec<FileMode> = PATHS
        .iter()
        .chain(&DIRECTORIES)
        .filter_map(|path| FileMode::of(host, path))
        .collect();
    for directory in DIRECTORIES {
        files.extend(
            files_in(host, directory)
                .iter()
                .filter_map(|path| FileMode::of(host, path)),
        );
    }
    // A link to /dev/null stands for an empty file; devices are open to everyone.
    files.retain(|file| matches!(file.mode & 0o170_000, 0o100_000 | 0o040_000));
    if !host.exists("/etc") {
        return Err(Gap::Absent("there is no /etc".to_owned()));
    }
    let preloaded = match host.text(PRELOAD) {
        Ok(text) => Ok(libraries(&text)),
        Err(error) if error.is_absent() => Ok(Vec::new()),
        Err(error) => Err(Gap::Unknown(error.to_string())),
    };
    Ok(SystemFiles { files, preloaded })
}

/// Names between blanks, colons and line ends; `#` begins a comment.
fn libraries(text: &str) -> Vec<String> {
    text.lines()
        .flat_map(|line| {
            line.split('#')
                .next()
                .unwrap_or_default()
                .split([' ', '\t', ':'])
        })
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_preloaded_libraries() {
        assert_eq!(
            libraries("# x\n/lib/a.so /lib/b.so:/lib/c.so # y\n"),
            ["/lib/a.so", "/lib/b.so", "/lib/c.so"]
        );
    }
}
