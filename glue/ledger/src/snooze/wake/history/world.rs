//! Where histories happen: what is in it, and note of all that decides whether somebody has to hear of a fault.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::*;
use crate::record::{LookAt, Nothing, look};
use crate::snooze::{Ended, day, end, set};
use crate::table::troubled::Troubled;

const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 400);

pub(super) const TARGETS: [&str; 2] = ["family:web", "family:db"];
pub(super) const FAULTS: [&str; 2] = ["X", "Y"];
/// Whose faults, and which, snoozes are about.
const PATTERNS: [(&str, &str); 3] = [("web", "X"), ("*", "X"), ("*", "*")];

/// What is of weight for whether somebody has to hear of a fault, in the order in which it happens in one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A snooze about it is over.
    Over,
    /// A look opened it.
    Opened,
    /// It was told.
    Told,
}

/// A fault of a target, by their names.
pub(super) type Which = (String, String);

/// A snooze as somebody set it.
pub(super) struct Life {
    which: usize,
    until: Date,
    is_over: bool,
}

#[derive(Default)]
pub(super) struct Held {
    /// The number of the event.
    pub(super) event: usize,
    pub(super) news: BTreeMap<String, Change>,
    /// What has happened to each fault, by the number of the event.
    pub(super) steps: Vec<(usize, Step, Which)>,
    pub(super) lives: Vec<Life>,
    /// Which look opened what is open.
    pub(super) open: BTreeMap<Which, String>,
    /// In which event a look opened a fault.
    pub(super) opened: BTreeMap<(Which, String), usize>,
}

/// A table and a bucket whose calls may take a while, or fail, and what happens in them.
#[derive(Default)]
pub(super) struct World {
    pub(super) table: Troubled,
    held: Mutex<Held>,
}

impl World {
    pub(super) fn new(chance: u64) -> Self {
        Self {
            table: Troubled::new(chance),
            held: Mutex::default(),
        }
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }

    fn note(&self, step: Step, which: Which) {
        let mut held = self.held();
        let event = held.event;
        held.steps.push((event, step, which));
    }

    /// Notes what the event has opened: the first telling of the look that did counts from now on.
    pub(super) async fn note_opened(&self) {
        for entry in entries::open(&self.table.table).await.unwrap() {
            let which = (entry.target.to_string(), entry.fault.id.clone());
            let new = self.held().open.get(&which) != Some(&entry.changed_by);
            if new && !entry.changed_by.is_empty() {
                self.note(Step::Opened, which.clone());
                let mut held = self.held();
                let event = held.event;
                held.opened.insert((which, entry.changed_by.clone()), event);
            }
        }
        let open = entries::open(&self.table.table).await.unwrap();
        let by = open.into_iter().map(|entry| {
            let which = (entry.target.to_string(), entry.fault.id);
            (which, entry.changed_by)
        });
        self.held().open = by.collect();
    }

    fn note_over(&self, which: usize) {
        let (target, finding) = PATTERNS[which];
        for name in TARGETS {
            for id in FAULTS {
                let web = target == "*" || name.ends_with(target);
                if web && (finding == "*" || finding == id) {
                    self.note(Step::Over, (name.to_owned(), id.to_owned()));
                }
            }
        }
    }

    /// Notes which snoozes have run out by now.
    pub(super) fn note_run_out(&self, now: Timestamp) {
        let mut over = Vec::new();
        for life in &mut self.held().lives {
            if !life.is_over && life.until < day(now) {
                life.is_over = true;
                over.push(life.which);
            }
        }
        over.into_iter().for_each(|which| self.note_over(which));
    }

    pub(super) async fn look(&self, at: &LookAt, now: Timestamp) -> bool {
        let Ok(outcome) = look(&self.table, at, &Nothing, HISTORY, now).await else {
            return false;
        };
        match outcome.into_change(at) {
            Some(change) => {
                let key = change::key(change.at, &change.id);
                self.publish(&key, change).await.is_ok()
            }
            None => true,
        }
    }

    pub(super) async fn set(&self, which: usize, days: i64, clock: Timestamp) {
        let (target, finding) = PATTERNS[which];
        let until = day(clock).checked_add(days.days()).unwrap();
        let snooze = Snooze::new(target, finding, "Waits", "ops", until, clock);
        assert!(set(&self.table, &snooze).await.unwrap());
        let mut held = self.held();
        // The one that it takes the place of is over only with it.
        held.lives.retain(|one| one.is_over || one.which != which);
        held.lives.push(Life {
            which,
            until,
            is_over: false,
        });
    }

    pub(super) async fn end(&self, which: usize, clock: Timestamp) {
        let (target, finding) = PATTERNS[which];
        let id = Snooze::new(target, finding, "", "", Date::MAX, clock).id;
        if end(&self.table, &id, clock).await.unwrap() == Ended::Now {
            let mut over = false;
            for life in &mut self.held().lives {
                over |= life.which == which && !life.is_over;
                life.is_over |= life.which == which;
            }
            if over {
                self.note_over(which);
            }
        }
    }
}

impl Outside for World {
    async fn publish(&self, key: &str, change: Change) -> anyhow::Result<bool> {
        let put = async {
            let mut held = self.held();
            if held.news.contains_key(key) {
                return Ok(false);
            }
            if change.source == Source::Snooze {
                let event = held.event;
                for told in &change.returned {
                    let which = (change.target.to_string(), told.fault.id.clone());
                    held.steps.push((event, Step::Told, which));
                }
            }
            held.news.insert(key.to_owned(), change);
            Ok(true)
        };
        Ok(self.table.call(put).await?)
    }

    async fn name(&self, _report: &ReportKey<'_>) -> anyhow::Result<Option<String>> {
        Ok(None)
    }
}
