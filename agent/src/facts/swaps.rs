//! Swap space: `/proc/swaps` of a running machine, `/etc/fstab` of an unpacked root.

use super::mounts::Mounts;
use super::{Fact, Gap};
use crate::host::Host;

/// One swap space.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Swap {
    /// A device or a file.
    pub(crate) what: String,
    /// Whether what is written there is encrypted, or never reaches a disk.
    pub(crate) protected: bool,
    /// The file that names it.
    pub(crate) source: &'static str,
}

pub(crate) fn collect(host: &Host, mounts: &Fact<Mounts>) -> Fact<Vec<Swap>> {
    if host.is_running() {
        let source = "/proc/swaps";
        return Ok(host
            .text(source)?
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().next())
            .map(|what| Swap {
                protected: is_zram(what) || is_encrypted_now(host, what),
                what: what.to_owned(),
                source,
            })
            .collect());
    }
    let mounts = mounts.as_ref().map_err(|gap: &Gap| gap.clone())?;
    let crypttab = host.text("/etc/crypttab").unwrap_or_default();
    Ok(mounts
        .all
        .iter()
        .filter(|mount| mount.kind == "swap")
        .map(|mount| Swap {
            what: mount.what.clone(),
            protected: is_zram(&mount.what) || is_in_crypttab(&mount.what, &crypttab),
            source: mounts.source,
        })
        .collect())
}

fn is_zram(what: &str) -> bool {
    what.starts_with("/dev/zram")
}

/// The device mapper says what a device is: the UUID of an encrypted one starts with `CRYPT-`.
fn is_encrypted_now(host: &Host, device: &str) -> bool {
    let name = match host.read_link(device) {
        Ok(target) => target,
        Err(_) => device.into(),
    };
    name.file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| host.text(format!("/sys/block/{name}/dm/uuid")).ok())
        .is_some_and(|uuid| uuid.starts_with("CRYPT-"))
}

fn is_in_crypttab(device: &str, crypttab: &str) -> bool {
    device.strip_prefix("/dev/mapper/").is_some_and(|name| {
        crypttab
            .lines()
            .any(|line| line.split_whitespace().next() == Some(name))
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::tree::Tree;

    #[test]
    fn what_is_encrypted_is_seen_on_a_running_machine() {
        let mut tree = Tree::new();
        tree.running()
            .file(
                "/proc/swaps",
                "Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n\
                 /dev/zram0 partition 1 0 100\n/swapfile file 1 0 -3\n",
            )
            .file("/sys/block/dm-1/dm/uuid", "CRYPT-PLAIN-swap0\n");
        let facts = tree.facts();
        let protected: Vec<bool> = facts
            .swaps
            .unwrap()
            .iter()
            .map(|swap| swap.protected)
            .collect();
        assert_eq!(protected, [true, true, false]);
    }
}
