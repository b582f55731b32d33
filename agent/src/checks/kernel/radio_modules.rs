use super::rare_modules::loadable;
use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Modules for radio (Bluetooth, wireless networks, NFC) and for ports with direct access to
    /// memory (FireWire, Thunderbolt) lie ready for the kernel, and nothing in `modprobe.d` keeps
    /// them out.
    ///
    /// ## Why it matters
    /// A server has no use for them. Where the hardware is there, radio is a network that no
    /// firewall of the site sees, and a device at such a port reads the memory. Virtual machines
    /// have no such hardware, hence for information only.
    ///
    /// ## Remediation
    /// For each module named, put `install NAME /bin/false` and `blacklist NAME` into a file such
    /// as `/etc/modprobe.d/unused.conf`.
    pub(crate) RADIO_MODULES {
        id: "HT-KRN-014",
        title: "A driver for radio or for direct memory access can be loaded",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("3.1.2"),
            Ref::independent("3.6"),
            Ref::Cwe(1188),
            Ref::Manual("modprobe.d(5)"),
        ],
        same_as: [SameAs::For("STRG-1846", &["firewire_ohci", "firewire_sbp2"])],
        judge: radio_modules,
        passes: |tree| {
            tree.file("/lib/modules/6.1.0/modules.dep", "kernel/net/bluetooth/bluetooth.ko:\n")
                .file("/etc/modprobe.d/radio.conf", "blacklist bluetooth\n");
        },
        fails: |tree| {
            tree.file("/lib/modules/6.1.0/modules.dep", "kernel/drivers/firewire/firewire-ohci.ko:\n");
        },
    }
}

const MODULES: &[(&str, &str)] = &[
    ("bluetooth", "Bluetooth"),
    ("btusb", "Bluetooth"),
    ("cfg80211", "wireless networks"),
    ("firewire_ohci", "FireWire"),
    ("firewire_sbp2", "storage on FireWire"),
    ("nfc", "NFC"),
    ("thunderbolt", "Thunderbolt"),
];

fn radio_modules(facts: &Facts) -> Judged {
    loadable(facts, MODULES)
}
