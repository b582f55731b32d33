use hardtarget_report::Severity;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::table::{Expected, Memory};

fn now() -> Timestamp {
    "2026-11-21T20:00:00Z".parse().unwrap()
}

fn fault(id: &str, key: &str) -> Fault {
    Fault {
        key: key.to_owned(),
        id: id.to_owned(),
        title: "Root may log in".to_owned(),
        severity: Severity::High,
        subject: String::new(),
        engine: "native".to_owned(),
    }
}

fn snooze(target: &str, finding: &str, until: Date) -> Snooze {
    Snooze::new(target, finding, "Waits", "ops@example.org", until, now())
}

fn covers(target: &str, finding: &str) -> bool {
    let all: Snoozes = [snooze(target, finding, date(2026, 12, 31))]
        .into_iter()
        .collect();
    let web = Target::Family("web".to_owned());
    all.covers(&web, &fault("HT-SSH-001", "5f2a"), date(2026, 12, 1))
}

#[test]
fn a_snooze_is_about_the_targets_and_findings_that_its_patterns_name() {
    for (target, finding) in [
        ("family:web", "HT-SSH-001"),
        ("web", "HT-SSH-001"),
        ("w*", "HT-SSH-*"),
        ("family:*", "5f2a"),
        ("*", "HT-SSH-00?"),
    ] {
        assert!(covers(target, finding), "{target} {finding}");
    }
    for (target, finding) in [
        ("family:we", "HT-SSH-001"),
        ("ami:*", "HT-SSH-001"),
        ("instance:web", "*"),
        ("web", "HT-SSH"),
        ("web", "ht-ssh-001"),
        ("web", "Root may log in"),
    ] {
        assert!(!covers(target, finding), "{target} {finding}");
    }
}

#[test]
fn it_holds_on_its_last_day_and_not_on_the_next() {
    let one = snooze("web", "*", date(2026, 11, 30));
    assert_eq!(one.standing(date(2026, 11, 30)), Standing::Active);
    assert_eq!(one.standing(date(2026, 12, 1)), Standing::Expired);
    assert_eq!(one.end().to_string(), "2026-12-01T00:00:00Z");
    let ended = Snooze {
        ended: Some(now()),
        ..one
    };
    assert_eq!(ended.standing(date(2026, 11, 22)), Standing::Ended);
    assert_eq!(ended.end(), now());
    assert_eq!(
        snooze("web", "*", Date::MAX).end(),
        Timestamp::MAX,
        "no day after the last"
    );
}

#[test]
fn one_that_is_over_does_not_uncover_what_another_covers() {
    let all: Snoozes = [
        snooze("web", "HT-*", date(2026, 11, 30)),
        snooze("*", "HT-SSH-001", date(2026, 12, 31)),
    ]
    .into_iter()
    .collect();
    let web = Target::Family("web".to_owned());
    let ssh = fault("HT-SSH-001", "1");
    let by = all.covering(&web, &ssh, date(2026, 12, 1)).unwrap();
    assert_eq!(by.target, "*");
    assert!(!all.covers(&web, &fault("HT-FS-001", "2"), date(2026, 12, 1)));
}

#[tokio::test(flavor = "current_thread")]
async fn a_row_comes_back_and_a_broken_one_silences_nothing() {
    let table = Memory::default();
    let put = snooze("w*", "HT-SSH-001", date(2026, 12, 31));
    table.put(&put.row(None), Expected::Any).await.unwrap();
    let mut broken = snooze("*", "*", date(2026, 12, 31)).row(None);
    broken.body.remove("until");
    table.put(&broken, Expected::Any).await.unwrap();
    let all = Snoozes::load(&table).await.unwrap();
    let found: Vec<&Snooze> = all.iter().collect();
    assert_eq!(found, [&Snooze { version: 1, ..put }]);
}

#[test]
fn the_same_patterns_have_the_same_id_and_others_another() {
    let id = |target, finding| snooze(target, finding, date(2026, 12, 31)).id;
    assert_eq!(id("web", "X"), id(" web ", "X"));
    assert_ne!(id("web", "X"), id("webX", ""));
    assert_eq!(id("web", "X").len(), 8);
}

proptest! {
    #[test]
    fn no_pattern_makes_it_stumble(pattern in "\\PC{0,40}", name in "\\PC{1,40}") {
        let one = snooze(&pattern, &pattern, date(2026, 12, 31));
        let _ = one.is_about(&Target::Family(name.clone()), &fault(&name, &name));
    }

    #[test]
    fn a_name_without_wildcards_is_only_itself(a in "[a-z0-9:.-]{1,12}", b in "[a-z0-9:.-]{1,12}") {
        let target = Target::Family(b.clone());
        prop_assert_eq!(is_of(&a, &target), a == b || a == format!("family:{b}"));
    }
}
