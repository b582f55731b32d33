//! Whether a look found only what is known: such a one need not be recorded.
//!
//! Systems Manager is looked at with every run of an association, half-hourly on each instance, and hardly ever
//! has anything changed. A look that would change nothing but times is left out then, as if it had not happened:
//! nothing is written, and the ledger is what it is without it. At least once a day one is recorded, so that
//! `last_seen` is at most a day and a run behind.

use jiff::SignedDuration;

use super::look::{self, LookAt, LookError};
use super::looks;
use super::sight::LookedFor;
use crate::entry::Entry;
use crate::table::Table;

/// How long a look stands for those after it that found the same.
const STANDS: SignedDuration = SignedDuration::from_hours(24);

/// Whether a look at everything that an engine tells of would change nothing but times, less than a day after the
/// last one that was recorded, and has nothing to tell of an attempt before. Of other looks never.
pub async fn is_unchanged(ledger: &impl Table, look: &LookAt) -> Result<bool, LookError> {
    let LookedFor::Engine { name, .. } = look.sight.looked_for() else {
        return Ok(false);
    };
    let Some(last) = looks::last(ledger, &look.target, name).await? else {
        return Ok(false);
    };
    let since = look.order.finished.duration_since(last.order.finished);
    if since >= STANDS {
        return Ok(false);
    }
    let known = look::read(ledger, &look.target).await?;
    let seen = look.sight.keys().all(|key| known.contains_key(key));
    let as_known = |(key, (entry, _)): (&String, &(Option<Entry>, u64))| {
        entry.as_ref().is_some_and(|known| {
            let says = look.sight.says(key, Some(known));
            let joined = Entry::join(Some(known.clone()), &look.target, &look.order, says);
            let same = joined.is_some_and(|joined| is_same(known, &joined));
            same && known.changed_by != look.order.id && known.quietly_by != look.order.id
        })
    };
    Ok(seen && known.iter().all(as_known))
}

/// Whether two differ in times alone.
fn is_same(one: &Entry, other: &Entry) -> bool {
    one.newest.state == other.newest.state
        && one.fault == other.fault
        && one.same_as == other.same_as
        && one.package == other.package
}

#[cfg(test)]
mod tests {
    use hardtarget_report::Severity;
    use jiff::Timestamp;

    use super::*;
    use crate::change::Source;
    use crate::entry::{Order, Sighting};
    use crate::fault::Fault;
    use crate::record::{Nothing, Sight};
    use crate::table::Memory;

    const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 400);

    /// A look at this hour that saw these; `+` before what it found in order.
    fn at(hour: i64, ids: &[&str]) -> LookAt {
        let at = Timestamp::constant(1_795_241_600 + hour * 3_600, 0);
        let (passed, seen): (Vec<&str>, Vec<&str>) = ids.iter().partition(|id| id.starts_with('+'));
        let fault = |id: &str| Fault {
            key: format!("key-{id}"),
            id: id.to_owned(),
            title: format!("Title of {id}"),
            severity: Severity::High,
            subject: String::new(),
            engine: "ssm".to_owned(),
        };
        let passed: Vec<String> = passed.iter().map(|id| fault(&id[1..]).key).collect();
        LookAt {
            target: "instance:i-0abc".parse().unwrap(),
            source: Source::Ssm,
            order: Order::new(at, at, format!("look-{hour}")),
            report: None,
            sight: Sight::new(
                seen.into_iter().map(|id| Sighting::new(fault(id), false)),
                LookedFor::engine("ssm", passed.iter().map(String::as_str)),
            ),
        }
    }

    async fn record(table: &Memory, one: &LookAt) {
        let recorded = look::look(table, one, &Nothing, HISTORY, one.order.finished).await;
        recorded.unwrap();
    }

    #[tokio::test]
    async fn what_is_known_is_unchanged_for_a_day() {
        let table = Memory::default();
        let unchanged =
            async |hour, ids: &[&str]| is_unchanged(&table, &at(hour, ids)).await.unwrap();
        // Nobody has looked yet, so that it is the first.
        assert!(!unchanged(0, &["+a"]).await);
        record(&table, &at(0, &["a", "b", "+c"])).await;
        assert!(unchanged(1, &["a", "b", "+c"]).await);
        assert!(unchanged(23, &["a", "b"]).await);
        for (hour, ids) in [
            (1, &["a"][..]),
            (1, &["a", "b", "c"]),
            (24, &["a", "b", "+c"]),
        ] {
            assert!(!unchanged(hour, ids).await, "{hour} {ids:?}");
        }
        // The one that opened them has to tell it.
        assert!(!unchanged(0, &["a", "b", "+c"]).await);
    }

    #[tokio::test]
    async fn what_another_changed_meanwhile_is_not_unchanged() {
        let table = Memory::default();
        record(&table, &at(0, &["a"])).await;
        let other = |hour, seen: &[&str], passed: &[&str]| {
            let of = |all: &[&str]| all.iter().map(|id| format!("key-{id}")).collect();
            let all = at(hour, seen);
            let sight = Sight::new(
                seen.iter()
                    .filter_map(|id| all.sight.sighting(&format!("key-{id}")).cloned()),
                LookedFor::Keys(of(passed)),
            );
            LookAt { sight, ..all }
        };
        record(&table, &other(1, &["b"], &["a"])).await;
        assert!(!is_unchanged(&table, &at(2, &["a", "b"])).await.unwrap());
        assert!(!is_unchanged(&table, &at(2, &["+b"])).await.unwrap());
        assert!(is_unchanged(&table, &at(2, &["b"])).await.unwrap());
    }
}
