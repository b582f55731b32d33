//! A run over the golden list, in the table: one run at a time, and one row for what came of each AMI.
//!
//! - pk `golden`, sk `run`: the newest run, open or over. Writes of it are conditional on its version.
//! - pk `golden`, sk `<run>#<ami>`: what came of an AMI. The first write counts, whoever is late is not heard.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tracing::error;

use super::list::Wanted;
use super::outcome::Outcome;
use crate::change;
use crate::table::{Expected, Row, Table, TableError};

const PK: &str = "golden";
const NEWEST: &str = "run";

/// How long what came of the AMIs is kept after a run's start.
const KEPT: SignedDuration = SignedDuration::from_hours(40 * 24);

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it began, to the millisecond: `20261121T060000123Z`. No two runs have the same.
    pub run: String,
    /// When it began.
    pub started: Timestamp,
    /// When what is missing is given up.
    pub until: Timestamp,
    /// Whether it is still waited for.
    pub open: bool,
    /// Whether all orders are on the launch queue.
    pub sent: bool,
    /// What is to be assessed, in the order of the list.
    pub wanted: Vec<Wanted>,
    /// What is wrong with the list.
    pub problems: Vec<String>,
}

/// The newest run with the version of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// The run; `None` if there never was one.
    pub run: Option<Run>,
    version: Expected,
}

impl Newest {
    /// The run, if it is open.
    #[must_use]
    pub fn open(&self) -> Option<&Run> {
        self.run.as_ref().filter(|run| run.open)
    }
}

impl Run {
    /// A run that begins now, after `last`.
    #[must_use]
    pub fn begin(
        now: Timestamp,
        last: Option<&Self>,
        patience: SignedDuration,
        wanted: Vec<Wanted>,
        problems: Vec<String>,
    ) -> Self {
        let after = last.and_then(|run| {
            let millisecond = SignedDuration::from_millis(1);
            run.started.checked_add(millisecond).ok()
        });
        let started = now.max(after.unwrap_or(now));
        Self {
            run: started.strftime("%Y%m%dT%H%M%S%3fZ").to_string(),
            started,
            until: started.saturating_add(patience).unwrap_or(started),
            open: true,
            sent: false,
            wanted,
            problems,
        }
    }

    /// The key of the object that tells of it.
    #[must_use]
    pub fn key(&self) -> String {
        let month = self.started.strftime("%Y/%m");
        format!("{}{month}/golden-{}.json", change::PREFIX, self.run)
    }

    /// Whether it waits for this AMI.
    #[must_use]
    pub fn wants(&self, ami: &str) -> bool {
        self.wanted.iter().any(|one| one.ami == ami)
    }

    /// Whether an AMI got its status in this run, and not before. Statuses may be told to the second.
    #[must_use]
    pub fn has_begun_by(&self, since: Timestamp) -> bool {
        since.as_second() >= self.started.as_second()
    }
}

/// The newest run. A row that cannot be read, which only another version of this program can have written,
/// is as good as none.
pub async fn newest(table: &impl Table) -> Result<Newest, TableError> {
    let Some(row) = table.get(PK, NEWEST).await? else {
        return Ok(Newest {
            run: None,
            version: Expected::Absent,
        });
    };
    let run = Run::deserialize(Value::Object(row.body))
        .inspect_err(|error| error!(%error, "the row of the newest golden run cannot be read"));
    Ok(Newest {
        run: run.ok(),
        version: Expected::Version(row.version),
    })
}

/// Writes a run in the place of the newest; whether nobody else has written since.
pub async fn put(table: &impl Table, run: &Run, newest: &Newest) -> Result<bool, TableError> {
    let row = Row {
        pk: PK.to_owned(),
        sk: NEWEST.to_owned(),
        version: match newest.version {
            Expected::Version(version) => version,
            Expected::Any | Expected::Absent => 0,
        },
        expires: None,
        body: body(run),
    };
    table.put(&row, newest.version).await
}

/// Changes a run, unless it is over or another has begun.
pub async fn change(
    table: &impl Table,
    run: &Run,
    change: impl Fn(&mut Run),
) -> Result<(), TableError> {
    loop {
        let newest = newest(table).await?;
        let Some(there) = newest.open().filter(|there| there.run == run.run) else {
            return Ok(());
        };
        let mut changed = there.clone();
        change(&mut changed);
        if changed == *there || put(table, &changed, &newest).await? {
            return Ok(());
        }
    }
}

/// Notes what came of an AMI, unless that is known already.
pub async fn note(
    table: &impl Table,
    run: &Run,
    ami: &str,
    outcome: &Outcome,
) -> Result<(), TableError> {
    let row = Row {
        pk: PK.to_owned(),
        sk: format!("{}#{ami}", run.run),
        version: 0,
        expires: run.started.checked_add(KEPT).ok(),
        body: body(outcome),
    };
    table.put(&row, Expected::Absent).await?;
    Ok(())
}

/// Whether it is known what came of an AMI.
pub async fn is_noted(table: &impl Table, run: &Run, ami: &str) -> Result<bool, TableError> {
    let row = table.get(PK, &format!("{}#{ami}", run.run)).await?;
    Ok(row.is_some())
}

/// What came of the AMIs, as far as it is known.
pub async fn outcomes(
    table: &impl Table,
    run: &Run,
) -> Result<BTreeMap<String, Outcome>, TableError> {
    let prefix = format!("{}#", run.run);
    let rows = table.query(PK, &prefix).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let ami = row.sk.strip_prefix(&prefix)?.to_owned();
            let outcome = Outcome::deserialize(Value::Object(row.body));
            Some((ami, outcome.unwrap_or_default()))
        })
        .collect())
}

fn body(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(body)) => body,
        _ => Map::new(),
    }
}
