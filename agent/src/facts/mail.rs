//! Mail servers that start at boot, and whether they take mail from other machines.

use super::services::Services;
use super::{Fact, Gap};
use crate::host::Host;

/// A mail server that starts at boot.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MailServer {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Whether it listens beyond this machine; not known where its file is missing.
    pub(crate) listens: Option<bool>,
    /// The file that says so.
    pub(crate) source: &'static str,
}

/// Name, services, file, and how to read it.
type Known = (
    &'static str,
    &'static [&'static str],
    &'static str,
    fn(&str) -> bool,
);

const KNOWN: [Known; 4] = [
    ("postfix", &["postfix"], "/etc/postfix/main.cf", postfix),
    (
        "exim",
        &["exim4", "exim"],
        "/etc/exim4/update-exim4.conf.conf",
        exim,
    ),
    ("sendmail", &["sendmail"], "/etc/mail/sendmail.cf", sendmail),
    (
        "opensmtpd",
        &["opensmtpd", "smtpd"],
        "/etc/smtpd.conf",
        opensmtpd,
    ),
];

pub(crate) fn collect(host: &Host, services: &Fact<Services>) -> Fact<Vec<MailServer>> {
    let services = services.as_ref().map_err(Clone::clone)?;
    let servers: Vec<MailServer> = KNOWN
        .iter()
        .filter(|(_, units, ..)| units.iter().any(|unit| services.is_enabled(unit)))
        .map(|(name, _, source, listens)| MailServer {
            name,
            listens: host.text(source).ok().map(|text| listens(&text)),
            source,
        })
        .collect();
    if servers.is_empty() {
        return Err(Gap::Absent("no mail server starts at boot".to_owned()));
    }
    Ok(servers)
}

/// `inet_interfaces`, all unless it is set, postconf(5).
fn postfix(text: &str) -> bool {
    let value = last_value(text, "inet_interfaces").unwrap_or("all");
    !value.split([' ', '\t', ',']).all(is_local)
}

/// `dc_local_interfaces` of Debian's exim; empty means all.
fn exim(text: &str) -> bool {
    let value = last_value(text, "dc_local_interfaces").unwrap_or_default();
    let value = value.trim_matches(['\'', '"']);
    value.is_empty() || !value.split([' ', ';']).all(is_local)
}

/// `O DaemonPortOptions=Addr=127.0.0.1, …`, a line a listener.
fn sendmail(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.strip_prefix("O DaemonPortOptions="))
        .any(|options| {
            let address = options
                .split(',')
                .find_map(|option| option.trim().strip_prefix("Addr="));
            !address.is_some_and(is_local)
        })
}

/// `listen on lo`, a line a listener; none means that it listens nowhere else.
fn opensmtpd(text: &str) -> bool {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("listen on "))
        .any(|rest| {
            let place = rest.split_whitespace().next().unwrap_or_default();
            !matches!(place, "lo" | "lo0" | "socket") && !is_local(place)
        })
}

/// Whether an address or a word for several means this machine alone.
fn is_local(address: &str) -> bool {
    let address = address.trim_matches(['[', ']']);
    matches!(
        address,
        "" | "localhost" | "loopback-only" | "::1" | "::0::1"
    ) || address.starts_with("127.")
}

fn last_value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='))
        .next_back()
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_server_has_its_own_word_for_here() {
        for (listens, text, expected) in [
            (postfix as fn(&str) -> bool, "myhostname = x\n", true),
            (postfix, "inet_interfaces = localhost\n", false),
            (postfix, "inet_interfaces = 127.0.0.1, [::1]\n", false),
            (
                postfix,
                "#inet_interfaces = localhost\ninet_interfaces = $myhostname, localhost\n",
                true,
            ),
            (exim, "dc_local_interfaces='127.0.0.1 ; ::1'\n", false),
            (exim, "dc_local_interfaces=''\n", true),
            (
                sendmail,
                "O DaemonPortOptions=Port=smtp,Addr=127.0.0.1, Name=MTA\n",
                false,
            ),
            (sendmail, "O DaemonPortOptions=Name=MTA\n", true),
            (
                opensmtpd,
                "listen on localhost\nlisten on socket filter x\n",
                false,
            ),
            (opensmtpd, "listen on eth0 port 25\n", true),
        ] {
            assert_eq!(listens(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "((inet_interfaces|O DaemonPortOptions=|listen on |[=, '\n])|\\PC)*") {
            for (.., listens) in KNOWN {
                listens(&text);
            }
        }
    }
}
