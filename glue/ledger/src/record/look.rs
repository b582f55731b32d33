//! Joining a look to the ledger.
//!
//! A look first puts its own row, then joins what it says to each entry by conditional writes, and then
//! asks which looks are newer: what those say of the faults that this one was the last to see is joined as
//! well. So of two looks at once at least one knows of the other, and whatever order they come in, the
//! entries end the same. Whoever crashes does it all again.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tracing::{error, warn};

use super::attribute::{attribute, date};
use super::looks::{self, Looked};
use super::outcome::Outcome;
use super::sight::{LookedFor, Sight};
use crate::change::Source;
use crate::entries::PREFIX;
use crate::entry::{Entry, Order, Says, State};
use crate::snooze::Silence;
use crate::table::{Expected, Row, Table, TableError};
use crate::target::Target;

/// How many writes are under way at a time.
const AT_A_TIME: usize = 16;

/// How many newer looks are read again at most.
const MOST_NEWER: usize = 30;

/// A look at a target. The same look must be given with the same order each time; one that can only be made anew
/// gets its id with a new order, as long as nothing was told by that id.
#[derive(Debug, Clone)]
pub struct LookAt {
    /// What was looked at.
    pub target: Target,
    /// What looked.
    pub source: Source,
    /// Its place among the looks at the target, with its id: letters, digits and `-` only.
    pub order: Order,
    /// Where what it told can be read again ([`Reread`]), if it can: the key of a report.
    pub report: Option<String>,
    /// What it told.
    pub sight: Sight,
}

