use hardtarget_report::Severity;

use super::settings::{self, Setting, above};
use crate::checks::{Judged, Ref, SameAs};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// A connection has at most 4 attempts to log in (`MaxAuthTries`) and at most a minute for it
    /// (`LoginGraceTime`; 0 means for ever). Up to 10 attempts and 10 minutes, OpenSSH's own limits
    /// of 6 and 2 minutes among them, are a remark only.
    ///
    /// ## Why it matters
    /// Without limits guessing is faster, and connections that never log in keep others out.
    ///
    /// ## Remediation
    /// Set `MaxAuthTries 4` and `LoginGraceTime 60` in `/etc/ssh/sshd_config` and reload sshd.
    pub(crate) NO_LOGIN_LIMITS {
        id: "HT-SSH-008",
        title: "SSH hardly limits attempts to log in",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.13"),
            Ref::debian_12("5.1.16"),
            Ref::amazon_linux_2023("4.2.16"),
            Ref::amazon_linux_2023("4.2.19"),
            Ref::independent("5.2.7"),
            Ref::independent("5.2.17"),
            Ref::Cwe(307),
            Ref::Manual("sshd_config(5)"),
        ],
        same_as: [SameAs::Each("SSH-7408")],
        judge: limits,
        passes: |tree| { tree.sshd("MaxAuthTries 4\nLoginGraceTime 1m\n"); },
        fails: |tree| { tree.sshd("LoginGraceTime 0\n"); },
    }
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "MaxAuthTries",
        subject: "MaxAuthTries",
        bad: |value| above(value, 10),
        severity: Severity::Low,
        means: "good is 4 or less",
    },
    Setting {
        name: "MaxAuthTries",
        subject: "MaxAuthTries",
        bad: |value| above(value, 4) && !above(value, 10),
        severity: Severity::Info,
        means: "4 are enough",
    },
    Setting {
        name: "LoginGraceTime",
        subject: "LoginGraceTime",
        bad: |value| seconds(value).is_some_and(|time| time == 0 || time > 600),
        severity: Severity::Low,
        means: "good is a minute or less",
    },
    Setting {
        name: "LoginGraceTime",
        subject: "LoginGraceTime",
        bad: |value| seconds(value).is_some_and(|time| (61..=600).contains(&time)),
        severity: Severity::Info,
        means: "a minute is enough",
    },
];

fn limits(facts: &Facts) -> Judged {
    settings::judge(facts.sshd.as_ref()?, SETTINGS)
}

/// A time of sshd_config(5), "TIME FORMATS": `90`, `1h30m`. `none` is no limit, as 0 is.
pub(super) fn seconds(value: &str) -> Option<u64> {
    if value.eq_ignore_ascii_case("none") {
        return Some(0);
    }
    let mut total = 0_u64;
    let mut number = String::new();
    for c in value.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    if number.is_empty() {
        Some(total)
    } else {
        total.checked_add(number.parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, time) in [
            ("0", Some(0)),
            ("120", Some(120)),
            ("1h30m", Some(5400)),
            ("2M", Some(120)),
            ("m", None),
            ("1x", None),
            ("99999999999999999999w", None),
        ] {
            assert_eq!(seconds(text), time, "{text}");
        }
    }
}
