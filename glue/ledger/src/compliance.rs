//! Systems Manager's compliance items: what an association of State Manager found on instances.
//!
//! Each event of an association that has run makes the ledger look at the instances that it names, or at all
//! that have items, if it names none (tags, groups, `*`). A look is at one instance and one type of items
//! (`Custom:Inspec` and whatever else the settings name); what it does not show any more is fixed. An instance
//! without items of a type was not looked at: silence is not compliance.

#[doc(hidden)]
pub mod event;
#[doc(hidden)]
pub mod items;

use std::collections::BTreeSet;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tracing::{error, info};

use crate::app::App;
use crate::change::Source;
use crate::entry::{Order, Sighting};
use crate::inspec::Again;
use crate::instance_id::is_instance;
use crate::record::{LookAt, LookedFor, Sight, look, publish};
use crate::target::Target;

use event::Whose;

/// How many instances are looked at at a time. Systems Manager takes few such calls a second.
const AT_A_TIME: usize = 4;

/// An association ran. An event that cannot be read is said in the log and does not come again.
pub async fn changed(app: &App, event: &serde_json::Value, now: Timestamp) -> anyhow::Result<()> {
    let ran = match event::read(event) {
        Ok(ran) => ran,
        Err(why) => {
            error!(why, "an event of State Manager that cannot be read");
            return Ok(());
        }
    };
    let mut looks: BTreeSet<(String, &str)> = BTreeSet::new();
    for one in &app.config.compliance_types {
        let instances: Vec<String> = match &ran.whose {
            Whose::Nobody => return Ok(()),
            Whose::Instances(instances) => instances.iter().cloned().collect(),
            Whose::Anybody => app.ssm.instances_with(one).await?,
        };
        let valid = instances.into_iter().filter(|id| is_instance(id));
        looks.extend(valid.map(|id| (id, one.as_str())));
    }
    info!(ran.event, looks = looks.len(), "an association has run");
    let looks = looks.into_iter().map(|(instance, compliance_type)| {
        let id = look_id(&ran.event, &instance, compliance_type);
        async move { look_at(app, &instance, compliance_type, id, now).await }
    });
    let looks: Vec<_> = looks.collect();
    let mut looks = futures_util::stream::iter(looks).buffer_unordered(AT_A_TIME);
    let mut failed = None;
    // The others are looked at all the same: next time there is less to do.
    while let Some(done) = looks.next().await {
        failed = failed.or_else(|| done.err());
    }
    failed.map_or(Ok(()), Err)
}

/// The same when the event comes again: what was changed before it broke off is told then.
fn look_id(event: &str, instance: &str, compliance_type: &str) -> String {
    let digest = Sha256::digest(compliance_type);
    let of_type = data_encoding::HEXLOWER.encode(digest.get(..4).unwrap_or_default());
    format!("ssm-{event}-{instance}-{of_type}")
}

async fn look_at(
    app: &App,
    instance: &str,
    compliance_type: &str,
    id: String,
    now: Timestamp,
) -> anyhow::Result<()> {
    let items = app.ssm.compliance_items(instance, compliance_type).await;
    let items = items.with_context(|| format!("{compliance_type} of {instance}"))?;
    if items.is_empty() {
        info!(instance, compliance_type, "no items: not looked at");
        return Ok(());
    }
    let faults = items::faults(instance, compliance_type, &items);
    let seen = faults.into_iter().map(|one| Sighting::new(one, false));
    let looked_for = LookedFor::Engine(items::engine(compliance_type));
    let at = LookAt {
        target: Target::Instance(instance.to_owned()),
        source: Source::Ssm,
        order: Order::new(now, now, id),
        report: None,
        sight: Sight::new(seen, looked_for),
    };
    let outcome = look(&app.ledger, &at, &Again(app), app.config.history, now).await?;
    // Associations run every half hour: what has not changed is not told, not even as such.
    if outcome.is_empty() {
        return Ok(());
    }
    if let Some(mut change) = outcome.into_change(&at) {
        change.instance = Some(instance.to_owned());
        publish(app, change, now).await?;
    }
    Ok(())
}
