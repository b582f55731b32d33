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
        sight: Sight::new(seen, LookedFor::engine("ssm", [])),
    }
}

async fn record(table: &impl Table, one: &LookAt) -> Outcome {
    look(table, one, &Nothing, HISTORY, one.order.finished)
        .await
        .unwrap()
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

/// The end of the instance at this hour.
fn end(hour: i64) -> LookAt {
    LookAt {
        source: Source::Ec2,
        order: Order::of_end(at(hour), "end"),
        sight: Sight::ended(),
        ..full(hour, hour, &[])
    }
}

async fn states(table: &Memory) -> Vec<State> {
    let rows = table.query("instance:i-0abc", PREFIX).await.unwrap();
    let entries = rows.into_iter().filter_map(entry);
    entries.map(|entry| entry.newest.state).collect()
}

#[tokio::test]
async fn what_is_open_is_gone_with_the_instance_and_what_is_waived_silently() {
    let table = Memory::default();
    record(&table, &full(1, 1, &["a", "b", "~w"])).await;
    record(&table, &full(2, 2, &["b", "~w"])).await;
    for _ in 0..2 {
        let outcome = record(&table, &end(3)).await;
        assert_eq!(ids(&outcome.gone), ["b"]);
        assert_eq!((&outcome.fixed, &outcome.waived), (&vec![], &vec![]));
        assert_eq!(outcome.open["high"], 0);
    }
    assert_eq!(
        states(&table).await,
        [State::Fixed, State::Gone, State::Gone]
    );
    let rows = table.query("instance:i-0abc", PREFIX).await.unwrap();
    let end = table.query("instance:i-0abc", "O#9").await.unwrap();
    let kept = at(3).checked_add(HISTORY).ok();
    let rows = rows[1..].iter().chain(&end);
    assert!(rows.clone().all(|row| row.expires == kept));
    assert_eq!(rows.count(), 3);
}

#[tokio::test]
async fn of_an_instance_without_entries_its_end_alone_is_noted() {
    let table = Memory::default();
    let outcome = record(&table, &end(3)).await;
    assert!(outcome.is_empty() && !outcome.first);
    let rows = table.query("instance:i-0abc", "").await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].expires, at(3).checked_add(looks::END).ok());
    // What was looked at by then is not heard of before.
    let late = record(&table, &full(2, 2, &["a"])).await;
    assert!(late.is_empty() && late.first && !late.newest);
    assert_eq!(late.into_change(&full(2, 2, &[])), None);
    assert_eq!(states(&table).await, [State::Gone]);
}

/// Looks that can be read again, and looked for nothing.
struct Blind;

impl Reread for Blind {
    async fn again(&self, _looked: &Looked) -> anyhow::Result<Option<Sight>> {
        Ok(Some(Sight::new([], LookedFor::Keys(BTreeSet::new()))))
    }
}

#[tokio::test]
async fn however_many_looks_are_newer_the_end_is_among_them() {
    let table = Memory::default();
    record(&table, &end(99)).await;
    for hour in 2..(4 + i64::try_from(MOST_NEWER).unwrap()) {
        let blind = LookAt {
            sight: Sight::new([], LookedFor::Keys(BTreeSet::new())),
            ..full(hour, hour, &[])
        };
        look(&table, &blind, &Blind, HISTORY, at(hour))
            .await
            .unwrap();
    }
    look(&table, &full(1, 1, &["a"]), &Blind, HISTORY, at(1))
        .await
        .unwrap();
    assert_eq!(states(&table).await, [State::Gone]);
}

/// A report of this many findings of 1,000 checks, from the given place on.
fn large(from: usize, many: usize, scan: char) -> hardtarget_report::Report {
    let mut report = hardtarget_report::sample::typical();
    report.scan.id = scan.to_string().repeat(32);
    let one = report.findings.pop().unwrap();
    report.findings = (from..from + many)
        .map(|place| {
            let mut finding = one.clone();
            finding.id = format!("{}-{}", one.id, place % 1_000);
            finding.subject = format!("/srv/file-{place}");
            finding.same_as.clear();
            finding.with_fingerprint()
        })
        .collect();
    for run in &mut report.engines {
        run.outcome = hardtarget_report::EngineOutcome::Ran;
        if run.engine == one.engine {
            run.checks = (0..1_000)
                .map(|check| hardtarget_report::CheckRun {
                    id: format!("{}-{check}", one.id),
                    outcome: hardtarget_report::CheckOutcome::Fail,
                })
                .collect();
        }
    }
    report
}

