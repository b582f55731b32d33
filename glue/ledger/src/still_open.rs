//! All that is open is told again each month to Security Hub, which forgets what it does not hear of.
//!
//! It deletes an active finding that was not updated for 90 days, and an archived one after 30 (Security Hub User
//! Guide, "Creating and updating findings in Security Hub CSPM"): what is open for longer would look as if it were
//! fixed. So this is no news for people, and only Security Hub is told; the schedule is there with it alone, whether
//! there is a month's list or not. One turn may fail altogether: the next comes well before 90 days are over.
//!
//! What is fixed, waived or gone is archived already, and not told again. Nor is what is snoozed: what Security Hub
//! knows of it stays as it is, is forgotten 90 days after it was told last, and is imported again when the snooze is
//! over. [`Told::again`] sees to it that nothing comes back that is fixed or waived while this is under way, or before
//! it is told.
//!
//! The function that tells cannot read the entries. It gets them as objects under `changes/`: a target's entries are
//! in one object, and what object that is follows from its name alone, so that a turn that broke off and begins anew
//! on the same day neither leaves anything out nor writes again what is there.

use std::collections::BTreeMap;

use anyhow::Context as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use hardtarget_report::clean_line;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tracing::info;

use crate::app::App;
use crate::change::{self, News, Source, StillOpen, StillOpenAt, Told};
use crate::entries;
use crate::entry::{Entry, Order};
use crate::published::key::ReportKey;
use crate::record::{self, Looked};
use crate::snooze::{Snoozes, day};
use crate::target::Target;

/// How many looks are read again at a time.
const AT_A_TIME: usize = 8;

/// What of a target was seen last by one look.
type Looks = BTreeMap<(Target, Order), Vec<Told>>;

/// Writes down all that is open and not snoozed.
pub async fn list(app: &App, now: Timestamp) -> anyhow::Result<()> {
    let snoozes = Snoozes::load(&app.ledger).await?;
    let open = entries::open(&app.ledger).await?;
    let looks = looks(&open, &snoozes, now);
    info!(entries = open.len(), looks = looks.len(), "still open");
    let found = looks
        .into_iter()
        .map(|((target, order), open)| found(app, target, order, open));
    let found: Vec<_> = found.collect();
    let found = stream::iter(found).buffered(AT_A_TIME);
    for (part, found) in parts(found.try_collect().await?) {
        let key = change::key(now, &format!("still-open-{}-{part:02x}", day(now)));
        let news = News::StillOpen(StillOpen {
            version: 1,
            at: now,
            found,
        });
        let body = serde_json::to_vec(&news).context("what is still open")?;
        app.s3.put_once(&key, "application/json", body).await?;
    }
    Ok(())
}

/// All that is open and not snoozed, by the look that saw it last: it says where it can be read about.
fn looks(open: &[Entry], snoozes: &Snoozes, now: Timestamp) -> Looks {
    let today = day(now);
    let mut looks = Looks::new();
    for one in open {
        if !snoozes.covers(&one.target, &one.fault, today) {
            let look = (one.target.clone(), one.seen.clone());
            let told = Told::again(one, now);
            looks.entry(look).or_default().push(told);
        }
    }
    looks
}

/// What a look found, with what is known of it: less if it was longer ago than the ledger keeps history.
async fn found(
    app: &App,
    target: Target,
    order: Order,
    open: Vec<Told>,
) -> anyhow::Result<StillOpenAt> {
    let looked = Looked::read(&app.ledger, &target, &order).await?;
    let source = looked.as_ref().map_or(Source::Snooze, |one| one.source);
    // InSpec's reports have no page beside them: their keys are none of ours.
    let report = looked.and_then(|one| one.report);
    let report = report.filter(|key| ReportKey::parse(key).is_some());
    let mut found = StillOpenAt {
        instance: match &target {
            Target::Instance(id) => Some(id.clone()),
            Target::Family(_) | Target::Ami(_) => None,
        },
        target,
        source,
        ami: None,
        ami_name: None,
        report: None,
        open,
    };
    if let Some(key) = report.as_deref().and_then(ReportKey::parse) {
        let name = record::image(app, &key).await?.and_then(|one| one.name);
        found.ami = Some(key.ami.to_owned());
        found.ami_name = name.map(|name| clean_line(&name, 200));
    }
    Ok(StillOpenAt { report, ..found })
}

/// In which object what belongs. They are so many that each is told in seconds, however large the fleet is.
fn parts(all: Vec<StillOpenAt>) -> BTreeMap<u8, Vec<StillOpenAt>> {
    let mut parts: BTreeMap<u8, Vec<StillOpenAt>> = BTreeMap::new();
    for one in all {
        let digest = Sha256::digest(one.target.to_string());
        let part = digest.first().copied().unwrap_or_default();
        parts.entry(part).or_default().push(one);
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hardtarget_report::Severity;
    use jiff::civil::date;

    use super::*;
    use crate::entries::sample;
    use crate::snooze::Snooze;

    fn now() -> Timestamp {
        "2026-12-01T03:17:00Z".parse().unwrap()
    }

    #[test]
    fn all_that_is_open_but_what_is_snoozed_by_the_look_that_saw_it_last() {
        let until = date(2027, 3, 31);
        let snooze = Snooze::new("db", "HT-*", "Waits", "ops@example.org", until, now());
        let mut later = sample::open("family:web", "HT-FS-001", Severity::Low);
        later.seen.id = "scan-2".to_owned();
        let open = [
            sample::open("family:web", "CVE-2026-1", Severity::Critical),
            sample::open("family:db", "HT-SSH-001", Severity::High),
            sample::open("family:db", "CVE-2026-1", Severity::High),
            later,
        ];
        let looks = looks(&open, &[snooze].into_iter().collect(), now());
        let ids: Vec<_> = looks
            .iter()
            .map(|((target, order), open)| {
                let ids = open.iter().map(|one| one.fault.id.as_str());
                (target.name(), order.id.as_str(), ids.collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(
            ids,
            [
                ("db", "scan-1", vec!["CVE-2026-1"]),
                ("web", "scan-1", vec!["CVE-2026-1"]),
                ("web", "scan-2", vec!["HT-FS-001"]),
            ]
        );
    }

    #[test]
    fn a_target_is_in_one_part_and_no_part_is_large() {
        let of = |target: String, source| StillOpenAt {
            target: Target::Instance(target),
            source,
            ami: None,
            ami_name: None,
            instance: None,
            report: None,
            open: Vec::new(),
        };
        let all = (0..5_000).flat_map(|number| {
            [Source::Ssm, Source::Inspec].map(|source| of(format!("i-{number:017x}"), source))
        });
        let parts = parts(all.collect());
        let targets = |part: &Vec<StillOpenAt>| -> BTreeSet<Target> {
            part.iter().map(|one| one.target.clone()).collect()
        };
        let known: usize = parts.values().map(|part| targets(part).len()).sum();
        assert_eq!(known, 5_000);
        assert!(parts.values().all(|part| targets(part).len() < 60));
    }
}
