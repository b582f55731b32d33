//! Histories as chance has them: snoozes set, ended and run out, looks by clocks that go wrong, wakes early, late
//! and twice, and functions killed anywhere. Whatever happened: what is open once all snoozes are over was told
//! exactly once since.

mod world;

use std::collections::BTreeMap;

use futures_util::future::join;
use hardtarget_report::Severity;
use proptest::prelude::*;

use self::world::{FAULTS, Step, TARGETS, Which, World};
use super::*;
use crate::entry::Sighting;
use crate::fault::Fault;
use crate::record::{LookAt, LookedFor, Sight};
use crate::table::troubled::Kill;

/// It begins at this minute, a quarter of an hour before midnight.
const BEGIN: Timestamp = Timestamp::constant(1_795_304_700, 0);

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
    Look(Scan, Option<Kill>),
    /// The messages of killed functions come again.
    Again(Option<Kill>),
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
    Wake(Option<Kill>, Beside),
}

/// What happens at the same time.
#[derive(Debug, Clone)]
enum Beside {
    Nothing,
    Wake,
    Look(Scan),
    Set(usize),
}

fn kill() -> impl Strategy<Value = Option<Kill>> {
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
                world.table.kill_at(*kill);
                let began = now - SignedDuration::from_secs(scan.began);
                if !world.look(&at, began).await {
                    killed.push(at);
                }
            }
            Event::Again(kill) => {
                let mut back = Vec::new();
                for at in std::mem::take(&mut killed) {
                    world.held().event += 1;
                    world.table.kill_at(*kill);
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
                world.table.kill_at(*kill);
                let wake = all(&world.table, world, now);
                match beside {
                    Beside::Nothing => drop(wake.await),
                    Beside::Wake => drop(join(wake, all(&world.table, world, now)).await),
                    Beside::Look(scan) => {
                        let at = look_at(scan, number, now);
                        let began = now - SignedDuration::from_secs(scan.began);
                        if !join(wake, world.look(&at, began)).await.1 {
                            killed.push(at);
                        }
                    }
                    Beside::Set(which) => {
                        world.table.kill_at(None);
                        drop(join(wake, world.set(*which, 1, now)).await);
                    }
                }
            }
        }
        world.table.kill_at(None);
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
    let world = World::new(seed);
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
