//! Whether the running system is a container, which shares its host's kernel and clock.

use crate::host::Host;

/// The container engine, as it makes itself known (systemd's "Container Interface"); nothing
/// outside of containers and for an unpacked root.
pub(crate) fn engine(host: &Host) -> Option<String> {
    if !host.is_running() {
        return None;
    }
    if let Some(name) = first_line(host, "/run/systemd/container") {
        return Some(name);
    }
    if host.exists("/run/.containerenv") {
        return Some("podman".to_owned());
    }
    if host.exists("/.dockerenv") {
        return Some("docker".to_owned());
    }
    host.read_start("/proc/1/environ", 64 << 10)
        .ok()?
        .split(|byte| *byte == 0)
        .find_map(|variable| variable.strip_prefix(b"container="))
        .map(|name| String::from_utf8_lossy(name).into_owned())
}

fn first_line(host: &Host, path: &str) -> Option<String> {
    let bytes = host.read_start(path, 4096).ok()?;
    let line = String::from_utf8_lossy(&bytes)
        .lines()
        .next()?
        .trim()
        .to_owned();
    (!line.is_empty()).then_some(line)
}
