//! Services that were made for this machine: units that are files of their own in
//! `/etc/systemd/system`, systemd.unit(5); packages bring theirs elsewhere. And the users whose
//! services run without them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::file_modes::files_in;
use super::{Fact, Gap, systemd_conf};
use crate::host::Host;

const DIRECTORY: &str = "/etc/systemd/system";

/// Users whose services start at boot, loginctl(1) `enable-linger`.
const LINGER: &str = "/var/lib/systemd/linger";

/// Settings of systemd.exec(5) that take something from a service.
const SANDBOX: [&str; 19] = [
    "AmbientCapabilities",
    "CapabilityBoundingSet",
    "InaccessiblePaths",
    "MemoryDenyWriteExecute",
    "NoNewPrivileges",
    "PrivateDevices",
    "PrivateNetwork",
    "PrivateTmp",
    "PrivateUsers",
    "ProtectHome",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectSystem",
    "ReadOnlyPaths",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RootDirectory",
    "SystemCallFilter",
    "TemporaryFileSystem",
];

/// What was made for this machine.
#[derive(Debug, Default)]
pub(crate) struct LocalUnits {
    /// Services that keep running, as root.
    pub(crate) of_root: Vec<LocalService>,
    /// Names of the users who linger.
    pub(crate) lingering: Vec<String>,
    /// Whether Ctrl-Alt-Del at the console reboots.
    pub(crate) reboots_on_keys: bool,
}

/// A service that runs as root.
#[derive(Debug)]
pub(crate) struct LocalService {
    /// The unit's file.
    pub(crate) path: PathBuf,
    /// Whether any setting takes something from it.
    pub(crate) confined: bool,
}

pub(crate) fn collect(host: &Host) -> Fact<LocalUnits> {
    if !["/usr/lib/systemd/systemd", "/lib/systemd/systemd"]
        .iter()
        .any(|path| host.exists(path))
    {
        return Err(Gap::Absent("systemd is not installed".to_owned()));
    }
    let mut units = LocalUnits::default();
    for path in files_in(host, DIRECTORY) {
        let is_service = path.extension() == Some(OsStr::new("service"));
        let is_snaps = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("snap."));
        let is_file = || host.link_metadata(&path).is_ok_and(|found| found.is_file());
        if is_service && !is_snaps && is_file() {
            units.of_root.extend(service(host, &path));
        }
    }
    units.lingering = files_in(host, LINGER)
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    units.reboots_on_keys = !masks_keys(host);
    Ok(units)
}

fn masks_keys(host: &Host) -> bool {
    host.read_link(Path::new(DIRECTORY).join("ctrl-alt-del.target"))
        .is_ok_and(|target| target == Path::new("/dev/null"))
}

/// A unit with its drop-ins, if it keeps running as root.
fn service(host: &Host, path: &Path) -> Option<LocalService> {
    let mut text = host.text(path).ok()?;
    for drop_in in files_in(host, &format!("{}.d", path.display())) {
        text.push('\n');
        text.push_str(&host.text(&drop_in).unwrap_or_default());
    }
    let (mut runs, mut root, mut once, mut confined) = (false, true, false, false);
    for (key, value) in systemd_conf::lines(&text) {
        match key {
            "ExecStart" => runs |= !value.is_empty(),
            "User" => root = matches!(value, "" | "root" | "0"),
            "DynamicUser" => root &= !is_on(value),
            "Type" => once = value == "oneshot",
            key if SANDBOX.contains(&key) => {
                confined |= !matches!(value, "" | "no" | "false" | "off" | "0")
            }
            _ => {}
        }
    }
    (runs && root && !once).then(|| LocalService {
        path: path.to_owned(),
        confined,
    })
}

fn is_on(value: &str) -> bool {
    matches!(value, "yes" | "true" | "on" | "1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn only_services_that_run_on_as_root_are_told() {
        let mut tree = Tree::new();
        tree.file("/usr/lib/systemd/systemd", "")
            .file(
                "/etc/systemd/system/a.service",
                "[Service]\nExecStart=/opt/a\n",
            )
            .file(
                "/etc/systemd/system/b.service",
                "[Service]\nUser=b\nExecStart=/opt/b\n",
            )
            .file(
                "/etc/systemd/system/c.service",
                "[Service]\nType=oneshot\nExecStart=/opt/c\n",
            )
            .file(
                "/etc/systemd/system/d.service",
                "[Service]\nExecStart=/opt/d\n",
            )
            .file(
                "/etc/systemd/system/d.service.d/x.conf",
                "[Service]\nProtectSystem=strict\n",
            )
            .link(
                "/etc/systemd/system/e.service",
                "/usr/lib/systemd/system/e.service",
            )
            .file("/var/lib/systemd/linger/joe", "");
        let units = collect(&tree.host()).unwrap();
        let found: Vec<_> = units
            .of_root
            .iter()
            .map(|unit| (unit.path.to_str().unwrap(), unit.confined))
            .collect();
        assert_eq!(
            found,
            [
                ("/etc/systemd/system/a.service", false),
                ("/etc/systemd/system/d.service", true)
            ]
        );
        assert_eq!(units.lingering, ["joe"]);
        assert!(units.reboots_on_keys);
    }
}
