//! The rows that tell who was told what: `told`, the change's id, and for each channel when.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::table::{Expected, Row, Table, TableError};

/// The partition of these rows.
pub const PARTITION: &str = "told";

/// How long a row is kept: longer than a message can come again, in the queue (14 days at most) and out of
/// the dead letters (as long again).
const KEPT: SignedDuration = SignedDuration::from_hours(40 * 24);

/// How often a row is tried to be written while others write it.
const TRIES: u32 = 10;

/// Who was told of a change, and when.
pub async fn read(table: &impl Table, id: &str) -> Result<BTreeMap<String, Value>, TableError> {
    let row = table.get(PARTITION, id).await?;
    let told = row.map(|row| row.body.into_iter().collect());
    Ok(told.unwrap_or_default())
}

/// Notes that a channel was told.
pub async fn mark(
    table: &impl Table,
    id: &str,
    channel: &str,
    now: Timestamp,
) -> Result<(), TableError> {
    for _ in 0..TRIES {
        let there = table.get(PARTITION, id).await?;
        let expected = there
            .as_ref()
            .map_or(Expected::Absent, |row| Expected::Version(row.version));
        let mut row = there.unwrap_or_else(|| Row {
            pk: PARTITION.to_owned(),
            sk: id.to_owned(),
            version: 0,
            expires: None,
            body: Map::new(),
        });
        let at = Value::String(now.to_string());
        row.body.insert(channel.to_owned(), at);
        row.expires = now.checked_add(KEPT).ok();
        if table.put(&row, expected).await? {
            return Ok(());
        }
    }
    Err(TableError {
        operation: "PutItem",
        message: format!("the row {PARTITION} {id} was changed by others {TRIES} times"),
    })
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::table::Memory;

    #[tokio::test]
    async fn each_channel_is_noted_beside_the_others() {
        let table = Memory::default();
        let now = "2026-11-21T06:14:50Z".parse().unwrap();
        assert!(read(&table, "a").await.unwrap().is_empty());
        let marks = ["sns", "slack", "security_hub", "slack"];
        for done in join_all(marks.map(|channel| mark(&table, "a", channel, now))).await {
            done.unwrap();
        }
        let told = read(&table, "a").await.unwrap();
        assert_eq!(
            told.keys().collect::<Vec<_>>(),
            ["security_hub", "slack", "sns"]
        );
        assert_eq!(told["sns"], "2026-11-21T06:14:50Z");
        assert!(read(&table, "b").await.unwrap().is_empty());
        let row = table.get(PARTITION, "a").await.unwrap().unwrap();
        assert_eq!(row.expires.unwrap().to_string(), "2026-12-31T06:14:50Z");
    }
}
