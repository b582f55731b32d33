//! What sshd does where its configuration is silent.

use crate::facts::os_release::OsRelease;

/// The defaults as sshd_config(5) of OpenSSH 9.2 gives them, by keyword.
pub(super) const DEFAULTS: [(&str, &str); 29] = [
    ("allowagentforwarding", "yes"),
    ("allowstreamlocalforwarding", "yes"),
    ("allowtcpforwarding", "yes"),
    ("authenticationmethods", "any"),
    (
        "authorizedkeysfile",
        ".ssh/authorized_keys .ssh/authorized_keys2",
    ),
    ("banner", "none"),
    ("clientalivecountmax", "3"),
    ("clientaliveinterval", "0"),
    ("disableforwarding", "no"),
    ("gatewayports", "no"),
    ("gssapiauthentication", "no"),
    ("hostbasedauthentication", "no"),
    ("ignorerhosts", "yes"),
    ("ignoreuserknownhosts", "no"),
    ("kbdinteractiveauthentication", "yes"),
    ("logingracetime", "120"),
    ("loglevel", "INFO"),
    ("maxauthtries", "6"),
    ("maxsessions", "10"),
    ("maxstartups", "10:30:100"),
    ("passwordauthentication", "yes"),
    ("permitemptypasswords", "no"),
    ("permittunnel", "no"),
    ("permituserenvironment", "no"),
    ("pubkeyauthentication", "yes"),
    ("strictmodes", "yes"),
    ("usepam", "no"),
    ("x11forwarding", "no"),
    ("x11uselocalhost", "yes"),
];

/// The default of a keyword, if it is known.
pub(super) fn of(keyword: &str) -> Option<&'static str> {
    DEFAULTS
        .iter()
        .find(|(known, _)| *known == keyword)
        .map(|(_, value)| *value)
}

/// `PermitRootLogin`: `prohibit-password` since OpenSSH 7.0; Red Hat Enterprise Linux 7, what is
/// built from it and Amazon Linux 2 keep `yes`.
pub(super) fn root_login(os: Option<&OsRelease>) -> &'static str {
    let old = os.is_some_and(|os| {
        let version = os.version_id().unwrap_or_default();
        let major = version.split('.').next().unwrap_or_default();
        matches!(
            (os.id().unwrap_or_default(), major),
            ("rhel" | "centos" | "ol" | "scientific", "6" | "7") | ("amzn", "2")
        )
    });
    if old { "yes" } else { "prohibit-password" }
}