/// `cargo test -p hardtarget-ledger --lib -- ten_thousand --nocapture` tells how long it takes.
#[tokio::test]
async fn ten_thousand_findings_lose_none() {
    let table = Memory::default();
    let reports = [large(0, 10_000, 'a'), large(4_000, 10_000, 'b')];
    let begun = std::time::Instant::now();
    let diff = hardtarget_report::diff::diff(&reports[0], &reports[1]);
    println!("compared: {:?}", begun.elapsed());
    assert_eq!((diff.new.len(), diff.fixed.len()), (4_000, 4_000));
    for (number, report) in reports.iter().enumerate() {
        let hour = i64::try_from(number).unwrap();
        let begun = std::time::Instant::now();
        let one = LookAt {
            sight: crate::record::sight(report),
            ..full(hour, hour, &[])
        };
        let outcome = record(&table, &one).await;
        println!("recorded: {:?}", begun.elapsed());
        assert_eq!(outcome.open.values().sum::<u64>(), 10_000);
        assert_eq!(outcome.new.len(), [10_000, 4_000][number]);
        assert_eq!(outcome.fixed.len(), [0, 4_000][number]);
    }
}

/// A report as a look at its family.
fn reported(hour: i64, report: &hardtarget_report::Report) -> LookAt {
    LookAt {
        sight: crate::record::sight(report),
        ..full(hour, hour, &[])
    }
}

#[tokio::test]
async fn what_another_engine_told_of_before_is_neither_new_nor_fixed() {
    let apart = hardtarget_report::sample::typical();
    let of = |engine| apart.findings.iter().position(|one| one.engine == engine);
    let ours = of(hardtarget_report::EngineId::Native).unwrap();
    let theirs = of(hardtarget_report::EngineId::Lynis).unwrap();
    let lynis = apart.findings[theirs].clone();
    let mut merged = apart.clone();
    merged.findings[ours].take_in(&lynis, &lynis.evidence);
    merged.findings.remove(theirs);
    let mut only_theirs = apart.clone();
    only_theirs.findings.remove(ours);

    // Lynis alone, then ours in its place, then Lynis alone again: the fault was there all the time.
    let table = Memory::default();
    record(&table, &reported(1, &only_theirs)).await;
    for _ in 0..2 {
        let forth = record(&table, &reported(2, &merged)).await;
        // In words nothing has changed; where lists are kept, one has taken the other's place.
        let in_words = [&forth.new, &forth.returned, &forth.fixed, &forth.waived];
        assert!(in_words.iter().all(|list| list.is_empty()), "{forth:?}");
        assert_eq!(ids(&forth.quietly_opened), [&apart.findings[ours].id]);
        assert_eq!(ids(&forth.quietly_closed), [&lynis.id]);
        let open: u64 = forth.open.values().sum();
        assert_eq!(usize::try_from(open), Ok(merged.findings.len()));
    }
    for _ in 0..2 {
        let back = record(&table, &reported(3, &only_theirs)).await;
        assert_eq!(back.new, []);
        assert_eq!(ids(&back.quietly_opened), [&lynis.id]);
        // Our check looked, and says that its own fault is gone only if it passed.
        assert!(
            ids(&back.fixed)
                .iter()
                .all(|id| *id == apart.findings[ours].id)
        );
    }
}

#[tokio::test]
async fn a_vulnerability_is_fixed_only_where_it_was_looked_up_again() {
    let known = hardtarget_report::sample::vulnerable();
    let table = Memory::default();
    record(&table, &reported(1, &known)).await;
    let blind = hardtarget_report::sample::typical();
    let outcome = record(&table, &reported(2, &blind)).await;
    assert!(ids(&outcome.fixed).iter().all(|id| !id.starts_with("CVE-")));
    let mut mended = known.clone();
    mended.vulnerabilities.retain(|one| one.package != "sudo");
    let outcome = record(&table, &reported(3, &mended)).await;
    let gone = known
        .vulnerabilities
        .iter()
        .filter(|one| one.package == "sudo" && !one.is_waived());
    assert_eq!(
        ids(&outcome.fixed),
        gone.map(|one| one.id.as_str()).collect::<Vec<_>>()
    );
    assert!(!outcome.fixed.is_empty());
}
