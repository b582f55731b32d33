//! Lynis's report file (`lynis-report.dat`): `key=value` lines, lists as `key[]=value`.
//!
//! The file is appended to live, `finish=true` last. What stands in it was in part copied from the
//! machine under scan: bytes may be no UTF-8, lines may lack `=`, scalars may repeat, a line may be
//! 100 kB long. Versions 2.4 to 3.1 are known.

/// Longer keys are no keys: Lynis's longest has 35 characters.
const MAX_KEY: usize = 80;

/// One line of a report file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What stands before the first `=`, without `[]`.
    pub key: String,
    /// Whether the key ended in `[]`.
    pub list: bool,
    /// What stands behind the first `=`.
    pub value: String,
}

/// A report file, in its own order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFile {
    /// Every line that has a key.
    pub entries: Vec<Entry>,
}

/// Whether Lynis calls it a warning or a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// `warning[]`
    Warning,
    /// `suggestion[]`
    Suggestion,
}

/// One `warning[]` or `suggestion[]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Warning or suggestion.
    pub kind: EventKind,
    /// The test's id, e.g. `SSH-7408`.
    pub id: String,
    /// What Lynis says.
    pub message: String,
    /// What it is about, where Lynis says so.
    pub details: Option<String>,
    /// What to do, where Lynis says so (`text:` and `url:` still before it).
    pub solution: Option<String>,
}

/// Reads a report file. Anything can be read; what makes no sense is left out.
#[must_use]
pub fn parse(bytes: &[u8]) -> ReportFile {
    let entries = bytes
        .split(|&byte| byte == b'\n')
        .filter_map(parse_line)
        .collect();
    ReportFile { entries }
}

fn parse_line(line: &[u8]) -> Option<Entry> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let equals = line.iter().take(MAX_KEY + 3).position(|&b| b == b'=')?;
    let (key, value) = (line.get(..equals)?, line.get(equals + 1..)?);
    let (key, list) = key
        .strip_suffix(b"[]")
        .map_or((key, false), |key| (key, true));
    let known = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':');
    (!key.is_empty() && key.len() <= MAX_KEY && key.iter().all(known)).then(|| Entry {
        key: String::from_utf8_lossy(key).into_owned(),
        list,
        value: String::from_utf8_lossy(value).into_owned(),
    })
}

impl ReportFile {
    /// The values of a list, in order.
    pub fn list<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.entries
            .iter()
            .filter(move |entry| entry.list && entry.key == key)
            .map(|entry| entry.value.as_str())
    }

    /// The value of a scalar: of the last line, where it repeats. Empty counts as absent.
    #[must_use]
    pub fn scalar(&self, key: &str) -> Option<&str> {
        self.entries
            .iter()
            .rev()
            .find(|entry| !entry.list && entry.key == key)
            .map(|entry| entry.value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Whether Lynis came to its end: `finish=true` is the last line. Anywhere else it is a value
    /// that brought a line end along, and proves nothing.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.entries
            .last()
            .is_some_and(|last| !last.list && last.key == "finish" && last.value == "true")
    }

    /// All warnings and suggestions, in order.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.entries
            .iter()
            .filter(|entry| entry.list)
            .filter_map(|entry| match entry.key.as_str() {
                "warning" => event(EventKind::Warning, &entry.value),
                "suggestion" => event(EventKind::Suggestion, &entry.value),
                _ => None,
            })
            .collect()
    }

    /// The ids in `tests_executed` or `tests_skipped`.
    pub fn test_ids<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.scalar(key)
            .unwrap_or_default()
            .split('|')
            .map(str::trim)
            .filter(|id| !id.is_empty())
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::from("# Lynis Report\n");
        for Entry { key, list, value } in &self.entries {
            out.push_str(key);
            out.push_str(if *list { "[]=" } else { "=" });
            out.push_str(value);
            out.push('\n');
        }
        out.into_bytes()
    }
}

/// Splits `ID|message|details|solution|`. The message may hold pipes: the id is taken from the
/// left, solution and details from the right.
///
/// Up to 2.5 a warning could be `ID|H|message|-|`, with a letter for its weight.
fn event(kind: EventKind, value: &str) -> Option<Event> {
    let value = value.strip_suffix('|').unwrap_or(value);
    let (id, rest) = value.split_once('|')?;
    let id = id.trim();
    if id.is_empty() || id.len() > MAX_KEY {
        return None;
    }
    let mut fields: Vec<&str> = rest.split('|').collect();
    if fields.len() > 1 && matches!(fields.first(), Some(&("L" | "M" | "H"))) {
        fields.remove(0);
    }
    let solution = (fields.len() > 2).then(|| fields.pop()).flatten();
    let details = (fields.len() > 1).then(|| fields.pop()).flatten();
    let message = fields.join("|");
    let message = message.trim();
    (!message.is_empty()).then(|| Event {
        kind,
        id: id.to_owned(),
        message: message.to_owned(),
        details: details.and_then(some),
        solution: solution.and_then(some),
    })
}

