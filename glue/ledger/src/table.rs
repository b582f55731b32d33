//! What is asked of a DynamoDB table: five verbs, so that the ledger's logic runs on a table in memory too.

#[cfg(test)]
pub(crate) mod troubled;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A row. On the wire its body's members stand beside `pk`, `sk`, `version` and `expires`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The partition.
    pub pk: String,
    /// The place in the partition.
    pub sk: String,
    /// Counts the writes; the table counts, not the caller: what is put gets [`Expected::next`].
    pub version: u64,
    /// When DynamoDB may forget it.
    pub expires: Option<Timestamp>,
    /// The rest.
    pub body: Map<String, Value>,
}

/// What has to be there for a write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Anything, or nothing. Only for rows that nobody writes by their version: the count begins anew.
    Any,
    /// Nothing.
    Absent,
    /// The row in this version.
    Version(u64),
}

impl Expected {
    /// The version that a row has once it is written.
    #[must_use]
    pub const fn next(self) -> u64 {
        match self {
            Self::Any | Self::Absent => 1,
            Self::Version(version) => version + 1,
        }
    }
}

/// Why a table did not answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct TableError {
    /// DynamoDB's operation.
    pub operation: &'static str,
    /// What it said.
    pub message: String,
}

/// A table. All reads are strongly consistent.
pub trait Table: Send + Sync {
    /// The row; `None` if there is none.
    fn get(
        &self,
        pk: &str,
        sk: &str,
    ) -> impl Future<Output = Result<Option<Row>, TableError>> + Send;

    /// All rows of a partition whose `sk` begins with `prefix`, by `sk`.
    fn query(
        &self,
        pk: &str,
        prefix: &str,
    ) -> impl Future<Output = Result<Vec<Row>, TableError>> + Send;

    /// All rows of a partition whose `sk` is between two, both included, by `sk`.
    fn between(
        &self,
        pk: &str,
        from: &str,
        to: &str,
    ) -> impl Future<Output = Result<Vec<Row>, TableError>> + Send;

    /// Writes a row; whether what was expected was there. A row whose `expected` is [`Expected::Any`] is
    /// written in any case.
    fn put(
        &self,
        row: &Row,
        expected: Expected,
    ) -> impl Future<Output = Result<bool, TableError>> + Send;

    /// Removes a row, if it is there.
    fn delete(&self, pk: &str, sk: &str) -> impl Future<Output = Result<(), TableError>> + Send;

    /// All rows of the table whose `sk` begins with `prefix`, in no order. Costs a read of the whole table.
    fn scan(&self, prefix: &str) -> impl Future<Output = Result<Vec<Row>, TableError>> + Send;
}

/// A table in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<(String, String), Row>>);

impl Memory {
    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<(String, String), Row>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Table for Memory {
    async fn get(&self, pk: &str, sk: &str) -> Result<Option<Row>, TableError> {
        Ok(self.with(|rows| rows.get(&(pk.to_owned(), sk.to_owned())).cloned()))
    }

    async fn query(&self, pk: &str, prefix: &str) -> Result<Vec<Row>, TableError> {
        let wanted = |row: &&Row| row.pk == pk && row.sk.starts_with(prefix);
        Ok(self.with(|rows| rows.values().filter(wanted).cloned().collect()))
    }

    async fn between(&self, pk: &str, from: &str, to: &str) -> Result<Vec<Row>, TableError> {
        let wanted = |row: &&Row| row.pk == pk && (from..=to).contains(&&*row.sk);
        Ok(self.with(|rows| rows.values().filter(wanted).cloned().collect()))
    }

    async fn put(&self, row: &Row, expected: Expected) -> Result<bool, TableError> {
        let key = (row.pk.clone(), row.sk.clone());
        Ok(self.with(|rows| {
            let there = rows.get(&key).map(|row| row.version);
            let fits = match expected {
                Expected::Any => true,
                Expected::Absent => there.is_none(),
                Expected::Version(version) => there == Some(version),
            };
            if fits {
                let version = expected.next();
                let row = row.clone();
                rows.insert(key, Row { version, ..row });
            }
            fits
        }))
    }

    async fn delete(&self, pk: &str, sk: &str) -> Result<(), TableError> {
        self.with(|rows| rows.remove(&(pk.to_owned(), sk.to_owned())));
        Ok(())
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Row>, TableError> {
        let wanted = |row: &&Row| row.sk.starts_with(prefix);
        Ok(self.with(|rows| rows.values().filter(wanted).cloned().collect()))
    }
}
