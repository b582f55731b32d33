//! The rows of looks: which looks at a target there were, and in what order.
//!
//! Reports have a row each: what one told can be read again. Of looks at everything that an engine tells of,
//! which may come every few minutes and cannot be read again, only the newest has a row. A look that comes late
//! still learns from it what is fixed, if not since when; but not what an older one found in order that the newest
//! does not speak of.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::look::{LookAt, LookError};
use super::sight::{LookedFor, Sight};
use crate::change::Source;
use crate::entry::Order;
use crate::table::{Expected, Row, Table};
use crate::target::Target;

/// Where looks are in a target's partition; above [`LAST`] there are none.
const PREFIX: &str = "O#";
const LAST: &str = "O$";

/// Behind all orders, but before [`LAST`]: the newest looks at everything that an engine tells of.
const NEWEST: &str = "O#~";

/// Whose look was the first at a target.
const FIRST: &str = "first";

/// How long an end is noted at least, and where nothing else is known no longer: what was looked at before it comes
/// out of a queue within 14 days, out of its dead letters within 14 more, and may be sent back from there for as long
/// again.
pub(super) const END: SignedDuration = SignedDuration::from_hours(24 * 60);

/// A look that was recorded, or is being recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Its place among the others.
    pub order: Order,
    /// What looked.
    pub source: Source,
    /// Where what it told can be read again, if it can: the key of a report.
    pub report: Option<String>,
    /// What it looked for, if that is everything that an engine tells of ([`LookedFor::Engine`]).
    pub full: Option<Full>,
}

/// A look at everything that an engine tells of. It cannot be read again, but what it saw is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Full {
    /// The engine.
    pub engine: String,
    /// The beginnings of the keys of what it saw.
    pub seen: Vec<String>,
    /// The beginnings of the keys of what it found in order.
    pub passed: BTreeSet<String>,
}

impl Full {
    /// What it told, as far as it is known: of what it saw nothing, as that is for itself to join.
    fn sight(&self) -> Sight {
        let looked_for = LookedFor::Engine {
            name: self.engine.clone(),
            passed: self.passed.clone(),
        };
        Sight::rest(looked_for, self.seen.iter().cloned())
    }
}

/// Where the newest look at everything that an engine tells of is.
fn newest(engine: &str) -> String {
    format!("{NEWEST}{}", engine.to_ascii_lowercase())
}

impl Looked {
    /// Whether it is the end of the target.
    pub(super) const fn is_end(&self) -> bool {
        matches!(self.source, Source::Ec2)
    }

    /// What it told, if that need not be read again.
    pub(super) fn sight(&self) -> Option<Sight> {
        match &self.full {
            _ if self.is_end() => Some(Sight::ended()),
            full => full.as_ref().map(Full::sight),
        }
    }

    /// How it is recorded.
    pub(super) fn of(look: &LookAt) -> Self {
        let full = match &look.sight.looked_for() {
            LookedFor::Engine { name, passed } => Some(Full {
                engine: name.clone(),
                seen: look.sight.beginnings().collect(),
                passed: passed.clone(),
            }),
            LookedFor::Everything
            | LookedFor::Keys(_)
            | LookedFor::Report(_)
            | LookedFor::Ended => None,
        };
        Self {
            order: look.order.clone(),
            source: look.source,
            report: look.report.clone(),
            full,
        }
    }

    /// The look at a target with this place, if it is known (still).
    pub async fn read(
        ledger: &impl Table,
        target: &Target,
        order: &Order,
    ) -> Result<Option<Self>, LookError> {
        let pk = target.to_string();
        if let Some(row) = ledger.get(&pk, &place(order)).await? {
            return read(row).map(Some);
        }
        let newest = ledger.query(&pk, NEWEST).await?;
        let mut newest = newest.into_iter().filter_map(|row| read(row).ok());
        Ok(newest.find(|one| one.order == *order))
    }

    /// Its row's `sk`.
    fn sk(&self) -> String {
        match &self.full {
            Some(full) => newest(&full.engine),
            None => place(&self.order),
        }
    }
}

/// A look's place among the rows: sorts as the order does.
fn place(order: &Order) -> String {
    let Order {
        created,
        finished,
        id,
    } = order;
    let form = "%Y-%m-%dT%H:%M:%S%.3fZ";
    format!(
        "{PREFIX}{}#{}#{id}",
        created.strftime(form),
        finished.strftime(form)
    )
}

/// Puts the look's row; not in the place of a newer one.
pub(super) async fn put(
    ledger: &impl Table,
    target: &Target,
    looked: &Looked,
    history: SignedDuration,
) -> Result<(), LookError> {
    let Value::Object(body) = serde_json::to_value(looked)? else {
        return Ok(());
    };
    let row = Row {
        pk: target.to_string(),
        sk: looked.sk(),
        version: 0,
        expires: looked.order.finished.checked_add(history).ok(),
        body,
    };
    if looked.full.is_none() {
        ledger.put(&row, Expected::Any).await?;
        return Ok(());
    }
    loop {
        let there = ledger.get(&row.pk, &row.sk).await?;
        let expected = there
            .as_ref()
            .map_or(Expected::Absent, |row| Expected::Version(row.version));
        let known = there.and_then(|row| read(row).ok());
        if known.is_some_and(|known| known.order >= looked.order)
            || ledger.put(&row, expected).await?
        {
            return Ok(());
        }
    }
}

/// The newest look at everything that an engine tells of. One that cannot be read is as good as none.
pub(super) async fn last(
    ledger: &impl Table,
    target: &Target,
    engine: &str,
) -> Result<Option<Looked>, LookError> {
    let row = ledger.get(&target.to_string(), &newest(engine)).await?;
    Ok(row.and_then(|row| read(row).ok()))
}

fn read(row: Row) -> Result<Looked, LookError> {
    Ok(serde_json::from_value(Value::Object(row.body))?)
}

/// The looks at a target that are newer than this one, oldest first: none are newer than its end, of which another
/// message could tell nothing else.
pub(super) async fn newer(
    ledger: &impl Table,
    target: &Target,
    looked: &Looked,
) -> Result<Vec<Looked>, LookError> {
    if looked.is_end() {
        return Ok(Vec::new());
    }
    let rows = ledger
        .between(&target.to_string(), &place(&looked.order), LAST)
        .await?;
    let mut newer = Vec::new();
    for row in rows {
        let other = read(row)?;
        if other.order > looked.order {
            newer.push(other);
        }
    }
    newer.sort_by(|a, b| a.order.cmp(&b.order));
    Ok(newer)
}

/// Whether nothing was known of the target before this look. It stays the first, however often it comes.
pub(super) async fn is_first(
    ledger: &impl Table,
    target: &Target,
    id: &str,
) -> Result<bool, LookError> {
    let pk = target.to_string();
    loop {
        if let Some(row) = ledger.get(&pk, FIRST).await? {
            return Ok(row.body.get("look").and_then(Value::as_str) == Some(id));
        }
        let mut body = Map::new();
        body.insert("look".to_owned(), Value::String(id.to_owned()));
        let row = Row {
            pk: pk.clone(),
            sk: FIRST.to_owned(),
            version: 0,
            expires: None,
            body,
        };
        if ledger.put(&row, Expected::Absent).await? {
            return Ok(true);
        }
    }
}
