//! What is scanned: the operating system, the architecture, how it was booted.

use std::path::Path;

use hardtarget_report::{Boot, Os, Target, clean_line};
use nix::unistd::Uid;

use crate::facts::{container, os_release};
use crate::host::Host;

/// The longest value taken over; what stands in the report was written by the machine's owner.
const MAX_CHARS: usize = 200;

/// The byte that says whether Secure Boot is on comes last in this variable, after four bytes of
/// attributes (UEFI specification, "Globally Defined Variables").
const SECURE_BOOT: &str =
    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

/// Tells what is scanned. Facts of the cloud (AMI, instance, account, region, type) are left out:
/// whoever runs the scan in a cloud knows them.
#[must_use]
pub fn collect(host: &Host) -> Target {
    let live = host.is_running();
    Target {
        arch: if live {
            clean(&sysinfo::System::cpu_arch())
        } else {
            arch_of_programs(host)
        },
        hostname: hostname(host),
        root: clean_line(&host.root().to_string_lossy(), 4096),
        live,
        privileged: Uid::effective().is_root(),
        os: os(host),
        kernel: live
            .then(|| first_line(host, "/proc/sys/kernel/osrelease"))
            .flatten(),
        boot: if live { boot(host) } else { Boot::default() },
        ..Target::default()
    }
}

fn os(host: &Host) -> Os {
    let Ok(release) = os_release::collect(host) else {
        return Os::default();
    };
    Os {
        id: release.id().and_then(clean),
        version_id: release.version_id().and_then(clean),
        pretty_name: release.pretty_name().and_then(clean),
    }
}

fn hostname(host: &Host) -> Option<String> {
    host.is_running()
        .then(|| first_line(host, "/proc/sys/kernel/hostname"))
        .flatten()
        .or_else(|| first_line(host, "/etc/hostname"))
}

fn boot(host: &Host) -> Boot {
    let firmware = if host.exists("/sys/firmware/efi") {
        Some("uefi")
    } else {
        // Without /sys nothing is known.
        host.exists("/sys/firmware").then_some("bios")
    };
    Boot {
        firmware: firmware.map(str::to_owned),
        secure_boot: host
            .read_start(SECURE_BOOT, 16)
            .ok()
            .and_then(|bytes| bytes.last().map(|byte| *byte == 1)),
        init: first_line(host, "/proc/1/comm"),
        virtualization: container::engine(host)
            .and_then(|name| clean(&name))
            .or_else(|| hypervisor(host)),
    }
}

/// The hypervisor, by the maker's name in the machine's DMI table or by what Xen leaves in sysfs.
fn hypervisor(host: &Host) -> Option<String> {
    const MAKERS: [(&str, &str); 12] = [
        ("Amazon EC2", "amazon"),
        ("Google", "google"),
        ("Microsoft Corporation", "microsoft"),
        ("VMware", "vmware"),
        ("QEMU", "qemu"),
        ("KVM", "kvm"),
        ("Red Hat", "kvm"),
        ("OpenStack", "kvm"),
        ("innotek", "virtualbox"),
        ("Xen", "xen"),
        ("Parallels", "parallels"),
        ("DigitalOcean", "kvm"),
    ];
    let dmi = |name: &str| first_line(host, &format!("/sys/class/dmi/id/{name}"));
    let vendor = dmi("sys_vendor");
    // Microsoft makes machines of metal too.
    if vendor.as_deref() == Some("Microsoft Corporation")
        && dmi("product_name").is_some_and(|name| name != "Virtual Machine")
    {
        return None;
    }
    [vendor, dmi("product_name"), dmi("bios_vendor")]
        .into_iter()
        .flatten()
        .find_map(|name| {
            MAKERS
                .iter()
                .find(|(maker, _)| name.starts_with(maker))
                .map(|(_, word)| (*word).to_owned())
        })
        .or_else(|| first_line(host, "/sys/hypervisor/type"))
}

/// What the root's own shell is made for, from its ELF header (elf(5)).
fn arch_of_programs(host: &Host) -> Option<String> {
    ["/bin/sh", "/usr/bin/sh", "/usr/bin/env", "/bin/busybox"]
        .iter()
        .find_map(|path| host.read_start(Path::new(path), 20).ok())
        .and_then(|header| elf_machine(&header))
        .map(str::to_owned)
}

