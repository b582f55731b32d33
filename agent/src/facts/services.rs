//! Which services start at boot and which processes run, by name.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Fact, Gap};
use crate::host::Host;

/// More processes than this are not looked at.
const MAX_PROCESSES: usize = 50_000;

/// What starts at boot.
#[derive(Debug, Default)]
pub(crate) struct Services {
    /// Units that something wants (`/etc/systemd/system/*.wants`), scripts that a run level starts
    /// (`/etc/rc2.d/S01ntp` is `ntp`) and OpenRC services, the suffix `.service` cut off.
    enabled: BTreeSet<String>,
    /// The names of the running processes, 15 bytes at most (proc_pid_comm(5)); `None` for an
    /// unpacked root.
    processes: Option<BTreeSet<String>>,
}

impl Services {
    /// Whether a service starts at boot.
    pub(crate) fn is_enabled(&self, name: &str) -> bool {
        self.enabled.contains(name)
    }

    /// Whether a process of this name runs; unknown for an unpacked root.
    pub(crate) fn runs(&self, name: &str) -> Option<bool> {
        let name = name.get(..15).unwrap_or(name);
        self.processes
            .as_ref()
            .map(|processes| processes.contains(name))
    }
}

pub(crate) fn collect(host: &Host) -> Fact<Services> {
    // A root without an init never boots: a container's.
    let boots = [
        "/sbin/init",
        "/usr/sbin/init",
        "/usr/lib/systemd/systemd",
        "/lib/systemd/systemd",
    ];
    if !boots.iter().any(|path| host.link_metadata(path).is_ok()) {
        return Err(Gap::Absent("no init is installed".to_owned()));
    }
    let mut enabled = BTreeSet::new();
    for parent in [
        "/etc/systemd/system",
        "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ] {
        for directory in host.list(parent).unwrap_or_default() {
            let is_wants = [b".wants".as_slice(), b".requires"]
                .iter()
                .any(|suffix| directory.as_bytes().ends_with(suffix));
            if is_wants {
                for name in host
                    .list(Path::new(parent).join(&directory))
                    .unwrap_or_default()
                {
                    enabled.extend(unit(&name.to_string_lossy(), host));
                }
            }
        }
    }
    for level in ["/etc/rc2.d", "/etc/rc3.d", "/etc/rc5.d", "/etc/rc.d/rc3.d"] {
        for name in host.list(level).unwrap_or_default() {
            let name = name.to_string_lossy();
            if let Some(rest) = name.strip_prefix('S') {
                enabled.insert(
                    rest.trim_start_matches(|c: char| c.is_ascii_digit())
                        .to_owned(),
                );
            }
        }
    }
    for level in ["/etc/runlevels/boot", "/etc/runlevels/default"] {
        for name in host.list(level).unwrap_or_default() {
            enabled.insert(name.to_string_lossy().into_owned());
        }
    }
    // A graphical login is started by an alias, and only in graphical mode.
    let graphical = ["/etc/systemd/system", "/usr/lib/systemd/system"]
        .iter()
        .find_map(|directory| host.read_link(format!("{directory}/default.target")).ok())
        .is_some_and(|target| target.ends_with("graphical.target"));
    if graphical
        && host
            .read_link("/etc/systemd/system/display-manager.service")
            .is_ok()
    {
        enabled.insert("display-manager".to_owned());
    }
    Ok(Services {
        enabled,
        processes: host.is_running().then(|| processes(host)),
    })
}

/// The name of a wanted unit, unless it is masked: a link to `/dev/null` (systemctl(1)).
fn unit(name: &str, host: &Host) -> Option<String> {
    let masked = host
        .read_link(Path::new("/etc/systemd/system").join(name))
        .is_ok_and(|target| target == Path::new("/dev/null"));
    (!masked).then(|| name.strip_suffix(".service").unwrap_or(name).to_owned())
}

fn processes(host: &Host) -> BTreeSet<String> {
    host.list("/proc")
        .unwrap_or_default()
        .iter()
        .filter(|name| name.as_bytes().iter().all(u8::is_ascii_digit))
        .take(MAX_PROCESSES)
        .filter_map(|pid| {
            let comm = host.text(Path::new("/proc").join(pid).join("comm")).ok()?;
            Some(comm.trim_end_matches('\n').to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn every_kind_of_init_is_asked() {
        let mut tree = Tree::new();
        tree.file("/usr/sbin/init", "")
            .link(
                "/etc/systemd/system/multi-user.target.wants/chrony.service",
                "/lib/systemd/system/chrony.service",
            )
            .link(
                "/etc/systemd/system/sysinit.target.wants/masked.service",
                "/x",
            )
            .link("/etc/systemd/system/masked.service", "/dev/null")
            .link("/etc/rc2.d/S01ntp", "../init.d/ntp")
            .link("/etc/runlevels/default/ntpd", "/etc/init.d/ntpd");
        let services = collect(&tree.host()).unwrap();
        for name in ["chrony", "ntp", "ntpd"] {
            assert!(services.is_enabled(name), "{name}");
        }
        assert!(!services.is_enabled("masked"));
        assert_eq!(services.runs("chronyd"), None);
    }
}