/// Why a look was not recorded, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The table did not answer.
    #[error(transparent)]
    Table(#[from] TableError),
    /// What a look told before could not be read again.
    #[error("{0:#}")]
    Reread(anyhow::Error),
    /// A row that no version of this program has written.
    #[error("a row of the ledger: {0}")]
    Row(#[from] serde_json::Error),
}

/// Reads again what a look told that was recorded before: it is newer than one that comes late.
pub trait Reread: Sync {
    /// What it told; `None` if that is gone. Only asked of looks whose [`Looked::full`] is `None`, and not of ends.
    fn again(&self, looked: &Looked) -> impl Future<Output = anyhow::Result<Option<Sight>>> + Send;
}

/// For looks that cannot be read again, as all of their target are [`LookedFor::Engine`].
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Reread for Nothing {
    async fn again(&self, _looked: &Looked) -> anyhow::Result<Option<Sight>> {
        Ok(None)
    }
}

/// A row's entry, and the version of the row.
pub(super) type Known = BTreeMap<String, (Option<Entry>, u64)>;

/// Newer looks, oldest first, and what they told.
type Newer = Vec<(Order, Sight)>;

/// Records a look at a target: what it changed. Doing it again gives the same, unless another look has
/// changed it since. `now` dates what it changes, and says which snoozes hold back what it opens.
pub async fn look(
    ledger: &impl Table,
    look: &LookAt,
    reread: &impl Reread,
    history: SignedDuration,
    now: Timestamp,
) -> Result<Outcome, LookError> {
    let order = &look.order;
    let silence = Silence::load(ledger, now).await?;
    let looked = Looked::of(look);
    // An end is nobody's first look: of most instances nothing is known, and nothing shall be.
    let first = !looked.is_end() && looks::is_first(ledger, &look.target, &order.id).await?;
    let kept = if looked.is_end() { looks::END } else { history };
    looks::put(ledger, &look.target, &looked, kept).await?;
    let mut rows = looks::newer(ledger, &look.target, &looked).await?;
    let mut known = read(ledger, &look.target).await?;
    if looked.is_end() && !known.is_empty() {
        // For as long as what was open there is known.
        looks::put(ledger, &look.target, &looked, history.max(looks::END)).await?;
    }
    let elsewhere = told_elsewhere(look, &known, &silence);
    let mut keys: BTreeSet<String> = known.keys().cloned().collect();
    keys.extend(look.sight.keys().cloned());
    let mut newer = Newer::new();
    loop {
        read_newer(&mut newer, &rows, look, &keys, &known, reread).await?;
        let join = Join {
            look,
            newer: &newer,
            elsewhere: &elsewhere,
            silence: &silence,
            history,
            now,
        };
        join.all(ledger, &keys, &mut known).await?;
        let again = looks::newer(ledger, &look.target, &looked).await?;
        if again.len() == rows.len() {
            break;
        }
        rows = again;
        // What this look did not see last does not depend on others.
        keys.retain(|key| last_seen_by(&known, key, order));
    }
    let entries = known.values().filter_map(|(entry, _)| entry.as_ref());
    Ok(Outcome::of(look, rows.is_empty(), first, entries))
}

/// All entries of a target, by their keys.
pub(super) async fn read(ledger: &impl Table, target: &Target) -> Result<Known, LookError> {
    let rows = ledger.query(&target.to_string(), PREFIX).await?;
    let known = rows.into_iter().map(|row| {
        let key = row.sk.strip_prefix(PREFIX).unwrap_or_default().to_owned();
        let version = row.version;
        (key, (entry(row), version))
    });
    Ok(known.collect())
}

/// The entry in a row. One that cannot be read is as good as none: it is written anew.
fn entry(row: Row) -> Option<Entry> {
    let entry = serde_json::from_value(Value::Object(row.body));
    entry
        .map_err(|error| error!(row.pk, row.sk, %error, "an entry that cannot be read"))
        .ok()
}

fn last_seen_by(known: &Known, key: &str, order: &Order) -> bool {
    known
        .get(key)
        .and_then(|(entry, _)| entry.as_ref())
        .is_some_and(|entry| entry.seen == *order)
}

/// Reads what the looks in `rows` told that are not in `newer` yet, as far as it can matter: until every
/// fault that this look is the last to have seen was looked for.
async fn read_newer(
    newer: &mut Newer,
    rows: &[Looked],
    look: &LookAt,
    keys: &BTreeSet<String>,
    known: &Known,
    reread: &impl Reread,
) -> Result<(), LookError> {
    let mut open = BTreeMap::new();
    for key in keys {
        let known = known.get(key).and_then(|(entry, _)| entry.as_ref());
        let says = look.sight.says(key, known);
        let joined = Entry::join(known.cloned(), &look.target, &look.order, says);
        if let Some(entry) = joined.filter(|entry| entry.seen == look.order) {
            open.insert(key.clone(), entry);
        }
    }
    let mut read = 0;
    for row in rows {
        let there = newer.iter().find(|(order, _)| *order == row.order);
        let sight = match there {
            Some((_, sight)) => sight,
            None if open.is_empty() => continue,
            // The end, the newest of all, is never one too many: nothing stays open after it.
            None if read >= MOST_NEWER && !row.is_end() => {
                if read == MOST_NEWER {
                    warn!(target = %look.target, look = look.order.id, "too many newer looks");
                }
                read += 1;
                continue;
            }
            None => {
                read += 1;
                let sight = match row.sight() {
                    Some(sight) => Some(sight),
                    None => reread.again(row).await.map_err(LookError::Reread)?,
                };
                // A report that is gone is an old one, recorded long ago: what it saw is in the entries,
                // and what it did not see shall not come up again.
                let sight = sight.unwrap_or_else(|| Sight::new([], LookedFor::Everything));
                newer.push((row.order.clone(), sight));
                match newer.last() {
                    Some((_, sight)) => sight,
                    None => continue,
                }
            }
        };
        open.retain(|key, entry| matches!(sight.says(key, Some(entry)), Says::Nothing));
    }
    newer.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(())
}

/// The keys of what this look saw and another engine told of before, in whose finding it was, or which is
/// in its: the fault is not new. Unless that is held back: nobody has heard of it.
fn told_elsewhere(look: &LookAt, known: &Known, silence: &Silence) -> BTreeSet<String> {
    // What this look closed when it was here before counts as what it was.
    let was_open = |entry: &Entry| {
        let closed = entry.newest.order == look.order && entry.newest.state == State::Fixed;
        entry.is_open() || closed && entry.was == Some(State::Open)
    };
    let entries = known.values().filter_map(|(entry, _)| entry.as_ref());
    let open = entries
        .filter(|entry| entry.seen < look.order && was_open(entry) && !silence.is_untold(entry));
    let inside: BTreeSet<&String> = open.clone().flat_map(|entry| &entry.same_as).collect();
    let open: BTreeSet<&String> = open.map(|entry| &entry.fault.key).collect();
    let told = |key: &&String| {
        let sighting = look.sight.sighting(key);
        let mut same = sighting.into_iter().flat_map(|one| &one.same_as);
        inside.contains(key) || same.any(|one| open.contains(one))
    };
    look.sight.keys().filter(told).cloned().collect()
}

/// How entries are made anew.
#[derive(Clone, Copy)]
struct Join<'a> {
    look: &'a LookAt,
    newer: &'a Newer,
    elsewhere: &'a BTreeSet<String>,
    silence: &'a Silence,
    history: SignedDuration,
    now: Timestamp,
}

