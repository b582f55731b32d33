//! Snoozes that are over: what they held back and is still open speaks up again, once.
//!
//! A snooze that is over and not yet noted as woken gives one change for each target. The id of the change
//! says which snooze, which target and which of the snooze's lives, and its object is written once; only
//! then is the snooze noted as woken. So nothing is lost and nothing is told twice, wherever this stops.
//!
//! What was opened after a snooze was over, and so told by its look, is known by what that has noted
//! ([`Entry::opened_after`]), and not by times: scans have clocks of their own.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tracing::info;

use super::{Snooze, Snoozes};
use crate::app::App;
use crate::change::{self, Change, News, Source, Told, counts};
use crate::entries;
use crate::entry::{Entry, Order};
use crate::published::key::ReportKey;
use crate::record::{self, Looked};
use crate::table::{Expected, Table};
use crate::target::Target;

/// How long a snooze's last day has to be over: what began while it held has written its entries by then. The
/// template gives the function 3 minutes, and wakes it 5 minutes after midnight, UTC.
const GRACE: SignedDuration = SignedDuration::from_mins(4);

/// The same for one that somebody ended, by a clock that may go 5 minutes wrong: farther off, AWS takes no call
/// (IAM User Guide, "Elements of an AWS API request signature").
const GRACE_IF_ENDED: SignedDuration = SignedDuration::from_mins(4 + 5);

/// How long a woken snooze is kept, so that `list` still shows it.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 40);

/// How often it begins again because others change the snoozes that it wakes.
const TRIES: usize = 5;

/// What waking asks of the world besides the table.
trait Outside: Sync {
    /// Writes a change under this key, unless there is one: whether it was written.
    fn publish(
        &self,
        key: &str,
        change: Change,
    ) -> impl Future<Output = anyhow::Result<bool>> + Send;

    /// The name of the AMI that a report is about, if it is known.
    fn name(
        &self,
        report: &ReportKey<'_>,
    ) -> impl Future<Output = anyhow::Result<Option<String>>> + Send;
}

impl Outside for App {
    async fn publish(&self, key: &str, change: Change) -> anyhow::Result<bool> {
        let body = serde_json::to_vec(&News::Change(change)).context("change")?;
        Ok(self.s3.put_once(key, "application/json", body).await?)
    }

    async fn name(&self, report: &ReportKey<'_>) -> anyhow::Result<Option<String>> {
        let image = record::image(self, report).await?;
        let name = image.and_then(|image| image.name);
        Ok(name.map(|name| hardtarget_report::clean_line(&name, 200)))
    }
}

/// Tells again what snoozes held back that are over.
pub async fn wake(app: &App, now: Timestamp) -> anyhow::Result<()> {
    all(&app.ledger, app, now).await
}

async fn all(table: &impl Table, outside: &impl Outside, now: Timestamp) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        if once(table, outside, now).await? {
            return Ok(());
        }
    }
    bail!("snoozes that are over are being changed by somebody else")
}

/// False if somebody has changed a snooze meanwhile: what is to be told may be another's to tell now.
async fn once(table: &impl Table, outside: &impl Outside, now: Timestamp) -> anyhow::Result<bool> {
    let snoozes = Snoozes::load(table).await?;
    if !snoozes.iter().any(|one| is_over(one, now)) {
        return Ok(true);
    }
    let open = entries::open(table).await?;
    // Read after the entries: whatever holds back one of them is among these.
    let snoozes = Snoozes::load(table).await?;
    let mut over: Vec<&Snooze> = snoozes.iter().filter(|one| is_over(one, now)).collect();
    over.sort_by_key(|one| turn(one));
    let returned = returned(&snoozes, &open, now);
    for snooze in over {
        let its = returned.iter().filter(|one| one.snooze.id == snooze.id);
        for one in its {
            let change = one.change(table, outside, &open, now).await?;
            let key = change::key(snooze.end(), &change.id);
            let written = outside.publish(&key, change).await?;
            info!(snooze.id, key, written, "speaks up again");
        }
        let woken = Snooze {
            woken: true,
            ..snooze.clone()
        };
        let row = woken.row(Some(now.saturating_add(KEPT)?));
        // Somebody who snoozes it anew meanwhile comes first.
        if !table.put(&row, Expected::Version(snooze.version)).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_over(snooze: &Snooze, now: Timestamp) -> bool {
    !snooze.woken && over_by(snooze) <= now
}

/// When a snooze is over for whatever began under it.
fn over_by(snooze: &Snooze) -> Timestamp {
    let grace = match snooze.ended {
        Some(_) => GRACE_IF_ENDED,
        None => GRACE,
    };
    let over = snooze.end().checked_add(grace);
    over.unwrap_or(Timestamp::MAX)
}

/// Snoozes wake in this order.
fn turn(snooze: &Snooze) -> (Timestamp, &str) {
    (over_by(snooze), &snooze.id)
}

/// The snooze that tells an entry again, if one does. While another holds it back none does: that one will, or
/// one that is over later still. Of several the last whose turn it is, as the others are noted as woken by then:
/// who comes again after a crash finds the same.
fn speaker<'a>(snoozes: &'a Snoozes, entry: &Entry, now: Timestamp) -> Option<&'a Snooze> {
    let about: Vec<&Snooze> = snoozes
        .iter()
        .filter(|one| !one.woken && one.is_about(&entry.target, &entry.fault))
        .filter(|one| !entry.opened_after.contains(&one.life()))
        .collect();
    let all_over = about.iter().all(|one| is_over(one, now));
    about
        .into_iter()
        .filter(|_| all_over)
        .max_by_key(|one| turn(one))
}

