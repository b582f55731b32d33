//! How a run goes: begun once, its orders sent, its end told once. Every step may be done again, at any time
//! and twice at once; what is outside the table is asked for by [`Outside`].

use std::collections::BTreeMap;

use hardtarget_report::image_status::ImageStatus;
use hardtarget_report::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tracing::{error, info};

use super::list::Wanted;
use super::outcome::{self, Outcome};
use super::run::{self, Run};
use crate::change::News;
use crate::table::Table;

/// What a run asks of the world besides its table.
pub trait Outside: Sync {
    /// What the golden list says: what is to be assessed, and what is wrong with it.
    fn list(&self) -> impl Future<Output = anyhow::Result<(Vec<Wanted>, Vec<String>)>> + Send;

    /// Puts an order on the launch queue, unless one with this id was put there a moment ago.
    fn order(&self, order: Value, id: String) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// The AMIs that were ever heard of, each with the key of its `image.json`.
    fn images(&self) -> impl Future<Output = anyhow::Result<Vec<(String, String)>>> + Send;

    /// What the `image.json` under this key says; `None` if it says nothing.
    fn image(&self, key: &str) -> impl Future<Output = anyhow::Result<Option<ImageStatus>>> + Send;

    /// Whether the launching function would not take this AMI; `None` if it said nothing of the kind.
    fn refusal(&self, ami: &str) -> impl Future<Output = anyhow::Result<Option<Refusal>>> + Send;

    /// What came of an AMI that has its answer, with what its report says.
    fn outcome(&self, image: ImageStatus) -> impl Future<Output = anyhow::Result<Outcome>> + Send;

    /// The news that a run is over.
    fn compose(&self, run: &Run, outcomes: &BTreeMap<String, Outcome>, now: Timestamp) -> News;

