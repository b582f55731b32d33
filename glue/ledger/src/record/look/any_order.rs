//! Whatever order looks come in, how often, and how many at once: the ledger ends the same, and what is open
//! was told.

use jiff::Timestamp;
use proptest::prelude::*;
use tokio::runtime::Builder;

use super::world::{Bucket, HISTORY, Reader, Scan, clock, keys, looks, model, scans, stored};
use super::*;
use crate::table::Memory;
use crate::table::troubled::Troubled;

fn run<T>(future: impl Future<Output = T>) -> T {
    Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

async fn record(table: &impl Table, all: &[LookAt], number: usize, reader: &Reader) -> Outcome {
    let one = &all[number];
    let outcome = look(table, one, &Bucket(all), HISTORY, clock(number)).await;
    let outcome = outcome.unwrap();
    reader.hears(one, &outcome);
    outcome
}

async fn assert_as_model(table: &Memory, all: &[LookAt]) {
    let (mut stored, model) = (stored(table).await, model(all));
    // Of looks at everything of an engine the newest alone is known to one that comes late: that may take what it
    // saw to be fixed later than it was.
    let full = all
        .iter()
        .filter(|one| matches!(one.sight.looked_for(), LookedFor::Engine { .. }))
        .count();
    for (key, stored) in stored.iter_mut().filter(|_| full > 1) {
        let Some(model) = model.get(key) else {
            continue;
        };
        if stored.newest.state == State::Fixed && stored.newest.order > model.newest.order {
            stored.newest.order.clone_from(&model.newest.order);
        }
    }
    let keys = stored.keys().chain(model.keys());
    for key in keys.collect::<BTreeSet<_>>() {
        assert_eq!(stored.get(key), model.get(key), "{key}");
    }
}

/// What is open in the table was told; but not what was another engine's before.
async fn assert_told(table: &Memory, all: &[LookAt], reader: &Reader) {
    if all.iter().any(|one| one.sight.takes_in()) {
        return;
    }
    let told = reader.open();
    for (key, entry) in stored(table).await {
        assert!(
            !entry.is_open() || told.contains(&key),
            "was never told: {entry:?}"
        );
    }
}

/// What somebody's list of what is open is after an outcome.
fn keep(list: &mut BTreeSet<String>, outcome: &Outcome) {
    let opened = outcome.new.iter().chain(&outcome.returned);
    list.extend(keys(opened.chain(&outcome.quietly_opened)));
    let closed = outcome.fixed.iter().chain(&outcome.waived);
    let closed = keys(closed.chain(&outcome.gone).chain(&outcome.quietly_closed));
    list.retain(|key| !closed.contains(key));
}

async fn open(table: &Memory) -> BTreeSet<String> {
    let all = stored(table).await.into_iter();
    all.filter(|(_, one)| one.is_open())
        .map(|(key, _)| key)
        .collect()
}

/// Looks, and the order in which they come: each at least once, some again.
fn arrivals() -> impl Strategy<Value = (Vec<Scan>, Vec<usize>)> {
    scans(7).prop_flat_map(|scans| {
        let again = prop::collection::vec(0..scans.len(), 0..4);
        let order = again.prop_flat_map({
            let numbers: Vec<usize> = (0..scans.len()).collect();
            move |again| Just([numbers.clone(), again].concat()).prop_shuffle()
        });
        (Just(scans), order)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_comes_first_the_ledger_ends_the_same((scans, order) in arrivals()) {
        let all = looks(&scans);
        let table = Memory::default();
        let reader = Reader::default();
        run(async {
            for number in order {
                record(&table, &all, number, &reader).await;
            }
            assert_as_model(&table, &all).await;
            assert_told(&table, &all, &reader).await;
        });
    }

    #[test]
    fn of_what_comes_in_order_each_change_is_told_once(scans in scans(7)) {
        let mut all = looks(&scans);
        all.sort_by(|a, b| a.order.cmp(&b.order));
        let silent = all.iter().any(|one| one.sight.takes_in());
        let table = Memory::default();
        let reader = Reader::default();
        let mut believed = BTreeSet::new();
        run(async {
            for number in 0..all.len() {
                let outcome = record(&table, &all, number, &reader).await;
                assert!(outcome.newest);
                assert_eq!(outcome.first, number == 0 && all[0].source != Source::Ec2);
                let again = record(&table, &all, number, &reader).await;
                assert_eq!(again, outcome);
                let now = stored(&table).await;
                let is = |state| {
                    let all = now.iter().filter(move |(_, one)| one.newest.state == state);
                    all.map(|(key, _)| key.clone()).collect::<BTreeSet<_>>()
                };
                assert_eq!(outcome.open.values().sum::<u64>(), is(State::Open).len() as u64);
                believed.extend(keys(outcome.new.iter().chain(&outcome.returned)));
                let gone = outcome.fixed.iter().chain(&outcome.waived);
                let gone = keys(gone.chain(&outcome.gone));
                believed.retain(|key| !gone.contains(key));
                if !silent {
                    assert_eq!(believed, is(State::Open));
                }
            }
        });
    }

    #[test]
    fn who_keeps_a_list_of_what_is_open_has_the_ledgers(scans in scans(7)) {
        let mut all = looks(&scans);
        all.sort_by(|a, b| a.order.cmp(&b.order));
        let table = Memory::default();
        let mut list = BTreeSet::new();
        run(async {
            for number in 0..all.len() {
                let outcome = record(&table, &all, number, &Reader::default()).await;
                keep(&mut list, &outcome);
                assert_eq!(list, open(&table).await);
            }
        });
    }

    #[test]
    fn whoever_keeps_the_list_has_it_whatever_comes_first((scans, order) in arrivals()) {
        let all = looks(&scans);
        let table = Memory::default();
        let mut list = BTreeSet::new();
        let mut heard = BTreeSet::new();
        run(async {
            for number in order {
                let outcome = record(&table, &all, number, &Reader::default()).await;
                if outcome.is_empty() || !heard.insert(number) {
                    continue;
                }
                keep(&mut list, &outcome);
            }
            assert_eq!(list, open(&table).await);
        });
    }

    #[test]
    fn however_many_at_once_the_ledger_ends_the_same(
        (scans, order) in arrivals(),
        seed in any::<u64>(),
    ) {
        let all = looks(&scans);
        let table = Troubled::new(seed);
        let reader = Reader::default();
        run(async {
            for some in order.chunks(3) {
                let some = some.iter().map(|number| record(&table, &all, *number, &reader));
                futures_util::future::join_all(some).await;
            }
            assert_as_model(&table.table, &all).await;
            assert_told(&table.table, &all, &reader).await;
        });
    }

    #[test]
    fn wherever_it_is_killed_the_next_time_ends_the_same(
        (scans, order) in arrivals(),
        at in 0..60_usize,
        after in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let all = looks(&scans);
        let reader = Reader::default();
        run(async {
            let table = Troubled::new(seed);
            let mut killed = None;
            for (place, number) in order.iter().enumerate() {
                if place == order.len() / 2 {
                    table.kill_at(Some((at, after)));
                    let lost = look(&table, &all[*number], &Bucket(&all), HISTORY, clock(*number)).await;
                    table.kill_at(None);
                    match lost {
                        Ok(outcome) => reader.hears(&all[*number], &outcome),
                        Err(_) => killed = Some(*number),
                    }
                } else {
                    record(&table, &all, *number, &reader).await;
                }
            }
            // Its message comes again, after all others.
            if let Some(number) = killed {
                record(&table, &all, number, &reader).await;
            }
            assert_as_model(&table.table, &all).await;
            assert_told(&table.table, &all, &reader).await;
        });
    }

    #[test]
    fn wherever_it_is_killed_the_same_is_told(scans in scans(4), at in 0..60_usize, after in any::<bool>()) {
        let all = looks(&scans);
        let last = all.len() - 1;
        run(async {
            let tables = [Troubled::new(1), Troubled::new(1)];
            for table in &tables {
                for number in 0..last {
                    record(table, &all, number, &Reader::default()).await;
                }
            }
            let [whole, killed] = tables;
            let told = record(&whole, &all, last, &Reader::default()).await;
            killed.kill_at(Some((at, after)));
            let _ = look(&killed, &all[last], &Bucket(&all), HISTORY, clock(last)).await;
            killed.kill_at(None);
            assert_eq!(record(&killed, &all, last, &Reader::default()).await, told);
        });
    }

    #[test]
    fn what_broke_off_and_is_read_anew_by_the_same_id_is_told_as_it_is_then(
        scans in scans(5),
        at in 0..60_usize,
        after in any::<bool>(),
    ) {
        let mut all = looks(&scans);
        all.retain(|one| one.source != Source::Ec2);
        prop_assume!(scans.len() > 1);
        all.sort_by(|a, b| a.order.cmp(&b.order));
        let silent = all.iter().any(|one| one.sight.takes_in());
        let reading = |hours: i64, number: usize| {
            let at = Timestamp::constant(1_795_241_600 + hours * 3_600, 0);
            LookAt {
                order: Order::new(at, at, "reading"),
                ..scans[number].clone().of_everything().look(number)
            }
        };
        let readings = [reading(100, 0), reading(101, 1)];
        let reader = Reader::default();
        run(async {
            let table = Troubled::new(1);
            for number in 0..all.len() {
                record(&table, &all, number, &reader).await;
            }
            table.kill_at(Some((at, after)));
            let lost = look(&table, &readings[0], &Nothing, HISTORY, clock(0)).await;
            table.kill_at(None);
            match lost {
                Ok(outcome) => reader.hears(&readings[0], &outcome),
                Err(_) => {
                    let outcome = look(&table, &readings[1], &Nothing, HISTORY, clock(1)).await.unwrap();
                    assert!(outcome.newest);
                    reader.hears(&readings[1], &outcome);
                }
            }
            if !silent {
                assert_eq!(reader.believes(), open(&table.table).await);
            }
        });
    }
}
