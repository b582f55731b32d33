//! Histories as chance has them: snoozes set, ended and run out, looks by clocks that go wrong, wakes early, late
//! and twice, and functions killed anywhere. Whatever happened: what is open once all snoozes are over was told
//! exactly once since.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use futures_util::future::join;
use hardtarget_report::Severity;
use jiff::ToSpan as _;
use jiff::civil::Date;
use proptest::prelude::*;

use super::*;
use crate::entry::Sighting;
use crate::fault::Fault;
use crate::record::{LookAt, LookedFor, Nothing, Sight, look};
use crate::snooze::{Ended, day, end, set};
use crate::table::{Memory, Row, TableError};

const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 400);

/// It begins at this minute, a quarter of an hour before midnight.
const BEGIN: Timestamp = Timestamp::constant(1_795_304_700, 0);

const TARGETS: [&str; 2] = ["family:web", "family:db"];
const FAULTS: [&str; 2] = ["X", "Y"];
/// Whose faults, and which, snoozes are about.
const PATTERNS: [(&str, &str); 3] = [("web", "X"), ("*", "X"), ("*", "*")];

/// Which call kills the function, and whether it is done before.
type Kill = Option<(usize, bool)>;

/// A look, whose function began some seconds ago.
#[derive(Debug, Clone)]
struct Scan {
    target: usize,
    seen: [bool; 2],
    /// How far ahead the scan's own clock goes.
    hours_ahead: i64,
    began: i64,
}

#[derive(Debug, Clone)]
enum Event {
    Look(Scan, Kill),
    /// The messages of killed functions come again.
    Again(Kill),
    /// By a clock that is so many minutes wrong.
    Set {
        which: usize,
        days: i64,
        wrong: i64,
    },
    End {
        which: usize,
        wrong: i64,
    },
    Pass {
        minutes: i64,
    },
    Wake(Kill, Beside),
}

/// What happens at the same time.
#[derive(Debug, Clone)]
enum Beside {
    Nothing,
    Wake,
    Look(Scan),
    Set(usize),
}

fn kill() -> impl Strategy<Value = Kill> {
    prop::option::weighted(0.3, (0..24_usize, any::<bool>()))
}

fn scan() -> impl Strategy<Value = Scan> {
    let seen = [any::<bool>(), any::<bool>()];
    (0..2_usize, seen, -20..=20_i64, 0..180_i64).prop_map(|(target, seen, hours_ahead, began)| {
        Scan {
            target,
            seen,
            // Mostly right.
            hours_ahead: if hours_ahead % 2 == 0 { 0 } else { hours_ahead },
            began,
        }
    })
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let beside = prop_oneof![
        4 => Just(Beside::Nothing),
        1 => Just(Beside::Wake),
        1 => scan().prop_map(Beside::Look),
        1 => (0..3_usize).prop_map(Beside::Set),
    ];
    let minutes = prop_oneof![0..20_i64, 0..3_000_i64];
    let event = prop_oneof![
        5 => (scan(), kill()).prop_map(|(scan, kill)| Event::Look(scan, kill)),
        1 => kill().prop_map(Event::Again),
        3 => (0..3_usize, 0..2_i64, -4..=4_i64)
            .prop_map(|(which, days, wrong)| Event::Set { which, days, wrong }),
        2 => (0..3_usize, -4..=4_i64).prop_map(|(which, wrong)| Event::End { which, wrong }),
        5 => minutes.prop_map(|minutes| Event::Pass { minutes }),
        4 => (kill(), beside).prop_map(|(kill, beside)| Event::Wake(kill, beside)),
    ];
    prop::collection::vec(event, 1..40)
}

/// What is of weight for whether somebody has to hear of a fault, in the order in which it happens in one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// A snooze about it is over.
    Over,
    /// A look opened it.
    Opened,
    /// It was told.
    Told,
}

/// A fault of a target, by their names.
type Which = (String, String);

/// A snooze as somebody set it.
struct Life {
    which: usize,
    until: Date,
    is_over: bool,
}

#[derive(Default)]
struct Held {
    /// The number of the event.
    event: usize,
    /// The table fails from this call on; the first may be done.
    kill: Kill,
    calls: usize,
    chance: u64,
    news: BTreeMap<String, Change>,
    /// What has happened to each fault, by the number of the event.
    steps: Vec<(usize, Step, Which)>,
    lives: Vec<Life>,
    /// Which look opened what is open.
    open: BTreeMap<Which, String>,
    /// In which event a look opened a fault.
    opened: BTreeMap<(Which, String), usize>,
}

/// A table and a bucket whose calls may take a while, or fail.
#[derive(Default)]
struct World {
    table: Memory,
    held: Mutex<Held>,
}