/// What a snooze tells of a target.
struct Returned<'a> {
    snooze: &'a Snooze,
    target: &'a Target,
    /// Worst first.
    entries: Vec<&'a Entry>,
}

/// What speaks up again, worst first as `open` is.
fn returned<'a>(snoozes: &'a Snoozes, open: &'a [Entry], now: Timestamp) -> Vec<Returned<'a>> {
    let mut all: BTreeMap<(&str, &Target), Returned<'_>> = BTreeMap::new();
    for entry in open {
        if let Some(snooze) = speaker(snoozes, entry, now) {
            let target = &entry.target;
            let returned = all.entry((&snooze.id, target)).or_insert(Returned {
                snooze,
                target,
                entries: Vec::new(),
            });
            returned.entries.push(entry);
        }
    }
    all.into_values().collect()
}

impl Returned<'_> {
    /// The change, which has AMI and report of the newest look that saw any of it.
    async fn change(
        &self,
        table: &impl Table,
        outside: &impl Outside,
        open: &[Entry],
        now: Timestamp,
    ) -> anyhow::Result<Change> {
        let Self {
            snooze,
            target,
            entries,
        } = self;
        let report = match entries.iter().map(|entry| &entry.seen).max() {
            Some(seen) => report(table, target, seen).await?,
            None => None,
        };
        let parsed = report.as_deref().and_then(ReportKey::parse);
        let all = open.iter().filter(|one| one.target == **target);
        Ok(Change {
            version: 1,
            id: change_id(snooze, target),
            target: (*target).clone(),
            source: Source::Snooze,
            at: now,
            first: false,
            ami: match (&parsed, target) {
                (Some(parsed), _) => Some(parsed.ami.to_owned()),
                (None, Target::Ami(id)) => Some(id.clone()),
                (None, _) => None,
            },
            ami_name: match &parsed {
                Some(parsed) => outside.name(parsed).await?,
                None => None,
            },
            instance: match target {
                Target::Instance(id) => Some(id.clone()),
                _ => None,
            },
            score: None,
            open: counts(all.map(|one| &one.fault.severity)),
            new: Vec::new(),
            returned: entries.iter().map(|one| Told::again(one, now)).collect(),
            fixed: Vec::new(),
            waived: Vec::new(),
            gone: Vec::new(),
            quietly_opened: Vec::new(),
            quietly_closed: Vec::new(),
            snoozed: 0,
            report,
        })
    }
}

/// The key of the published report that a look was by, if it is known.
async fn report(
    table: &impl Table,
    target: &Target,
    order: &Order,
) -> anyhow::Result<Option<String>> {
    let looked = Looked::read(table, target, order).await?;
    let report = looked.and_then(|looked| looked.report);
    // InSpec's reports have no page beside them: their keys are none of ours.
    Ok(report.filter(|key| ReportKey::parse(key).is_some()))
}

/// `snooze-<id>-<target, 8 hexadecimal digits>-<when the snooze was made, in milliseconds>`.
fn change_id(snooze: &Snooze, target: &Target) -> String {
    let digest = Sha256::digest(target.to_string());
    let target = data_encoding::HEXLOWER.encode(digest.get(..4).unwrap_or_default());
    let made = snooze.created.as_millisecond();
    format!("snooze-{}-{target}-{made}", snooze.id)
}

#[cfg(test)]
mod history;
#[cfg(test)]
mod tests;
