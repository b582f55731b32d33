//! A run on a table in memory, with calls that fail, answers that come in any order and twice, and several
//! at once.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};

use futures_util::future::join_all;
use proptest::prelude::*;

use super::*;
use crate::change::Golden;
use crate::golden::message;
use crate::table::{Expected, Memory, Row, TableError};

const PATIENCE: SignedDuration = SignedDuration::from_hours(12);
const MORNING: Timestamp = Timestamp::constant(1_795_240_800, 123_000_000);

fn later(minutes: i64) -> Timestamp {
    MORNING + SignedDuration::from_mins(minutes)
}

fn ami(number: usize) -> String {
    format!("ami-{number:08x}")
}

fn key(number: usize) -> String {
    format!("reports/web/{}/image.json", ami(number))
}

/// The world: a table in memory, and what else a run asks for.
#[derive(Default)]
struct World {
    table: Memory,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    list: Vec<Wanted>,
    problems: Vec<String>,
    images: BTreeMap<String, ImageStatus>,
    refusals: BTreeMap<String, Refusal>,
    /// The ids of the orders, as SQS keeps them: each once.
    orders: Vec<String>,
    bodies: Vec<Value>,
    news: BTreeMap<String, Golden>,
    /// How many calls were made.
    calls: usize,
    /// Which calls fail: before they do anything, or after.
    fail_before: BTreeSet<usize>,
    fail_after: BTreeSet<usize>,
    /// How often the n-th call lets others go first.
    waits: Vec<u8>,
}

impl World {
    fn of(amis: usize) -> Self {
        let world = Self::default();
        world.held().list = (0..amis)
            .map(|number| Wanted {
                ami: ami(number),
                instance_type: (number == 0).then(|| "t3.small".to_owned()),
                user_data: (number == 0).then(|| "#!/bin/sh\n".to_owned()),
            })
            .collect();
        world
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }

    /// A call: others may go first, and it may fail before or after it is done.
    async fn call<T>(&self, done: impl AsyncFnOnce() -> T) -> Option<T> {
        let (number, waits) = {
            let mut held = self.held();
            held.calls += 1;
            let number = held.calls;
            let waits = held.waits.len().max(1);
            (
                number,
                held.waits.get(number % waits).copied().unwrap_or_default(),
            )
        };
        for _ in 0..waits {
            tokio::task::yield_now().await;
        }
        if self.held().fail_before.contains(&number) {
            return None;
        }
        let answer = done().await;
        (!self.held().fail_after.contains(&number)).then_some(answer)
    }

    fn answer(&self, number: usize, status: &str, since: Timestamp) {
        let image = ImageStatus {
            version: 1,
            ami: ami(number),
            name: Some("web".to_owned()),
            family: "web".to_owned(),
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            created: None,
            status: status.to_owned(),
            reason: String::new(),
            since,
            report: None,
            findings: None,
            vulnerabilities: None,
            tags: BTreeMap::new(),
        };
        self.held().images.insert(key(number), image);
    }

    fn refuse(&self, number: usize, since: Timestamp) {
        let refusal = Refusal {
            version: 1,
            ami: ami(number),
            reason: "it is gone".to_owned(),
            since,
        };
        self.held().refusals.insert(ami(number), refusal);
    }

    /// As a queue does: until it is done.
    async fn start(&self, now: Timestamp) -> Value {
        loop {
            if let Ok(answer) = start(self, self, PATIENCE, now).await {
                return answer;
            }
        }
    }

    async fn arrived(&self, number: usize, now: Timestamp) {
        while arrived(self, self, &ami(number), &key(number), now)
            .await
            .is_err()
        {}
    }

    async fn check(&self, now: Timestamp) {
        while check(self, self, now).await.is_err() {}
    }

    /// The statuses that were told, by run, in the order of the list.
    fn told(&self) -> Vec<Vec<String>> {
        let statuses = |golden: &Golden| {
            let all = golden.message.as_array().unwrap().iter();
            all.filter_map(|one| Some(one["hardtarget"]["status"].as_str()?.to_owned()))
                .collect()
        };
        self.held().news.values().map(statuses).collect()
    }
}