impl World {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }

    async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, TableError>>,
    ) -> Result<T, TableError> {
        let (waits, kill) = {
            let mut held = self.held();
            held.chance = held.chance.wrapping_mul(6_364_136_223_846_793_005) + 1;
            let number = held.calls;
            held.calls += 1;
            let kill = held.kill.filter(|(at, _)| *at <= number);
            let kill = kill.map(|(at, done)| at == number && done);
            (held.chance >> 61, kill)
        };
        for _ in 0..waits {
            tokio::task::yield_now().await;
        }
        let broken = TableError {
            operation: "Call",
            message: "the function is killed".to_owned(),
        };
        match kill {
            None => call.await,
            Some(true) => call.await.and(Err(broken)),
            Some(false) => Err(broken),
        }
    }

    fn kill_at(&self, kill: Kill) {
        let mut held = self.held();
        (held.kill, held.calls) = (kill, 0);
    }

    fn note(&self, step: Step, which: Which) {
        let mut held = self.held();
        let event = held.event;
        held.steps.push((event, step, which));
    }

    /// Notes what the event has opened: the first telling of the look that did counts from now on.
    async fn note_opened(&self) {
        for entry in entries::open(&self.table).await.unwrap() {
            let which = (entry.target.to_string(), entry.fault.id.clone());
            let new = self.held().open.get(&which) != Some(&entry.changed_by);
            if new && !entry.changed_by.is_empty() {
                self.note(Step::Opened, which.clone());
                let mut held = self.held();
                let event = held.event;
                held.opened.insert((which, entry.changed_by.clone()), event);
            }
        }
        let open = entries::open(&self.table).await.unwrap();
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
    fn note_run_out(&self, now: Timestamp) {
        let mut over = Vec::new();
        for life in &mut self.held().lives {
            if !life.is_over && life.until < day(now) {
                life.is_over = true;
                over.push(life.which);
            }
        }
        over.into_iter().for_each(|which| self.note_over(which));
    }

    async fn look(&self, at: &LookAt, now: Timestamp) -> bool {
        let Ok(outcome) = look(self, at, &Nothing, HISTORY, now).await else {
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

    async fn set(&self, which: usize, days: i64, clock: Timestamp) {
        let (target, finding) = PATTERNS[which];
        let until = day(clock).checked_add(days.days()).unwrap();
        let snooze = Snooze::new(target, finding, "Waits", "ops", until, clock);
        assert!(set(self, &snooze).await.unwrap());
        let mut held = self.held();
        // The one that it takes the place of is over only with it.
        held.lives.retain(|one| one.is_over || one.which != which);
        held.lives.push(Life {
            which,
            until,
            is_over: false,
        });
    }

    async fn end(&self, which: usize, clock: Timestamp) {
        let (target, finding) = PATTERNS[which];
        let id = Snooze::new(target, finding, "", "", Date::MAX, clock).id;
        if end(self, &id, clock).await.unwrap() == Ended::Now {
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

impl Table for World {
    async fn get(&self, pk: &str, sk: &str) -> Result<Option<Row>, TableError> {
        self.call(self.table.get(pk, sk)).await
    }

    async fn query(&self, pk: &str, prefix: &str) -> Result<Vec<Row>, TableError> {
        self.call(self.table.query(pk, prefix)).await
    }

    async fn between(&self, pk: &str, from: &str, to: &str) -> Result<Vec<Row>, TableError> {
        self.call(self.table.between(pk, from, to)).await
    }

    async fn put(&self, row: &Row, expected: Expected) -> Result<bool, TableError> {
        self.call(self.table.put(row, expected)).await
    }

    async fn delete(&self, pk: &str, sk: &str) -> Result<(), TableError> {
        self.call(self.table.delete(pk, sk)).await
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Row>, TableError> {
        self.call(self.table.scan(prefix)).await
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
        Ok(self.call(put).await?)
    }

    async fn name(&self, _report: &ReportKey<'_>) -> anyhow::Result<Option<String>> {
        Ok(None)
    }
}

fn seen(id: &str) -> Sighting {
    let fault = Fault {
        key: format!("key-{id}"),
        id: id.to_owned(),
        title: String::new(),
        severity: Severity::High,
        subject: String::new(),
        engine: "native".to_owned(),
    };
    Sighting::new(fault, false)
}

fn look_at(scan: &Scan, number: usize, now: Timestamp) -> LookAt {
    let finished = now + SignedDuration::from_hours(scan.hours_ahead);
    let there = FAULTS.into_iter().zip(scan.seen);
    let there = there.filter(|(_, there)| *there).map(|(id, _)| seen(id));
    LookAt {
        target: TARGETS[scan.target].parse().unwrap(),
        source: Source::Ssm,
        order: Order::new(BEGIN, finished, format!("look-{number:03}")),
        report: None,
        sight: Sight::new(there, LookedFor::engine("native".to_owned(), [])),
    }
}

/// Lets it all happen.
async fn live(world: &World, events: &[Event]) {
    let mut now = BEGIN;
    let mut killed: Vec<LookAt> = Vec::new();
    let minutes = SignedDuration::from_mins;
    for (number, event) in events.iter().enumerate() {
        world.held().event += 1;
        if let Event::Pass { minutes: passed } = event {
            now += minutes(*passed);
        }
        world.note_run_out(now);
        match event {
            Event::Look(scan, kill) => {
                let at = look_at(scan, number, now);
                world.kill_at(*kill);
                let began = now - SignedDuration::from_secs(scan.began);
                if !world.look(&at, began).await {
                    killed.push(at);
                }
            }
            Event::Again(kill) => {
                let mut back = Vec::new();
                for at in std::mem::take(&mut killed) {
                    world.held().event += 1;
                    world.kill_at(*kill);
                    if !world.look(&at, now).await {
                        back.push(at);
                    }
                    world.note_opened().await;
                }
                killed = back;
            }
            Event::Set { which, days, wrong } => {
                world.set(*which, *days, now + minutes(*wrong)).await;
            }
            Event::End { which, wrong } => world.end(*which, now + minutes(*wrong)).await,
            Event::Pass { .. } => {}
            Event::Wake(kill, beside) => {
                world.kill_at(*kill);
                let wake = all(world, world, now);
                match beside {
                    Beside::Nothing => drop(wake.await),
                    Beside::Wake => drop(join(wake, all(world, world, now)).await),
                    Beside::Look(scan) => {
                        let at = look_at(scan, number, now);
                        let began = now - SignedDuration::from_secs(scan.began);
                        if !join(wake, world.look(&at, began)).await.1 {
                            killed.push(at);
                        }
                    }
                    Beside::Set(which) => {
                        world.kill_at(None);
                        drop(join(wake, world.set(*which, 1, now)).await);
                    }
                }
            }
        }
        world.kill_at(None);
        // What has run out as it was set, by a clock that is wrong.
        world.note_run_out(now);
        world.note_opened().await;
    }
}

/// How often each open fault was told since the last of: it was opened, or a snooze about it was over.
fn told(world: &World) -> BTreeMap<Which, usize> {
    let mut held = world.held();
    let mut steps = held.steps.clone();
    for change in held.news.values() {
        for told in change.new.iter().chain(&change.returned) {
            if change.source != Source::Snooze {
                // It counts from when the look was recorded, however late its news comes.
                let which = (change.target.to_string(), told.fault.id.clone());
                let by = (which.clone(), change.id.clone());
                let event = *held.opened.get(&by).expect("told what it did not open");
                steps.push((event, Step::Told, which));
            }
        }
    }
    steps.sort();
    let mut open: BTreeMap<Which, usize> = std::mem::take(&mut held.open)
        .into_keys()
        .map(|which| (which, 0))
        .collect();
    for (_, step, which) in steps {
        if let Some(count) = open.get_mut(&which) {
            *count = if step == Step::Told { *count + 1 } else { 0 };
        }
    }
    open
}

fn check(mut events: Vec<Event>, seed: u64) {
    // In the end all snoozes are over and all messages are read.
    events.push(Event::Pass { minutes: 4 * 1_440 });
    events.push(Event::Again(None));
    events.push(Event::Wake(None, Beside::Nothing));
    let world = World::default();
    world.held().chance = seed;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(live(&world, &events));
    for (which, times) in told(&world) {
        assert_eq!(times, 1, "{which:?}: {:#?}", world.held().news);
    }
}

fn a_look(seen: [bool; 2], hours_ahead: i64, began: i64) -> Event {
    let scan = Scan {
        target: 0,
        seen,
        hours_ahead,
        began,
    };
    Event::Look(scan, None)
}

const SET: Event = Event::Set {
    which: 0,
    days: 0,
    wrong: 0,
};
const WAKE: Event = Event::Wake(None, Beside::Nothing);

/// What was seen to go wrong.
#[test]
fn whatever_the_scans_clock_says_it_is_told_once() {
    let pass = |minutes| Event::Pass { minutes };
    let there = [true, false];
    // Held back, by a scan whose clock is ahead.
    check(vec![SET, a_look(there, 20, 0), pass(20), WAKE], 1);
    // Told as new after the snooze, before it wakes.
    let known = [a_look(there, 0, 0), SET, a_look([false; 2], 0, 0)];
    let ended = Event::End { which: 0, wrong: 0 };
    let back = [pass(1), ended, pass(1), a_look(there, 0, 0), pass(20), WAKE];
    check([known.as_slice(), back.as_slice()].concat(), 1);
    // Ended before midnight, recorded after it.
    check(vec![SET, pass(17), a_look(there, -1, 0), pass(3), WAKE], 1);
    // Begun before midnight, at its end after it.
    check(vec![SET, pass(16), a_look(there, 0, 90), pass(4), WAKE], 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_open_was_told_once_since_its_snooze_was_over(events in events(), seed in any::<u64>()) {
        check(events, seed);
    }
}
