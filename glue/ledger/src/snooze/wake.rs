//! Snoozes that are over: what they held back and is still open speaks up again, once.
//!
//! A snooze that is over and not yet noted as woken gives one change for each target. The id of the change
//! says which snooze, which target and which of the snooze's lives, and its object is written once; only
//! then is the snooze noted as woken. So nothing is lost and nothing is told twice, wherever this stops.

use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tracing::info;

use super::{Snooze, Snoozes};
use crate::app::App;
use crate::change::{self, Change, News, Source, Told, counts};
use crate::entries;
use crate::entry::Entry;
use crate::table::{Expected, Table as _};
use crate::target::Target;

/// How long a snooze has to be over: what began while it held has written its entries by then. The template
/// gives the function 3 minutes, and wakes it 5 minutes after midnight, UTC.
const GRACE: SignedDuration = SignedDuration::from_mins(4);

/// How long a woken snooze is kept, so that `list` still shows it.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 40);

/// Tells again what snoozes held back that are over.
pub async fn wake(app: &App, now: Timestamp) -> anyhow::Result<()> {
    let snoozes = Snoozes::load(&app.ledger).await?;
    let over: Vec<&Snooze> = snoozes.iter().filter(|one| is_over(one, now)).collect();
    if over.is_empty() {
        return Ok(());
    }
    let open = entries::open(&app.ledger).await?;
    for snooze in over {
        for change in returned(snooze, &snoozes, &open, now) {
            let key = change::key(snooze.end(), &change.id);
            let body = serde_json::to_vec(&News::Change(change)).context("change")?;
            let written = app.s3.put_once(&key, "application/json", body).await?;
            info!(snooze.id, key, written, "speaks up again");
        }
        let woken = Snooze {
            woken: true,
            ..snooze.clone()
        };
        let row = woken.row(Some(now.saturating_add(KEPT)?));
        // Somebody who snoozes it anew meanwhile comes first.
        let noted = app.ledger.put(&row, Expected::Version(snooze.version));
        noted.await?;
    }
    Ok(())
}

fn is_over(snooze: &Snooze, now: Timestamp) -> bool {
    !snooze.woken && now.duration_since(snooze.end()) >= GRACE
}

/// What speaks up again when a snooze is over: one change for each target. Not what another snooze holds back
/// longer, or told itself when it ended later; nor what was first seen after the end, and so was told as new.
fn returned(snooze: &Snooze, snoozes: &Snoozes, open: &[Entry], now: Timestamp) -> Vec<Change> {
    let mut targets: BTreeMap<&Target, Vec<&Entry>> = BTreeMap::new();
    for entry in open {
        let last = snoozes.last(&entry.target, &entry.fault);
        let is_its = last.is_some_and(|last| last.id == snooze.id);
        if is_its && entry.first_seen < snooze.end() {
            targets.entry(&entry.target).or_default().push(entry);
        }
    }
    let change = |(target, mut entries): (&Target, Vec<&Entry>)| {
        entries.sort_by(|a, b| entries::worst_first(a, b));
        let all = open.iter().filter(|one| one.target == *target);
        Change {
            version: 1,
            id: change_id(snooze, target),
            target: target.clone(),
            source: Source::Snooze,
            at: now,
            first: false,
            ami: match target {
                Target::Ami(id) => Some(id.clone()),
                _ => None,
            },
            ami_name: None,
            instance: match target {
                Target::Instance(id) => Some(id.clone()),
                _ => None,
            },
            report: None,
            score: None,
            open: counts(all.map(|one| &one.fault.severity)),
            new: Vec::new(),
            returned: entries
                .into_iter()
                .map(|one| Told::again(one, now))
                .collect(),
            fixed: Vec::new(),
            waived: Vec::new(),
            gone: Vec::new(),
            quietly_opened: Vec::new(),
            quietly_closed: Vec::new(),
            snoozed: 0,
        }
    };
    targets.into_iter().map(change).collect()
}

