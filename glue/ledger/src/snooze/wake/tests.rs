use hardtarget_report::Severity;
use jiff::civil::date;

use super::*;
use crate::entries::sample;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn snooze(target: &str, finding: &str, until: jiff::civil::Date) -> Snooze {
    let made = at("2026-11-01T12:00:00Z");
    Snooze::new(target, finding, "Waits", "ops@example.org", until, made)
}

fn seen(target: &str, id: &str, severity: Severity, first: &str) -> Entry {
    let mut entry = sample::open(target, id, severity);
    entry.first_seen = at(first);
    entry
}

fn ids<'a>(returned: &[Returned<'a>]) -> Vec<(String, Vec<&'a str>)> {
    let ids = |one: &Returned<'a>| {
        let ids = one.entries.iter().map(|entry| entry.fault.id.as_str());
        (one.target.to_string(), ids.collect())
    };
    returned.iter().map(ids).collect()
}

#[test]
fn a_snooze_is_over_once_what_began_under_it_has_ended() {
    let one = snooze("*", "*", date(2026, 11, 20));
    assert!(!is_over(&one, at("2026-11-20T23:59:59Z")));
    assert!(!is_over(&one, at("2026-11-21T00:03:59Z")));
    assert!(is_over(&one, at("2026-11-21T00:05:00Z")));
    let woken = Snooze { woken: true, ..one };
    assert!(!is_over(&woken, at("2026-11-21T00:05:00Z")));
}

#[test]
fn one_that_somebody_ended_is_over_even_if_that_clock_was_slow() {
    let one = Snooze {
        ended: Some(at("2026-11-10T12:00:00Z")),
        ..snooze("*", "*", date(2026, 11, 20))
    };
    assert!(!is_over(&one, at("2026-11-10T12:08:59Z")));
    assert!(is_over(&one, at("2026-11-10T12:09:00Z")));
}

/// An open entry that a look after this snooze has told.
fn after(one: &Snooze, entry: Entry) -> Entry {
    let opened_after = vec![one.life()];
    Entry {
        opened_after,
        ..entry
    }
}

#[test]
fn what_is_still_open_by_target_worst_first_and_nothing_that_was_told_since() {
    let now = at("2026-11-21T06:00:00Z");
    let one = snooze("*", "HT-*", date(2026, 11, 20));
    let all: Snoozes = [one.clone()].into_iter().collect();
    // The scans' clocks may say what they will.
    let [before, later] = ["2026-10-01T00:00:00Z", "2026-11-21T23:00:00Z"];
    let held = Entry {
        held_back: true,
        ..seen("family:web", "HT-SSH-001", Severity::High, later)
    };
    let open = [
        held,
        seen("family:web", "SSH-7408", Severity::High, before),
        seen("family:web", "HT-FS-001", Severity::Low, before),
        seen("instance:i-1", "HT-FS-001", Severity::Low, before),
        after(&one, seen("family:db", "HT-FS-001", Severity::Low, before)),
    ];
    let expected = [
        ("family:web".to_owned(), vec!["HT-SSH-001", "HT-FS-001"]),
        ("instance:i-1".to_owned(), vec!["HT-FS-001"]),
    ];
    assert_eq!(ids(&returned(&all, &open, now)), expected);
}

#[test]
fn of_several_snoozes_one_speaks_once_all_are_over() {
    let first = snooze("*", "HT-SSH-001", date(2026, 11, 20));
    let second = snooze("web", "*", date(2026, 11, 22));
    let holds = snooze("db", "*", date(2026, 12, 24));
    let all: Snoozes = [first.clone(), second, holds].into_iter().collect();
    let long_ago = "2026-10-01T00:00:00Z";
    let open = ["family:web", "family:db", "family:api"]
        .map(|target| seen(target, "HT-SSH-001", Severity::High, long_ago));
    let at_day = |now: &str| -> Vec<String> {
        let all = returned(&all, &open, at(now));
        all.iter().map(|one| one.target.to_string()).collect()
    };
    assert_eq!(at_day("2026-11-21T06:00:00Z"), ["family:api"]);
    let both = at_day("2026-11-23T06:00:00Z");
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(!both.contains(&"family:db".to_owned()));
}

#[test]
fn a_change_has_the_same_id_whenever_it_is_told_and_another_in_another_life() {
    let one = snooze("*", "*", date(2026, 11, 30));
    let web: Target = "family:web".parse().unwrap();
    assert_eq!(change_id(&one, &web), change_id(&one.clone(), &web));
    let again = Snooze {
        created: one.created + SignedDuration::from_millis(1),
        ..one.clone()
    };
    assert_ne!(change_id(&one, &web), change_id(&again, &web));
    assert_ne!(one.life(), again.life());
}