fn broken() -> TableError {
    TableError {
        operation: "Test",
        message: "made to fail".to_owned(),
    }
}

impl Table for World {
    async fn get(&self, pk: &str, sk: &str) -> Result<Option<Row>, TableError> {
        let got = self.call(async || self.table.get(pk, sk).await).await;
        got.ok_or_else(broken)?
    }

    async fn query(&self, pk: &str, prefix: &str) -> Result<Vec<Row>, TableError> {
        let got = self.call(async || self.table.query(pk, prefix).await).await;
        got.ok_or_else(broken)?
    }

    async fn between(&self, _: &str, _: &str, _: &str) -> Result<Vec<Row>, TableError> {
        panic!("a run asks for no range")
    }

    async fn put(&self, row: &Row, expected: Expected) -> Result<bool, TableError> {
        let put = self
            .call(async || self.table.put(row, expected).await)
            .await;
        put.ok_or_else(broken)?
    }

    async fn delete(&self, _: &str, _: &str) -> Result<(), TableError> {
        panic!("a run deletes nothing")
    }

    async fn scan(&self, _: &str) -> Result<Vec<Row>, TableError> {
        panic!("a run does not read its whole table")
    }
}

impl Outside for World {
    async fn list(&self) -> anyhow::Result<(Vec<Wanted>, Vec<String>)> {
        let list = self.call(async || {
            let held = self.held();
            (held.list.clone(), held.problems.clone())
        });
        Ok(list.await.ok_or_else(broken)?)
    }

    async fn order(&self, order: Value, id: String) -> anyhow::Result<()> {
        let sent = self.call(async || {
            let mut held = self.held();
            if !held.orders.contains(&id) {
                held.orders.push(id);
                held.bodies.push(order);
            }
        });
        Ok(sent.await.ok_or_else(broken)?)
    }

    async fn images(&self) -> anyhow::Result<Vec<(String, String)>> {
        let images = self.call(async || {
            let held = self.held();
            let all = held.images.iter();
            all.map(|(key, image)| (image.ami.clone(), key.clone()))
                .collect()
        });
        Ok(images.await.ok_or_else(broken)?)
    }

    async fn image(&self, key: &str) -> anyhow::Result<Option<ImageStatus>> {
        let image = self.call(async || self.held().images.get(key).cloned());
        Ok(image.await.ok_or_else(broken)?)
    }

    async fn refusal(&self, ami: &str) -> anyhow::Result<Option<Refusal>> {
        let refusal = self.call(async || self.held().refusals.get(ami).cloned());
        Ok(refusal.await.ok_or_else(broken)?)
    }

    async fn outcome(&self, image: ImageStatus) -> anyhow::Result<Outcome> {
        let outcome = self.call(async || outcome::of(image, None, None));
        Ok(outcome.await.ok_or_else(broken)?)
    }

    fn compose(&self, run: &Run, outcomes: &BTreeMap<String, Outcome>, now: Timestamp) -> News {
        News::Golden(Golden {
            version: 1,
            run: run.run.clone(),
            started: run.started,
            ended: now,
            problems: run.problems.clone(),
            message: message::compose(run, outcomes, "reports"),
        })
    }