/// `snooze-<id>-<target, 8 hexadecimal digits>-<when the snooze was made>`.
fn change_id(snooze: &Snooze, target: &Target) -> String {
    let digest = Sha256::digest(target.to_string());
    let target = data_encoding::HEXLOWER.encode(digest.get(..4).unwrap_or_default());
    let made = snooze.created.as_second();
    format!("snooze-{}-{target}-{made}", snooze.id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hardtarget_report::Severity;
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

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

    fn ids(changes: &[Change]) -> Vec<(String, Vec<&str>)> {
        changes
            .iter()
            .map(|one| {
                let ids = one.returned.iter().map(|told| told.fault.id.as_str());
                (one.target.to_string(), ids.collect())
            })
            .collect()
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
    fn one_change_a_target_with_what_is_still_open_worst_first() {
        let now = at("2026-11-21T06:00:00Z");
        let one = snooze("*", "HT-*", date(2026, 11, 20));
        let all: Snoozes = [one.clone()].into_iter().collect();
        let open = [
            seen(
                "family:web",
                "HT-FS-001",
                Severity::Low,
                "2026-10-01T00:00:00Z",
            ),
            seen(
                "family:web",
                "HT-SSH-001",
                Severity::High,
                "2026-11-10T00:00:00Z",
            ),
            seen(
                "family:web",
                "SSH-7408",
                Severity::High,
                "2026-10-01T00:00:00Z",
            ),
            seen(
                "instance:i-1",
                "HT-FS-001",
                Severity::Low,
                "2026-11-20T23:59:59Z",
            ),
            // Told as new, since the snooze was over.
            seen(
                "family:db",
                "HT-FS-001",
                Severity::Low,
                "2026-11-21T00:00:00Z",
            ),
        ];
        let changes = returned(&one, &all, &open, now);
        assert_eq!(
            ids(&changes),
            [
                ("family:web".to_owned(), vec!["HT-SSH-001", "HT-FS-001"]),
                ("instance:i-1".to_owned(), vec!["HT-FS-001"])
            ]
        );
        assert_eq!(changes[0].open["high"], 2);
        assert_eq!(changes[1].instance.as_deref(), Some("i-1"));
    }

    #[test]
    fn of_several_snoozes_the_one_that_ends_last_speaks() {
        let now = at("2026-11-25T06:00:00Z");
        let first = snooze("*", "HT-SSH-001", date(2026, 11, 20));
        let second = snooze("web", "*", date(2026, 11, 22));
        let holds = snooze("db", "*", date(2026, 12, 24));
        let all: Snoozes = [first.clone(), second.clone(), holds].into_iter().collect();
        let long_ago = "2026-10-01T00:00:00Z";
        let open = ["family:web", "family:db", "family:api"]
            .map(|target| seen(target, "HT-SSH-001", Severity::High, long_ago));
        let by = |one: &Snooze| -> Vec<String> {
            let changes = returned(one, &all, &open, now);
            changes.iter().map(|one| one.target.to_string()).collect()
        };
        assert_eq!(by(&first), ["family:api"]);
        assert_eq!(by(&second), ["family:web"]);
    }

    proptest! {
        /// Whatever snoozes there are, in whatever order they end: each entry speaks up once, when the last of
        /// those that are about it is over, unless it was seen after that.
        #[test]
        fn each_entry_speaks_up_once(
            snoozes in prop::collection::vec(("[wd*]", "[XY*]", 1..20_i8), 1..6),
            entries in prop::collection::btree_set(("[wd]", "[XY]", 1..25_i8), 0..8),
        ) {
            let now = at("2026-12-31T06:00:00Z");
            let all: Snoozes = snoozes
                .iter()
                .map(|(target, finding, day)| snooze(target, finding, date(2026, 11, *day)))
                .map(|one| (one.id.clone(), one))
                .collect::<BTreeMap<_, _>>()
                .into_values()
                .collect();
            let open: Vec<Entry> = entries
                .iter()
                .map(|(target, id, day)| {
                    let first = format!("2026-11-{day:02}T12:00:00Z");
                    seen(&format!("family:{target}"), id, Severity::High, &first)
                })
                .collect();
            let changes: Vec<Change> =
                all.iter().flat_map(|one| returned(one, &all, &open, now)).collect();
            for entry in &open {
                let about = all.iter().filter(|one| one.is_about(&entry.target, &entry.fault));
                let end = about.map(Snooze::end).max();
                let expected = usize::from(end.is_some_and(|end| entry.first_seen < end));
                let told = changes.iter().filter(|one| one.target == entry.target);
                let times = told
                    .flat_map(|one| &one.returned)
                    .filter(|told| **told == Told::again(entry, now))
                    .count();
                prop_assert_eq!(times, expected);
            }
            let ids: BTreeSet<&String> = changes.iter().map(|one| &one.id).collect();
            prop_assert_eq!(ids.len(), changes.len());
        }
    }

    #[test]
    fn a_change_has_the_same_key_whenever_it_is_told_and_another_in_another_life() {
        let one = snooze("*", "*", date(2026, 11, 30));
        let all: Snoozes = [one.clone()].into_iter().collect();
        let open = [seen(
            "family:web",
            "X",
            Severity::High,
            "2026-10-01T00:00:00Z",
        )];
        let key = |snooze: &Snooze, now| {
            let changes = returned(snooze, &all, &open, now);
            change::key(snooze.end(), &changes[0].id)
        };
        let today = at("2026-12-01T06:00:00Z");
        let later = today.checked_add(99.hours()).unwrap();
        assert_eq!(key(&one, today), key(&one, later));
        let again = Snooze {
            created: today,
            ..one.clone()
        };
        assert_ne!(key(&one, later), key(&again, later));
    }
}
