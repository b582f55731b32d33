use hardtarget_report::Severity::{Info, Low};

use super::{Table, switched_on};
use crate::checks::{Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// None of a desktop's services starts at boot: printing, service discovery, Bluetooth, modems,
    /// a graphical login, automatic mounting of media.
    ///
    /// ## Why it matters
    /// They listen to the network or to devices, most run as root, and a server has no use for
    /// them. CUPS and Avahi have been ways to run code from outside.
    ///
    /// ## Remediation
    /// Remove the package, or `systemctl disable --now NAME`. A graphical login is turned off by
    /// `systemctl set-default multi-user.target`.
    pub(crate) DESKTOP_SERVICE {
        id: "HT-SVC-020",
        title: "A desktop's service starts at boot",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.1"),
            Ref::debian_12("3.1.3"),
            Ref::amazon_linux_2023("2.2"),
            Ref::independent("2.2"),
            Ref::Cwe(1125),
        ],
        judge: desktop_service,
        passes: |tree| { tree.file("/sbin/init", ""); },
        fails: |tree| {
            tree.file("/sbin/init", "").link("/etc/systemd/system/printer.target.wants/cups.service", "/x");
        },
    }
}

const TABLE: &Table = &[
    ("Avahi", &["avahi-daemon", "avahi-daemon.socket"], Low),
    ("Bluetooth", &["bluetooth", "bluez"], Low),
    (
        "CUPS",
        &["cups", "cups.socket", "cups.path", "cupsd", "cups-browsed"],
        Low,
    ),
    ("GeoClue", &["geoclue"], Info),
    ("ModemManager", &["ModemManager", "modemmanager"], Info),
    (
        "graphical login",
        &[
            "gdm",
            "gdm3",
            "lightdm",
            "sddm",
            "xdm",
            "display-manager",
            "lxdm",
            "slim",
        ],
        Low,
    ),
    ("autofs", &["autofs"], Low),
    ("udisks", &["udisks2"], Info),
    ("wireless networks", &["wpa_supplicant", "iwd"], Info),
];

fn desktop_service(facts: &Facts) -> Judged {
    switched_on(facts, TABLE)
}