/// `-`, nothing or a bare `text:` means none.
fn some(field: &str) -> Option<String> {
    let field = field.trim();
    (!matches!(field, "" | "-" | "text:" | "text:-" | "url:")).then(|| field.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(line: &str) -> Event {
        let mut events = parse(line.as_bytes()).events();
        assert_eq!(events.len(), 1, "{line}");
        events.remove(0)
    }

    #[test]
    fn an_event_has_four_fields() {
        let event = one("suggestion[]=SSH-7408|Consider hardening SSH|Port (set 22 to )|-|");
        assert_eq!(event.kind, EventKind::Suggestion);
        assert_eq!(event.id, "SSH-7408");
        assert_eq!(event.message, "Consider hardening SSH");
        assert_eq!(event.details.as_deref(), Some("Port (set 22 to )"));
        assert_eq!(event.solution, None);
    }

    #[test]
    fn a_message_may_hold_pipes() {
        let event = one("warning[]=ABCD-1234|either a | or b || c|/etc/x|text:Do it|");
        assert_eq!(event.message, "either a | or b || c");
        assert_eq!(event.details.as_deref(), Some("/etc/x"));
        assert_eq!(event.solution.as_deref(), Some("text:Do it"));
    }

    #[test]
    fn short_and_old_events_are_read() {
        assert_eq!(one("suggestion[]=CUST-0001|Do it|").message, "Do it");
        assert_eq!(one("suggestion[]=CUST-0001|Do it").message, "Do it");
        let old = one("warning[]=AUTH-9216|M|grpck found errors|-|");
        assert_eq!(
            (old.message.as_str(), old.details),
            ("grpck found errors", None)
        );
    }

    #[test]
    fn an_event_without_an_id_or_message_is_none() {
        for line in [
            "warning[]=",
            "warning[]=|x|-|-|",
            "warning[]=A-1",
            "warning[]=A-1||-|-|",
        ] {
            assert!(parse(line.as_bytes()).events().is_empty(), "{line}");
        }
    }

    #[test]
    fn the_first_equals_sign_ends_the_key() {
        let report = parse(b"linux_kernel_version=#1 SMP x=y\n# a comment = no key\nno sign\n");
        assert_eq!(report.entries.len(), 1);
        assert_eq!(report.scalar("linux_kernel_version"), Some("#1 SMP x=y"));
    }

    #[test]
    fn the_last_of_repeated_scalars_counts() {
        assert_eq!(parse(b"a=1\na=2\n").scalar("a"), Some("2"));
    }

    #[test]
    fn only_a_last_line_finishes() {
        assert!(parse(b"a=1\nfinish=true\n").finished());
        assert!(!parse(b"finish=true\na=1\n").finished());
        assert!(!parse(b"a=1\n").finished());
        assert!(!parse(b"").finished());
    }

    #[test]
    fn bytes_that_are_no_text_and_endless_lines_do_no_harm() {
        let mut bytes = b"a=\xff\xfe\x00\n".to_vec();
        bytes.extend(std::iter::repeat_n(b'x', 200_000));
        bytes.extend(b"\nb=");
        bytes.extend(std::iter::repeat_n(b'y', 200_000));
        let report = parse(&bytes);
        assert_eq!(report.entries.len(), 2);
        assert_eq!(report.scalar("b").map(str::len), Some(200_000));
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let report = parse(&bytes);
            let _events = report.events();
            let _finished = report.finished();
        }

        #[test]
        fn what_is_written_is_read_again(
            lines in proptest::collection::vec(("[a-z_]{1,20}", any::<bool>(), "[^\n\r]{0,40}"), 0..20)
        ) {
            let entries = lines
                .into_iter()
                .map(|(key, list, value)| Entry { key, list, value })
                .collect();
            let report = ReportFile { entries };
            prop_assert_eq!(parse(&report.to_bytes()), report);
        }

        #[test]
        fn an_event_survives_any_message(message in "[^\n\r]*[a-z]", details in "[a-z/]{2,9}") {
            let line = format!("warning[]=ABCD-1234|{message}|{details}|-|");
            let event = one(&line);
            prop_assert_eq!(event.details, Some(details));
        }
    }
}