    async fn publish(&self, key: &str, news: &News) -> anyhow::Result<()> {
        let News::Golden(golden) = news else {
            panic!("{news:?}")
        };
        let put = self.call(async || {
            let mut held = self.held();
            held.news
                .entry(key.to_owned())
                .or_insert_with(|| golden.clone());
        });
        Ok(put.await.ok_or_else(broken)?)
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

#[test]
fn a_run_from_its_begin_to_its_end() {
    let world = World::of(2);
    block_on(async {
        let begun = world.start(MORNING).await;
        assert_eq!(
            (&begun["outcome"], &begun["amis"]),
            (&json!("begun"), &json!(2))
        );
        let orders = json!([
            {"ami-id": ami(0), "again": true, "instanceType": "t3.small",
                "userData": "#!/bin/sh\n", "copyTags": true},
            {"ami-id": ami(1), "again": true, "copyTags": true},
        ]);
        assert_eq!(json!(world.held().bodies), orders);

        // What was there before is no answer, and neither is what is not over.
        world.answer(0, "assessed", later(-1));
        world.arrived(0, later(1)).await;
        world.answer(0, "assessing", later(2));
        world.arrived(0, later(2)).await;
        let under_way = world.start(later(3)).await;
        assert_eq!(under_way["outcome"], "under-way");
        assert_eq!(under_way["waiting"], 2);

        world.answer(0, "assessed", later(5));
        world.arrived(0, later(5)).await;
        assert!(world.told().is_empty());
        // Even within the second of the start.
        world.answer(
            1,
            "unsupported",
            Timestamp::from_second(MORNING.as_second()).unwrap(),
        );
        world.arrived(1, later(6)).await;
        assert_eq!(world.told(), [["assessed", "unsupported"]]);
        assert_eq!(
            world.held().news.keys().next().unwrap(),
            "changes/2026/11/golden-20261121T060000123Z.json"
        );

        // Nothing is waited for any more, and the next run is another one.
        world.arrived(1, later(7)).await;
        let next = world.start(later(24 * 60)).await;
        assert_eq!(next["outcome"], "begun");
        assert_eq!(world.held().orders.len(), 4);
    });
}

#[test]
fn what_is_missing_is_given_up_when_the_time_is_over_and_told_with_a_reason() {
    let world = World::of(3);
    block_on(async {
        world.start(MORNING).await;
        world.answer(0, "assessing", later(1));
        // An event that was lost: the check looks itself.
        world.answer(1, "failed", later(2));
        world.check(later(15)).await;
        assert!(world.told().is_empty());
        world.check(later(12 * 60)).await;
    });
    assert_eq!(world.told(), [["given-up", "failed", "given-up"]]);
    let held = world.held();
    let message = &held.news.values().next().unwrap().message;
    assert_eq!(
        message[0]["hardtarget"]["reason"],
        "it is assessing after 12 hours"
    );
    let unheard =
        "nothing was heard of it within 12 hours: is it an AMI of this account and region?";
    assert_eq!(message[2]["hardtarget"]["reason"], unheard);
}

#[test]
fn what_the_launching_function_would_not_take_is_not_waited_for() {
    let world = World::of(2);
    block_on(async {
        world.refuse(0, later(-24 * 60));
        world.start(MORNING).await;
        world.answer(1, "assessed", later(3));
        world.arrived(1, later(3)).await;
        world.check(later(15)).await;
        assert!(world.told().is_empty(), "that was yesterday");
        world.refuse(0, later(1));
        world.check(later(30)).await;
    });
    assert_eq!(world.told(), [["given-up", "assessed"]]);
    let held = world.held();
    let message = &held.news.values().next().unwrap().message;
    assert_eq!(
        message[0]["hardtarget"]["reason"],
        "it was not assessed: it is gone"
    );
}

/// Begins a run whose function is killed after so many orders.
async fn broken_off(world: &World, orders: usize) {
    // The calls before: the newest run, the list, the run's row, what is known.
    world.held().fail_before = BTreeSet::from([5 + orders]);
    assert!(start(world, world, PATIENCE, MORNING).await.is_err());
    assert_eq!(world.held().orders.len(), orders);
}

#[test]
fn the_check_goes_on_with_a_run_that_broke_off() {
    let world = World::of(4);
    block_on(async {
        broken_off(&world, 2).await;
        world.answer(0, "assessing", later(1));
        world.answer(1, "assessed", later(2));
        world.held().orders.clear();
        world.check(later(15)).await;
        world.check(later(30)).await;
    });
    let run = "20261121T060000123Z";
    let missing = [2, 3].map(|number| format!("golden-{run}-{}", ami(number)));
    assert_eq!(
        world.held().orders,
        missing,
        "neither what is assessed nor what was"
    );
}

#[test]
fn what_is_given_up_says_what_came_of_it_even_if_the_run_broke_off() {
    let world = World::of(2);
    block_on(async {
        broken_off(&world, 1).await;
        world.answer(0, "assessing", later(1));
        world.start(later(24 * 60)).await;
    });
    let held = world.held();
    let message = &held.news.values().next().unwrap().message;
    assert_eq!(
        message[0]["hardtarget"]["reason"],
        "it is assessing after 12 hours"
    );
    let reason = message[1]["hardtarget"]["reason"].as_str().unwrap();
    assert!(reason.contains("not all orders"), "{reason}");
}

#[test]
fn a_run_whose_end_nobody_saw_does_not_keep_the_next_from_beginning() {
    let world = World::of(1);
    let next = block_on(async {
        world.start(MORNING).await;
        world.start(later(24 * 60)).await
    });
    assert_eq!(next["outcome"], "begun");
    assert_eq!(world.told(), [["given-up"]]);
    assert_eq!(world.held().orders.len(), 2);
}

#[test]
fn a_list_with_nothing_in_it_is_told_at_once_each_time() {
    let world = World::of(0);
    world.held().problems = vec!["the golden list is empty".to_owned()];
    block_on(async {
        assert_eq!(world.start(MORNING).await["outcome"], "over");
        assert_eq!(world.start(MORNING).await["outcome"], "over");
    });
    let held = world.held();
    assert_eq!(held.news.len(), 2);
    assert!(
        held.news
            .values()
            .all(|golden| golden.problems == ["the golden list is empty"])
    );
}

/// Each call of the whole way fails once, undone or done: no order is lost, and the end is told once.
#[test]
fn a_crash_at_any_call_loses_nothing_and_tells_nothing_twice() {
    let way = async |world: &World| {
        world.start(MORNING).await;
        for number in 0..3 {
            world.answer(number, "assessed", later(3));
            world.arrived(number, later(3)).await;
        }
        // One more whose event was lost, and one that is no AMI.
        world.answer(3, "failed", later(3));
        world.refuse(4, later(1));
        world.check(later(15)).await;
    };
    let whole = World::of(5);
    block_on(way(&whole));
    let calls = whole.held().calls;
    for number in 1..=calls + 2 {
        for done in [false, true] {
            let world = World::of(5);
            let failing = BTreeSet::from([number]);
            match done {
                false => world.held().fail_before = failing,
                true => world.held().fail_after = failing,
            }
            block_on(way(&world));
            let told = ["assessed", "assessed", "assessed", "failed", "given-up"];
            assert_eq!(world.told(), [told], "call {number}, done: {done}");
            assert_eq!(world.held().orders.len(), 5, "call {number}, done: {done}");
        }
    }
}

proptest! {
    /// Starts, answers and checks in any order, any number of times, at once, with calls that fail.
    #[test]
    fn whatever_happens_at_once_the_end_is_told_once(
        events in prop::collection::vec(0..6_usize, 0..20),
        waits in prop::collection::vec(0..4_u8, 1..40),
        fail_before in prop::collection::btree_set(1..120_usize, 0..6),
        fail_after in prop::collection::btree_set(1..120_usize, 0..6),
    ) {
        let world = World::of(4);
        {
            let mut held = world.held();
            (held.waits, held.fail_before, held.fail_after) = (waits, fail_before, fail_after);
        }
        block_on(async {
            world.start(MORNING).await;
            for number in 0..4 {
                world.answer(number, "assessed", later(3));
            }
            let all = events.into_iter().chain(0..4);
            join_all(all.map(async |event| match event {
                // Nobody starts by hand here once the run may be over: that would be the next one.
                4 | 5 => world.check(later(15)).await,
                number => world.arrived(number, later(4)).await,
            })).await;
        });
        prop_assert_eq!(world.told(), [["assessed"; 4]]);
        let orders: BTreeSet<String> = world.held().orders.iter().cloned().collect();
        prop_assert_eq!(orders.len(), 4);
    }

    /// Several starts at once are one run.
    #[test]
    fn two_starts_at_once_are_one_run(
        waits in prop::collection::vec(0..4_u8, 1..40),
        fail in prop::collection::btree_set(1..60_usize, 0..4),
    ) {
        let world = World::of(3);
        {
            let mut held = world.held();
            (held.waits, held.fail_after) = (waits, fail);
        }
        let answers = block_on(join_all((0..3).map(|_| world.start(MORNING))));
        let runs: BTreeSet<&str> = answers.iter().filter_map(|one| one["run"].as_str()).collect();
        prop_assert_eq!(runs.len(), 1);
        prop_assert_eq!(world.held().orders.len(), 3);
    }
}
