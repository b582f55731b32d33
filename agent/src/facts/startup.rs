//! Scripts and settings that root runs or loads at start, at login and when the network changes,
//! besides units and cron jobs.

use std::path::Path;

use super::Fact;
use super::trust::{Tracer, Trusted};
use crate::host::Host;

const FILES: [&str; 16] = [
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/environment",
    "/etc/inittab",
    "/etc/ld.so.conf",
    "/etc/ld.so.preload",
    "/etc/profile",
    "/etc/rc.d/rc.local",
    "/etc/rc.local",
    "/etc/zsh/zshenv",
    "/root/.bash_login",
    "/root/.bash_profile",
    "/root/.bashrc",
    "/root/.profile",
    "/root/.zshenv",
    "/root/.zshrc",
];

const DIRECTORIES: [&str; 15] = [
    "/etc/NetworkManager/dispatcher.d",
    "/etc/apt/apt.conf.d",
    "/etc/dhcp/dhclient-enter-hooks.d",
    "/etc/dhcp/dhclient-exit-hooks.d",
    "/etc/init.d",
    "/etc/ld.so.conf.d",
    "/etc/modprobe.d",
    "/etc/network/if-up.d",
    "/etc/pam.d",
    "/etc/profile.d",
    "/etc/rc.d/init.d",
    "/etc/udev/rules.d",
    "/etc/update-motd.d",
    "/usr/lib/systemd/system-generators",
    "/var/lib/cloud/scripts/per-boot",
];

pub(crate) fn collect(host: &Host) -> Fact<Trusted> {
    let mut tracer = Tracer::new(host);
    for file in FILES.map(Path::new) {
        tracer.follow_if_there(file);
    }
    for directory in DIRECTORIES.map(Path::new) {
        tracer.follow_directory(directory);
    }
    libraries(host, &mut tracer);
    Ok(tracer.finish())
}

/// What ld.so(8) loads into every program: the libraries of `ld.so.preload`, and whatever lies in
/// the directories of `ld.so.conf`.
fn libraries(host: &Host, tracer: &mut Tracer<'_>) {
    let mut files = vec!["/etc/ld.so.preload".into(), "/etc/ld.so.conf".into()];
    let directory = Path::new("/etc/ld.so.conf.d");
    files.extend(
        host.list(directory)
            .unwrap_or_default()
            .into_iter()
            .map(|name| directory.join(name)),
    );
    for file in files {
        let Ok(text) = host.text(&file) else {
            continue;
        };
        for word in text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(|line| line.split([' ', '\t', ':', ',']))
            .filter(|word| word.starts_with('/') && !word.contains('*'))
        {
            tracer.follow(&file, Path::new(word));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn a_directory_of_libraries_that_others_own_is_found() {
        let mut tree = Tree::new();
        tree.file("/etc/ld.so.conf.d/app.conf", "# x\n/opt/app/lib\n")
            .dir("/opt/app/lib")
            .owner("/opt/app", 1000, 1000);
        let found = collect(&tree.host()).unwrap();
        assert_eq!(found.exposed.len(), 1);
        assert_eq!(found.exposed[0].target, Path::new("/opt/app/lib"));
        assert_eq!(
            found.exposed[0].used_by,
            Path::new("/etc/ld.so.conf.d/app.conf")
        );
    }
}
