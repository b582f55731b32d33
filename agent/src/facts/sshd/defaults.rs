//! What sshd does where its configuration is silent.

use crate::facts::os_release::OsRelease;

/// The default of a keyword as sshd_config(5) of OpenSSH 9.2 gives it.
pub(super) fn of(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "allowagentforwarding"
        | "allowtcpforwarding"
        | "ignorerhosts"
        | "kbdinteractiveauthentication"
        | "passwordauthentication"
        | "pubkeyauthentication"
        | "strictmodes" => "yes",
        "disableforwarding"
        | "gatewayports"
        | "hostbasedauthentication"
        | "ignoreuserknownhosts"
        | "permitemptypasswords"
        | "permittunnel"
        | "permituserenvironment"
        | "usepam"
        | "x11forwarding" => "no",
        "authenticationmethods" => "any",
        "authorizedkeysfile" => ".ssh/authorized_keys .ssh/authorized_keys2",
        "logingracetime" => "120",
        "maxauthtries" => "6",
        _ => return None,
    })
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
