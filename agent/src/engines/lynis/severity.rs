//! How bad a Lynis finding is, on our scale.
//!
//! Lynis has two degrees. A warning weakens a defence: medium. A suggestion is hardening left
//! undone: low. The tests below say more than their degree, by what an attacker gains.

use hardtarget_report::Severity::{self, Critical, High, Info, Low, Medium};

use super::report_file::{Event, EventKind};

/// Test, what becomes of its warnings, and why.
const WARNINGS: [(&str, Severity, &str); 22] = [
    ("AUTH-9204", High, "a second UID 0 is a second root"),
    ("AUTH-9208", Medium, "two accounts share one UID's files"),
    (
        "AUTH-9218",
        Critical,
        "an account with a shell and no password",
    ),
    ("AUTH-9254", Critical, "an account without a password"),
    ("AUTH-9283", Critical, "an account without a password"),
    ("BOOT-5184", High, "who writes it is root at the next boot"),
    ("BOOT-5263", High, "who writes it is root at the next boot"),
    ("CONT-8108", High, "the container engine's control is root"),
    ("DBS-1816", High, "the database is open to any local user"),
    (
        "DBS-1820",
        High,
        "the database is open to anyone who reaches it",
    ),
    ("GEN-0010", High, "nobody repairs this release any more"),
    (
        "LOGG-2138",
        Low,
        "kernel messages reach journald without klogd",
    ),
    ("LYNIS", Info, "says something of Lynis, not of the machine"),
    (
        "NETW-2704",
        Info,
        "moves with the network, not with the machine",
    ),
    (
        "NETW-2705",
        Info,
        "moves with the network, not with the machine",
    ),
    ("PKGS-7322", High, "known vulnerabilities are installed"),
    ("PKGS-7330", High, "known vulnerabilities are installed"),
    ("PKGS-7380", High, "known vulnerabilities are installed"),
    ("PKGS-7386", High, "known vulnerabilities are installed"),
    ("PKGS-7392", High, "known vulnerabilities are installed"),
    ("SCHD-7704", High, "who writes it runs code as another user"),
    ("SNMP-3306", High, "the community string is the password"),
];

/// Test, what becomes of its suggestions, and why.
const SUGGESTIONS: [(&str, Severity, &str); 9] = [
    (
        "CRYP-7902",
        Medium,
        "an expired certificate is ignored or stops a service",
    ),
    (
        "DBS-1884",
        Medium,
        "Redis takes commands without a password",
    ),
    ("FILE-6362", Medium, "anyone may delete anyone's files"),
    ("FILE-6363", Medium, "anyone may delete anyone's files"),
    ("FIRE-4590", Medium, "every listening port is reachable"),
    ("LYNIS", Info, "says something of Lynis, not of the machine"),
    ("PKGS-7388", Medium, "security repairs do not arrive"),
    ("PROC-3612", Info, "what waits for input is seldom a fault"),
    (
        "TOOL-5002",
        Info,
        "how machines are managed is no fault of this one",
    ),
];

/// The severity of one warning or suggestion.
#[must_use]
pub(super) fn severity(event: &Event) -> Severity {
    let (table, usual) = match event.kind {
        EventKind::Warning => (WARNINGS.as_slice(), Medium),
        EventKind::Suggestion => (SUGGESTIONS.as_slice(), Low),
    };
    if event.id == "SSH-7408"
        && event
            .details
            .as_ref()
            .is_some_and(|details| details.to_ascii_lowercase().starts_with("permitrootlogin"))
    {
        // Root may log in: the name of the account is known, one secret is left.
        return Medium;
    }
    table
        .iter()
        .find(|(id, ..)| *id == event.id)
        .map_or(usual, |(_, severity, _)| *severity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_by_id() {
        assert!(WARNINGS.is_sorted_by_key(|(id, ..)| id));
        assert!(SUGGESTIONS.is_sorted_by_key(|(id, ..)| id));
    }
}
