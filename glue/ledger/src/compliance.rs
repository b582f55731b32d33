//! Systems Manager's compliance items: what an association of State Manager found on instances.
//!
//! Each event of an association that has run makes the ledger look at the instances that it names, or at all
//! that have items, if it names none (tags, groups, `*`). A look is at one instance and one type of items
//! (`Custom:InSpec` and whatever else the settings name); what it does not show any more is fixed. An instance
//! without items of a type was not looked at: silence is not compliance. If there is more than one instance,
//! each gets a message of its own on the ledger's queue, so that a thousand are as good as one.
//!
//! Systems Manager tells the present state only, whenever it is asked: the place of a look among the others is
//! the time at which it asks, not that of the event. An event may come again, since something failed or SQS
//! hands it over twice. As long as nothing was told for it, it is looked at anew, by the same id: what was
//! changed before it broke off is told then. Once there is something to tell under its id, which can be written
//! only once, the event has done its part, and what has come up since is for the events that follow.

#[doc(hidden)]
pub mod event;
#[doc(hidden)]
pub mod items;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tracing::{error, info};

use crate::app::App;
use crate::change::{self, Source};
use crate::entry::{Order, Sighting};
use crate::inspec::Again;
use crate::instance_id::is_instance;
use crate::record::{LookAt, LookedFor, Sight, is_unchanged, look, publish_under};
use crate::target::Target;

use event::{Ran, Whose};

/// An association ran. An event that cannot be read is said in the log and does not come again.
pub async fn changed(app: &App, event: &serde_json::Value, now: Timestamp) -> anyhow::Result<()> {
    let ran = match event::read(event) {
        Ok(ran) => ran,
        Err(why) => {
            error!(why, "an event of State Manager that cannot be read");
            return Ok(());
        }
    };
    let instances = match &ran.whose {
        Whose::Nobody => return Ok(()),
        Whose::Instances(instances) => instances.clone(),
        Whose::Anybody => with_items(app).await?,
    };
    info!(
        ran.event,
        instances = instances.len(),
        "an association has run"
    );
    let mut failed = None;
    match Vec::from_iter(&instances).as_slice() {
        [instance] => {
            for spellings in types(&app.config.compliance_types).values() {
                // The others are looked at all the same: next time there is less to do.
                let done = look_at(app, &ran, instance, spellings, now).await;
                failed = failed.or_else(|| done.err());
            }
        }
        many => {
            let messages = many.iter().map(|one| ran.about(one).to_string());
            app.own_queue.send_all(messages.collect()).await?;
        }
    }
    failed.map_or(Ok(()), Err)
}

/// The instances that have items of any type that is wanted.
async fn with_items(app: &App) -> anyhow::Result<BTreeSet<String>> {
    let mut instances = BTreeSet::new();
    for one in &app.config.compliance_types {
        let all = app.ssm.instances_with(one).await?;
        instances.extend(all.into_iter().filter(|id| is_instance(id)));
    }
    Ok(instances)
}

/// Types of items, each by its lower case in all its spellings: whether Systems Manager's filter minds the case,
/// its manual does not say.
fn types(all: &[String]) -> BTreeMap<String, Vec<&str>> {
    let mut types: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in all {
        types
            .entry(one.to_ascii_lowercase())
            .or_default()
            .push(one.as_str());
    }
    types
}

/// The same when the event comes again.
fn look_id(event: &str, instance: &str, compliance_type: &str) -> String {
    let digest = Sha256::digest(compliance_type.to_ascii_lowercase());
    let of_type = data_encoding::HEXLOWER.encode(digest.get(..4).unwrap_or_default());
    format!("ssm-{event}-{instance}-{of_type}")
}

/// Looks at an instance's items of one type, in all its spellings.
async fn look_at(
    app: &App,
    ran: &Ran,
    instance: &str,
    spellings: &[&str],
    now: Timestamp,
) -> anyhow::Result<()> {
    let compliance_type = spellings.first().copied().unwrap_or_default();
    let mut items = Vec::new();
    for one in spellings {
        let some = app.ssm.compliance_items(instance, one).await;
        items.extend(some.with_context(|| format!("{one} of {instance}"))?);
    }
    if items.is_empty() {
        info!(instance, compliance_type, "no items: not looked at");
        return Ok(());
    }
    let faults = items::faults(instance, &items);
    let passed = items::passed(instance, &items);
    let seen = faults.into_iter().map(|one| Sighting::new(one, false));
    let looked_for = LookedFor::engine(
        items::engine(compliance_type),
        passed.iter().map(String::as_str),
    );
    let id = look_id(&ran.event, instance, compliance_type);
    // By the event's time, which is the same when it comes again.
    let key = change::key(ran.time, &id);
    let at = LookAt {
        target: Target::Instance(instance.to_owned()),
        source: Source::Ssm,
        order: Order::new(now, now, id),
        report: None,
        sight: Sight::new(seen, looked_for),
    };
    // Associations run every half hour.
    if is_unchanged(&app.ledger, &at).await? {
        info!(instance, compliance_type, "as it was");
        return Ok(());
    }
    if app.s3.head(&app.config.bucket, &key).await?.is_some() {
        info!(instance, compliance_type, key, "is told already");
        return Ok(());
    }
    let outcome = look(&app.ledger, &at, &Again(app), app.config.history, now).await?;
    // What has not changed is not told, not even as such.
    if outcome.is_empty() {
        return Ok(());
    }
    if let Some(mut change) = outcome.into_change(&at) {
        change.instance = Some(instance.to_owned());
        publish_under(app, &key, change).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_differ_in_case_are_one_type() {
        let all = ["Custom:InSpec", "Patch", "Custom:Inspec"].map(ToOwned::to_owned);
        let types = types(&all);
        assert_eq!(types["custom:inspec"], ["Custom:InSpec", "Custom:Inspec"]);
        assert_eq!(types["patch"], ["Patch"]);
        let id = |compliance_type| look_id("e", "i-12345678", compliance_type);
        assert_eq!(id("Custom:InSpec"), id("Custom:Inspec"));
        assert_ne!(id("Custom:InSpec"), id("Patch"));
    }
}