/// The machine of an ELF header, as `uname -m` calls it.
fn elf_machine(header: &[u8]) -> Option<&'static str> {
    let (magic, rest) = header.split_first_chunk::<4>()?;
    if magic != b"\x7fELF" {
        return None;
    }
    let wide = *rest.first()? == 2;
    let little = *rest.get(1)? == 1;
    let machine = rest.get(14..16).and_then(|bytes| bytes.try_into().ok())?;
    let machine = if little {
        u16::from_le_bytes(machine)
    } else {
        u16::from_be_bytes(machine)
    };
    Some(match (machine, wide, little) {
        (0x3e, ..) => "x86_64",
        (0xb7, ..) => "aarch64",
        (0x03, ..) => "i686",
        (0x28, ..) => "armv7l",
        (0xf3, true, _) => "riscv64",
        (0x15, true, true) => "ppc64le",
        (0x15, true, false) => "ppc64",
        (0x16, true, _) => "s390x",
        (0x102, true, _) => "loongarch64",
        _ => return None,
    })
}

fn first_line(host: &Host, path: &str) -> Option<String> {
    let bytes = host.read_start(path, 4096).ok()?;
    clean(String::from_utf8_lossy(&bytes).lines().next()?)
}

fn clean(value: &str) -> Option<String> {
    let value = clean_line(value.trim(), MAX_CHARS);
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn an_unpacked_root_tells_what_its_files_tell() {
        let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
        elf.resize(16, 0);
        elf.extend([3, 0, 0xb7, 0]);
        let mut tree = Tree::new();
        tree.file("/usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
            .link("/etc/os-release", "/usr/lib/os-release")
            .file("/usr/bin/dash", elf)
            .link("/usr/bin/sh", "dash")
            .link("/bin", "usr/bin")
            .file("/etc/hostname", "made\n")
            .file("/proc/sys/kernel/osrelease", "1.2.3\n");
        let target = collect(&tree.host());
        assert_eq!(target.os.id.as_deref(), Some("debian"));
        assert_eq!(target.os.version_id.as_deref(), Some("12"));
        assert_eq!(target.os.pretty_name, None);
        assert_eq!(target.arch.as_deref(), Some("aarch64"));
        assert_eq!(target.hostname.as_deref(), Some("made"));
        assert_eq!(target.kernel, None);
        assert_eq!(target.boot, Boot::default());
        assert!(!target.live);
    }

    #[test]
    fn a_running_machine_tells_how_it_was_booted() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/sys/kernel/osrelease", "6.1.0-31-cloud-amd64\n")
            .file("/proc/sys/kernel/hostname", "ip-10-0-0-1\n")
            .file("/proc/1/comm", "systemd\n")
            .file("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n")
            .file(SECURE_BOOT, [6, 0, 0, 0, 1]);
        let target = collect(&tree.host());
        assert_eq!(target.kernel.as_deref(), Some("6.1.0-31-cloud-amd64"));
        assert_eq!(target.hostname.as_deref(), Some("ip-10-0-0-1"));
        assert_eq!(
            target.boot,
            Boot {
                firmware: Some("uefi".to_owned()),
                secure_boot: Some(true),
                init: Some("systemd".to_owned()),
                virtualization: Some("amazon".to_owned()),
            }
        );
        tree.file("/proc/1/environ", b"PATH=/bin\0container=lxc\0");
        assert_eq!(
            collect(&tree.host()).boot.virtualization.as_deref(),
            Some("lxc")
        );
    }

    #[test]
    fn without_sys_and_proc_nothing_is_made_up() {
        let mut tree = Tree::new();
        let target = collect(&tree.running().host());
        assert_eq!(target.boot, Boot::default());
        assert_eq!(target.os, Os::default());
    }

    #[test]
    fn what_is_no_elf_has_no_machine() {
        assert_eq!(elf_machine(b"#!/bin/sh"), None);
        assert_eq!(elf_machine(b"\x7fELF\x02\x01"), None);
        assert_eq!(elf_machine(b""), None);
    }
}