    /// Writes news under this key, unless there are some.
    fn publish(&self, key: &str, news: &News) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Begins a run, or goes on with one that was begun and whose orders are not all sent. While another is
/// open, none begins. Gives what came of it: `outcome` is `begun`, `resumed`, `over` (there was nothing to
/// assess) or `under-way`.
pub async fn start(
    table: &impl Table,
    outside: &impl Outside,
    patience: SignedDuration,
    now: Timestamp,
) -> anyhow::Result<Value> {
    loop {
        let newest = run::newest(table).await?;
        if let Some(open) = newest.open() {
            let mut known = BTreeMap::new();
            if open.until <= now || !open.sent {
                known = look_up(table, outside, open).await?;
            }
            if open.until <= now {
                give_up(table, open, &known).await?;
            }
            let waiting = settle(table, outside, open, now).await?;
            if waiting == 0 {
                continue;
            }
            if open.sent {
                info!(run = open.run, waiting, "a golden run is under way");
                return Ok(
                    json!({"outcome": "under-way", "run": open.run, "started": open.started,
                    "amis": open.wanted.len(), "waiting": waiting, "problems": open.problems}),
                );
            }
            send(table, outside, open, &known).await?;
            return Ok(answer("resumed", open));
        }
        let (wanted, problems) = outside.list().await?;
        let run = Run::begin(now, newest.run.as_ref(), patience, wanted, problems);
        if !run::put(table, &run, &newest).await? {
            continue;
        }
        for problem in &run.problems {
            error!(run = run.run, problem, "the golden list");
        }
        info!(
            run = run.run,
            amis = run.wanted.len(),
            "a golden run begins"
        );
        send(table, outside, &run, &BTreeMap::new()).await?;
        let waiting = settle(table, outside, &run, now).await?;
        return Ok(answer(if waiting == 0 { "over" } else { "begun" }, &run));
    }
}

fn answer(outcome: &str, run: &Run) -> Value {
    json!({"outcome": outcome, "run": run.run, "amis": run.wanted.len(), "problems": run.problems})
}

/// Sends the orders of what has no answer yet, in the order of the list; not of what is assessed already, by
/// what is `known`.
async fn send(
    table: &impl Table,
    outside: &impl Outside,
    run: &Run,
    known: &BTreeMap<String, ImageStatus>,
) -> anyhow::Result<()> {
    let answered = run::outcomes(table, run).await?;
    let begun = |ami: &str| {
        let image = known.get(ami);
        image.is_some_and(|image| run.has_begun_by(image.since))
    };
    for wanted in &run.wanted {
        if !answered.contains_key(&wanted.ami) && !begun(&wanted.ami) {
            let id = format!("golden-{}-{}", run.run, wanted.ami);
            outside.order(order(wanted), id).await?;
        }
    }
    run::change(table, run, |run| run.sent = true).await?;
    Ok(())
}

/// An order of the launch queue: `{"ami-id", "again": true, "instanceType", "userData", "copyTags": true}`,
/// the third and fourth where the list has them.
fn order(wanted: &Wanted) -> Value {
    let mut order = json!(wanted);
    if let Value::Object(members) = &mut order {
        members.insert("again".to_owned(), Value::Bool(true));
        members.insert("copyTags".to_owned(), Value::Bool(true));
    }
    order
}

/// An AMI's `image.json` was written under `key`: if the open run waits for it, that may be its answer.
pub async fn arrived(
    table: &impl Table,
    outside: &impl Outside,
    ami: &str,
    key: &str,
    now: Timestamp,
) -> anyhow::Result<()> {
    let newest = run::newest(table).await?;
    let Some(open) = newest.open().filter(|open| open.wants(ami)) else {
        return Ok(());
    };
    // What is noted already may have been noted by whoever was killed before the run could be closed.
    if !run::is_noted(table, open, ami).await? {
        let Some(image) = outside.image(key).await? else {
            return Ok(());
        };
        if !is_answer(open, &image) {
            return Ok(());
        }
        let outcome = outside.outcome(image).await?;
        run::note(table, open, ami, &outcome).await?;
    }
    settle(table, outside, open, now).await?;
    Ok(())
}

/// Looks up what the open run waits for: answers whose event was lost, and AMIs that the launching function would
/// not take. Orders that are not sent, since the function that began the run broke off, are sent. When the
/// run's time is over, the rest is given up.
pub async fn check(
    table: &impl Table,
    outside: &impl Outside,
    now: Timestamp,
) -> anyhow::Result<()> {
    let newest = run::newest(table).await?;
    let Some(open) = newest.open() else {
        return Ok(());
    };
    let known = look_up(table, outside, open).await?;
    let answered = run::outcomes(table, open).await?;
    for wanted in &open.wanted {
        if !answered.contains_key(&wanted.ami)
            && let Some(refusal) = outside.refusal(&wanted.ami).await?
            && open.has_begun_by(refusal.since)
        {
            let outcome = outcome::refused(&refusal, known.get(&wanted.ami).cloned());
            run::note(table, open, &wanted.ami, &outcome).await?;
        }
    }
    if open.until <= now {
        give_up(table, open, &known).await?;
    } else if !open.sent {
        info!(run = open.run, "a golden run goes on");
        send(table, outside, open, &known).await?;
    }
    settle(table, outside, open, now).await?;
    Ok(())
}

/// Notes the answers that are there; gives what is known of the other AMIs that the run waits for.
async fn look_up(
    table: &impl Table,
    outside: &impl Outside,
    run: &Run,
) -> anyhow::Result<BTreeMap<String, ImageStatus>> {
    let answered = run::outcomes(table, run).await?;
    let mut known = BTreeMap::new();
    if run.wanted.len() == answered.len() {
        return Ok(known);
    }
    for (ami, key) in outside.images().await? {
        if answered.contains_key(&ami) || !run.wants(&ami) {
            continue;
        }
        let Some(image) = outside.image(&key).await? else {
            continue;
        };
        if is_answer(run, &image) {
            let outcome = outside.outcome(image).await?;
            run::note(table, run, &ami, &outcome).await?;
        } else {
            known.insert(ami, image);
        }
    }
    Ok(known)
}

fn is_answer(run: &Run, image: &ImageStatus) -> bool {
    outcome::is_final(&image.status) && run.has_begun_by(image.since)
}

/// Notes of all AMIs without an answer that they are given up; `known` is what is known of them.
async fn give_up(
    table: &impl Table,
    run: &Run,
    known: &BTreeMap<String, ImageStatus>,
) -> anyhow::Result<()> {
    let answered = run::outcomes(table, run).await?;
    for wanted in &run.wanted {
        if !answered.contains_key(&wanted.ami) {
            let outcome = outcome::given_up(run, known.get(&wanted.ami).cloned());
            error!(
                run = run.run,
                ami = wanted.ami,
                reason = outcome.reason,
                "given up"
            );
            run::note(table, run, &wanted.ami, &outcome).await?;
        }
    }
    Ok(())
}

/// Tells that a run is over once all answers are in, and closes it. Gives how many are waited for.
async fn settle(
    table: &impl Table,
    outside: &impl Outside,
    run: &Run,
    now: Timestamp,
) -> anyhow::Result<usize> {
    let outcomes = run::outcomes(table, run).await?;
    let waiting = run.wanted.iter();
    let waiting = waiting
        .filter(|one| !outcomes.contains_key(&one.ami))
        .count();
    if waiting == 0 {
        let news = outside.compose(run, &outcomes, now);
        outside.publish(&run.key(), &news).await?;
        run::change(table, run, |run| run.open = false).await?;
        info!(run = run.run, "a golden run is over");
    }
    Ok(waiting)
}

#[cfg(test)]
mod tests;
