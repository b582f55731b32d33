use hardtarget_report::Severity::{Info, Low};

use super::{Table, switched_on};
use crate::checks::{Judged, Ref};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Which servers start at boot that an image has only on purpose: for DHCP, DNS, directories,
    /// mailboxes, SNMP, web pages, proxies, consoles in the browser, remote desktops, and xinetd. For services without encryption see
    /// HT-NET-003.
    ///
    /// ## Why it matters
    /// A server that came along with another package and that nobody looks after listens from the
    /// first boot on. Where it is what the image is for, waive the finding.
    ///
    /// ## Remediation
    /// Remove the package, or `systemctl disable --now NAME`.
    pub(crate) UNASKED_SERVER {
        id: "HT-SVC-022",
        title: "A network server starts at boot that few images need",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("2.1"),
            Ref::amazon_linux_2023("2.2"),
            Ref::independent("2.2"),
            Ref::Cwe(1125),
        ],
        judge: unasked_server,
        passes: |tree| { tree.file("/sbin/init", ""); },
        fails: |tree| {
            tree.file("/sbin/init", "").link("/etc/rc2.d/S01snmpd", "../init.d/snmpd");
        },
    }
}

const TABLE: &Table = &[
    (
        "DHCP",
        &[
            "isc-dhcp-server",
            "isc-dhcp-server6",
            "dhcpd",
            "dhcpd6",
            "kea-dhcp4",
            "kea-dhcp4-server",
        ],
        Low,
    ),
    (
        "DNS",
        &[
            "named",
            "bind9",
            "unbound",
            "pdns",
            "pdns-recursor",
            "knot",
            "nsd",
        ],
        Low,
    ),
    ("LDAP", &["slapd", "dirsrv.target"], Low),
    ("SNMP", &["snmpd", "snmptrapd"], Low),
    ("dnsmasq", &["dnsmasq"], Low),
    (
        "mailboxes",
        &["dovecot", "dovecot.socket", "cyrus-imapd", "courier-imap"],
        Low,
    ),
    ("remote desktop", &["xrdp", "vncserver", "x2goserver"], Low),
    ("web proxy", &["squid", "tinyproxy", "privoxy"], Low),
    (
        "web server",
        &["apache2", "httpd", "nginx", "lighttpd", "caddy"],
        Info,
    ),
    ("web console", &["cockpit.socket", "webmin"], Low),
    ("xinetd", &["xinetd"], Low),
];

fn unasked_server(facts: &Facts) -> Judged {
    switched_on(facts, TABLE)
}
