//! Whatever clocks the functions have that record looks, and whatever order their changes are told in, some again:
//! in the end Security Hub has what the ledger has.

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::world::{Bucket, HISTORY, Reader, looks, scans};
use super::*;
use crate::change::Change;
use crate::config::Config;
use crate::table::Memory;
use crate::tell::asff;

/// What Security Hub holds, by the fault's key: `UpdatedAt`, and whether it is active.
#[derive(Debug, Clone, Default, PartialEq)]
struct Hub(BTreeMap<String, (Timestamp, bool)>);

impl Hub {
    /// Ignores what is not later than what it has (User Guide, "BatchImportFindings for finding providers").
    fn import(&mut self, change: &Change) {
        let config = Config::read(|_| None).unwrap();
        for finding in asff::findings(change, &config) {
            let key = finding.fields["hardtarget/key"].clone();
            let updated: Timestamp = finding.updated.parse().unwrap();
            let known = self.0.get(&key);
            if known.is_none_or(|(at, _)| updated > *at) {
                self.0.insert(key, (updated, !finding.archived));
            }
        }
    }

    fn told(changes: impl IntoIterator<Item = Change>) -> Self {
        let mut hub = Self::default();
        for change in changes {
            hub.import(&change);
        }
        hub
    }
}

/// The ledger as it is after looks that come one after the other, and what was told of them.
fn recorded(all: &[LookAt], arrivals: &[(usize, i64)]) -> (BTreeMap<String, Entry>, Vec<Change>) {
    let table = Memory::default();
    let reader = Reader::default();
    let rows = async {
        for (number, clock) in arrivals {
            let one = &all[*number];
            let now = Timestamp::from_second(1_795_241_600 + clock).unwrap();
            let outcome = look(&table, one, &Bucket(all), HISTORY, now).await.unwrap();
            reader.hears(one, &outcome);
        }
        table.query("family:web", PREFIX).await.unwrap()
    };
    let rows = Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(rows);
    let entries = rows.into_iter().filter_map(entry);
    let entries = entries.map(|one| (one.fault.key.clone(), one)).collect();
    (entries, reader.changes(all))
}

/// Who is told what, in an order of its own, and some of it twice.
fn shuffled(changes: &[Change]) -> impl Strategy<Value = Vec<Change>> + use<> {
    let again = changes.iter().step_by(2).cloned();
    Just(changes.iter().cloned().chain(again).collect::<Vec<_>>()).prop_shuffle()
}

const CLOCKS: std::ops::Range<i64> = -7_200..7_200;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_open_is_active_and_all_else_archived(
        (all, arrivals, told) in (scans(6), prop::collection::vec((0..6_usize, CLOCKS), 1..9))
            .prop_flat_map(|(scans, arrivals)| {
                let all = looks(&scans);
                let arrivals: Vec<_> = arrivals
                    .into_iter()
                    .map(|(number, clock)| (number % all.len(), clock))
                    .collect();
                let (_, changes) = recorded(&all, &arrivals);
                (Just(all), Just(arrivals), shuffled(&changes))
            })
    ) {
        let (entries, _) = recorded(&all, &arrivals);
        let hub = Hub::told(told);
        for (key, entry) in entries {
            let (at, active) = hub.0.get(&key).copied().unwrap_or_default();
            prop_assert_eq!(active, entry.is_open(), "{:?}", entry);
            prop_assert!(at <= entry.changed());
        }
    }
}
