//! The area a Lynis test belongs to, by the letters its id starts with.
//!
//! The words are Lynis's own groups (the fourth field of its `db/tests.db`). Going by the letters
//! keeps a foreign report file, which has no database beside it, in the same categories as a scan.

const AREAS: [(&str, &str); 44] = [
    ("ACCT", "accounting"),
    ("AUTH", "authentication"),
    ("BANN", "banners"),
    ("BOOT", "boot-services"),
    ("CONT", "containers"),
    ("CORE", "system"),
    ("CRYP", "crypto"),
    ("CUST", "custom"),
    ("DBS", "databases"),
    ("DEB", "debian"),
    ("DNS", "dns"),
    ("FILE", "filesystems"),
    ("FINT", "file-integrity"),
    ("FIRE", "firewalls"),
    ("GEN", "system"),
    ("HOME", "homedirs"),
    ("HRDN", "hardening"),
    ("HTTP", "webservers"),
    ("INSE", "insecure-services"),
    ("KRB", "kerberos"),
    ("KRNL", "kernel"),
    ("LDAP", "ldap"),
    ("LOGG", "logging"),
    ("LYNIS", "system"),
    ("MACF", "mac-frameworks"),
    ("MAIL", "mail-messaging"),
    ("MALW", "malware"),
    ("NAME", "nameservices"),
    ("NETW", "networking"),
    ("PHP", "php"),
    ("PKGS", "packages"),
    ("PRNT", "printers"),
    ("PROC", "processes"),
    ("RBAC", "mac-frameworks"),
    ("SCHD", "scheduling"),
    ("SHLL", "shells"),
    ("SINT", "system-integrity"),
    ("SNMP", "snmp"),
    ("SQD", "squid"),
    ("SSH", "ssh"),
    ("STRG", "storage"),
    ("TIME", "time"),
    ("TOOL", "tooling"),
    ("USB", "usb"),
];

/// The area of a test, e.g. `authentication` for `AUTH-9204`; `lynis` where it is not known.
#[must_use]
pub(super) fn category(id: &str) -> &'static str {
    let letters = id.split('-').next().unwrap_or(id);
    AREAS
        .binary_search_by_key(&letters, |(prefix, _)| prefix)
        .ok()
        .and_then(|found| AREAS.get(found))
        .map_or("lynis", |(_, area)| area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_sorted_and_found() {
        assert!(AREAS.is_sorted());
        assert_eq!(category("AUTH-9204"), "authentication");
        assert_eq!(category("LYNIS"), "system");
        assert_eq!(category("VIRT-1920"), "lynis");
    }
}
