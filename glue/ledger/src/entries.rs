//! The ledger's entries as they stand in the table.

use std::cmp::Ordering;

use serde_json::Value;
use tracing::error;

use crate::entry::Entry;
use crate::table::{Row, Table, TableError};

/// How the `sk` of an entry begins.
pub const PREFIX: &str = "F#";

/// All that is open, of all targets, worst first. Reads the whole table.
pub async fn open(table: &impl Table) -> Result<Vec<Entry>, TableError> {
    let rows = table.scan(PREFIX).await?;
    let mut open: Vec<Entry> = rows.into_iter().filter_map(read).collect();
    open.retain(Entry::is_open);
    open.sort_by(worst_first);
    Ok(open)
}

/// An entry of a row. One that cannot be read is said in the log: it is not open for anybody then.
fn read(row: Row) -> Option<Entry> {
    let entry = serde_json::from_value(Value::Object(row.body));
    if let Err(why) = &entry {
        error!(row.pk, row.sk, %why, "an entry of the ledger that cannot be read");
    }
    entry.ok()
}

/// The order of lists: worst first, then by target, id, place and key, so that no two are equal.
#[must_use]
pub fn worst_first(a: &Entry, b: &Entry) -> Ordering {
    let place = |one: &Entry| one.fault.severity;
    place(a)
        .cmp(&place(b))
        .then_with(|| a.target.cmp(&b.target))
        .then_with(|| a.fault.id.cmp(&b.fault.id))
        .then_with(|| a.fault.subject.cmp(&b.fault.subject))
        .then_with(|| a.fault.key.cmp(&b.fault.key))
}

/// Entries for tests.
#[cfg(test)]
pub(crate) mod sample {
    use hardtarget_report::Severity;
    use jiff::Timestamp;

    use crate::entry::{Entry, Order, Says, Sighting};
    use crate::fault::Fault;

    /// An open fault of a target, first seen on 1 November 2026 and last on the 20th.
    pub(crate) fn open(target: &str, id: &str, severity: Severity) -> Entry {
        let [first, last] = ["2026-11-01T06:00:00Z", "2026-11-20T06:00:00Z"]
            .map(|text| text.parse::<Timestamp>().unwrap());
        let fault = Fault {
            key: format!("key of {id}"),
            id: id.to_owned(),
            title: format!("Title of {id}"),
            severity,
            subject: String::new(),
            engine: "native".to_owned(),
        };
        let order = Order::new(first, last, "scan-1");
        let sighting = Sighting::new(fault, false);
        let says = Says::Seen(&sighting);
        let entry = Entry::join(None, &target.parse().unwrap(), &order, says).unwrap();
        Entry {
            first_seen: first,
            changed_by: order.id,
            changed_at: Some(last),
            ..entry
        }
    }
}
