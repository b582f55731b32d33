use hardtarget_report::Severity;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::entry::Sighting;
use crate::fault::Fault;
use crate::table::Memory;

const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 400);

fn at(hour: i64) -> Timestamp {
    Timestamp::constant(1_795_241_600 + hour * 3_600, 0)
}

fn fault(id: &str) -> Fault {
    Fault {
        key: format!("key-{id}"),
        id: id.to_owned(),
        title: format!("Title of {id}"),
        severity: Severity::High,
        subject: String::new(),
        engine: "ssm".to_owned(),
    }
}

/// A look at everything, `created` and ended at these hours, that saw these; `~` before what is waived.
fn full(created: i64, finished: i64, seen: &[&str]) -> LookAt {
    let seen = seen.iter().map(|id| {
        let waived = id.starts_with('~');
        Sighting::new(fault(id.trim_start_matches('~')), waived)
    });
    LookAt {
        target: "instance:i-0abc".parse().unwrap(),
        source: Source::Ssm,
        order: Order::new(
            at(created),
            at(finished),
            format!("look-{created}-{finished}"),
        ),
        report: None,
        sight: Sight::new(seen, LookedFor::Engine("ssm".to_owned())),
    }
}

async fn record(table: &impl Table, one: &LookAt) -> Outcome {
    look(table, one, &Nothing, HISTORY).await.unwrap()
}

fn ids(told: &[crate::change::Told]) -> Vec<&str> {
    told.iter().map(|one| one.fault.id.as_str()).collect()
}

#[tokio::test]
async fn what_comes_and_goes_is_told_by_the_look_that_saw_it_however_often_it_comes() {
    let table = Memory::default();
    let [one, two, three] = [
        full(1, 1, &["a", "b", "~w"]),
        full(2, 2, &["b", "c", "~w"]),
        full(3, 3, &["a", "c", "w"]),
    ];
    for _ in 0..2 {
        let first = record(&table, &one).await;
        assert!(first.first && first.newest);
        assert_eq!(ids(&first.new), ["a", "b"]);
        assert_eq!(first.open["high"], 2);
    }
    for _ in 0..2 {
        let second = record(&table, &two).await;
        assert!(!second.first);
        assert_eq!(
            (ids(&second.new), ids(&second.fixed)),
            (vec!["c"], vec!["a"])
        );
    }
    for _ in 0..2 {
        let third = record(&table, &three).await;
        assert_eq!((ids(&third.new), ids(&third.fixed)), (vec!["a"], vec!["b"]));
        assert_eq!(ids(&third.returned), ["w"]);
        assert_eq!(third.new[0].first_seen, at(1));
    }
}

#[tokio::test]
async fn an_older_look_that_comes_late_opens_nothing_and_tells_nothing() {
    let table = Memory::default();
    record(&table, &full(5, 5, &["a"])).await;
    let late = record(&table, &full(2, 9, &["a", "b"])).await;
    assert!(!late.newest && !late.first && late.is_empty());
    assert_eq!(late.open["high"], 1);
    assert_eq!(late.clone().into_change(&full(2, 9, &[])), None);
    let rows = table.query("instance:i-0abc", PREFIX).await.unwrap();
    let entries: Vec<Entry> = rows.into_iter().filter_map(entry).collect();
    assert_eq!(entries[0].first_seen, at(5));
    assert_eq!(entries[0].last_seen, at(9));
    assert_eq!(entries[1].newest.state, State::Fixed);
    assert_eq!(entries[1].newest.order.finished, at(5));
}
