//! What a finding of Lynis is about, in words that stay the same from one image to the next.

use hardtarget_report::clean_line;

use super::report_file::Event;

/// Takes what may change without the fault changing out of Lynis's words.
#[derive(Debug)]
pub(super) struct Subjects {
    host: Option<String>,
}

impl Subjects {
    /// `hostname` is the machine's name where the report has it.
    #[must_use]
    pub(super) fn of_host(hostname: Option<&str>) -> Self {
        // A name like `debian` is a word that stands in messages of its own right; what cloud
        // machines are called (`ip-10-0-0-1`) has a digit, a hyphen or a dot in it.
        let telling = |name: &&str| {
            name.len() > 3 && name.contains(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'))
        };
        Self {
            host: hostname.filter(telling).map(str::to_owned),
        }
    }

    /// The subject of one event: its details, or its message where it has none. Numbers that stand
    /// alone, dates and the host's name are replaced, and so is the value in `Port (set 22 to )`:
    /// another wrong value is the same fault.
    #[must_use]
    pub(super) fn subject(&self, event: &Event) -> String {
        let text = event
            .details
            .as_deref()
            .map_or(event.message.as_str(), |details| {
                match details.split_once(" (") {
                    Some((option, rest)) if rest.starts_with("set ") || rest.contains("--> ") => {
                        option
                    }
                    _ => details,
                }
            });
        let text = match &self.host {
            Some(host) => text.replace(host.as_str(), "HOST"),
            None => text.to_owned(),
        };
        clean_line(&without_numbers(&text), 400)
    }
}

/// Replaces numbers by `#` where they stand alone: `20 files`, `2026-11-21`, `09:20:44`, `(4711)`.
/// Those that belong to a name stay: `net.ipv4.conf`, `/dev/sda1`, `10.0.0.1`, `UTF-8`.
fn without_numbers(text: &str) -> String {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if !in_word(first) {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let bare = word.trim_end_matches(['.', ':', '-']);
        let number = bare.contains(|c: char| c.is_ascii_digit())
            && bare
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.'))
            // An IPv4 address is a name; a date, a time, a decimal or a plain number is none.
            && bare.matches('.').count() < 3;
        if number {
            out.push('#');
            out.push_str(word.get(bare.len()..).unwrap_or_default());
        } else if let Some(tail) = word.strip_prefix("/proc/") {
            // Processes come and go under these names.
            out.push_str("/proc/");
            let digits = tail
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(tail.len());
            if digits > 0 {
                out.push('#');
            }
            out.push_str(tail.get(digits..).unwrap_or_default());
        } else {
            out.push_str(word);
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::report_file::EventKind;
    use super::*;

    fn event(message: &str, details: Option<&str>) -> Event {
        Event {
            kind: EventKind::Warning,
            id: "ABCD-1234".to_owned(),
            message: message.to_owned(),
            details: details.map(str::to_owned),
            solution: None,
        }
    }

    #[test]
    fn what_changes_is_taken_out() {
        for (text, stable) in [
            (
                "Check 20 files in /tmp which are older than 90 days",
                "Check # files in /tmp which are older than # days",
            ),
            ("end-of-life as of 2026-06-10.", "end-of-life as of #."),
            (
                "many connections in WAIT state (312)",
                "many connections in WAIT state (#)",
            ),
            ("started 09:20:44, pid: 4711", "started #, pid: #"),
            ("/proc/4711/exe", "/proc/#/exe"),
        ] {
            assert_eq!(without_numbers(text), stable);
        }
    }

    /// Checks name these as subjects of Lynis's in `same_as`.
    #[test]
    fn what_checks_compare_with_comes_out_so() {
        let subjects = Subjects::of_host(None);
        let message = "If not required, consider explicit disabling of core dump in /etc/systemd/coredump.conf ('ProcessSizeMax=0', 'Storage=none')";
        let subject = subjects.subject(&event(message, None));
        let named = crate::checks::CATALOGUE
            .iter()
            .flat_map(|check| check.same_as)
            .any(|same| matches!(same, crate::checks::SameAs::About(_, theirs) if *theirs == subject));
        assert!(named, "{subject}");
    }

    #[test]
    fn what_is_a_name_stays() {
        for text in [
            "net.ipv4.conf.all.rp_filter",
            "/dev/sda1",
            "10.0.0.1",
            "UTF-8",
            "lib32",
            "x.5.y",
        ] {
            assert_eq!(without_numbers(text), text);
        }
    }

    #[test]
    fn the_hosts_name_is_taken_out_where_it_is_one() {
        let subjects = Subjects::of_host(Some("ip-10-0-0-7"));
        assert_eq!(
            subjects.subject(&event("x", Some("ip-10-0-0-7.local"))),
            "HOST.local"
        );
        let subjects = Subjects::of_host(Some("debian"));
        assert_eq!(subjects.subject(&event("on debian", None)), "on debian");
    }

    #[test]
    fn a_value_that_is_wrong_otherwise_is_the_same_fault() {
        let subjects = Subjects::of_host(None);
        assert_eq!(
            subjects.subject(&event("m", Some("Port (set 22 to )"))),
            "Port"
        );
        assert_eq!(
            subjects.subject(&event(
                "m",
                Some("PresentDevicePolicy (allow --> (apply-policy|block)")
            )),
            "PresentDevicePolicy"
        );
    }

    proptest! {
        #[test]
        fn any_text_has_a_subject(text in "\\PC{0,80}") {
            let once = without_numbers(&text);
            prop_assert_eq!(without_numbers(&once), once);
        }
    }
}