impl Join<'_> {
    /// Writes all entries that change, and notes in `known` what they are then. What was told elsewhere is
    /// written first: who comes again after a crash finds that elsewhere as it was.
    async fn all(
        &self,
        ledger: &impl Table,
        keys: &BTreeSet<String>,
        known: &mut Known,
    ) -> Result<(), LookError> {
        let (first, rest): (Vec<&String>, Vec<&String>) = keys
            .iter()
            .partition(|key| self.elsewhere.contains(key.as_str()));
        self.some(ledger, &first, known).await?;
        self.some(ledger, &rest, known).await
    }

    async fn some(
        &self,
        ledger: &impl Table,
        keys: &[&String],
        known: &mut Known,
    ) -> Result<(), LookError> {
        let mut writes = Vec::new();
        for key in keys.iter().copied() {
            let (entry, version) = match known.get(key) {
                Some((entry, version)) => (entry.clone(), Some(*version)),
                None => (None, None),
            };
            if self.joined(key, entry.as_ref()) != entry {
                writes.push(self.write(ledger, key, entry, version));
            }
        }
        let mut writes = futures_util::stream::iter(writes).buffer_unordered(AT_A_TIME);
        let mut failed = Vec::new();
        // What is written now need not be the next time, so one failure does not end the others; but of a
        // table that is away nothing more is asked.
        while let Some(written) = writes.next().await {
            match written {
                Ok((key, entry, version)) => {
                    known.insert(key, (entry, version));
                }
                Err(error) => failed.push(error),
            }
            if failed.len() >= AT_A_TIME {
                break;
            }
        }
        failed.pop().map_or(Ok(()), Err)
    }

    /// Writes one entry; if somebody else did meanwhile, joins it to theirs.
    async fn write(
        &self,
        ledger: &impl Table,
        key: &str,
        mut known: Option<Entry>,
        mut version: Option<u64>,
    ) -> Result<(String, Option<Entry>, u64), LookError> {
        let pk = self.look.target.to_string();
        let sk = format!("{PREFIX}{key}");
        loop {
            let joined = self.joined(key, known.as_ref());
            let Some(joined) = joined.filter(|joined| known.as_ref() != Some(joined)) else {
                return Ok((key.to_owned(), known, version.unwrap_or_default()));
            };
            let Value::Object(body) = serde_json::to_value(&joined)? else {
                return Ok((key.to_owned(), known, version.unwrap_or_default()));
            };
            let closed = joined.is_closed();
            let expires = joined.newest.order.finished.checked_add(self.history);
            let row = Row {
                pk: pk.clone(),
                sk: sk.clone(),
                version: version.unwrap_or_default(),
                expires: expires.ok().filter(|_| closed),
                body,
            };
            let expected = version.map_or(Expected::Absent, Expected::Version);
            if ledger.put(&row, expected).await? {
                let version = version.unwrap_or_default() + 1;
                return Ok((key.to_owned(), Some(joined), version));
            }
            let there = ledger.get(&pk, &sk).await?;
            version = there.as_ref().map(|row| row.version);
            known = there.and_then(entry);
        }
    }

    /// What becomes of an entry.
    fn joined(&self, key: &str, known: Option<&Entry>) -> Option<Entry> {
        let LookAt {
            target,
            order,
            sight,
            ..
        } = self.look;
        let mut silent = false;
        let mut entry = known.cloned();
        let mut join = |order: &Order, sight: &Sight, told: bool| {
            let before = entry.as_ref().map(|entry| entry.newest.clone());
            let says = sight.says(key, entry.as_ref());
            entry = Entry::join(entry.take(), target, order, says);
            if entry.as_ref().map(|entry| &entry.newest) != before.as_ref() {
                silent = told || matches!(says, Says::TakenIn);
            }
            entry.as_ref().is_some_and(|entry| entry.seen == *order)
        };
        if join(order, sight, self.elsewhere.contains(key)) {
            for (order, sight) in self.newer {
                join(order, sight, false);
            }
        }
        let mut entry = entry?;
        attribute(known, &mut entry, silent, &order.id, self.silence);
        date(known, &mut entry, self.now);
        Some(entry)
    }
}

#[cfg(test)]
mod any_order;
#[cfg(test)]
mod security_hub;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;
