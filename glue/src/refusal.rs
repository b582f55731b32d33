//! That an AMI that somebody asked for is not assessed, as others read it from the bucket. An AMI that there is
//! has its `image.json`; this is for one that there is not, or that is none of anybody's business.

use hardtarget_report::refusal::{Refusal, key};

use crate::app::{App, now};
use crate::event::{By, Order};
use crate::launch::Outcome;
use hardtarget_aws::id::AmiId;

/// Says so if an order came to nothing: one by hand that asks for another assessment in any case, as those of a
/// golden list do. Somebody waits for the answer to it.
pub async fn put(app: &App, ami: &AmiId, order: &Order, outcome: &Outcome) -> anyhow::Result<()> {
    let (Outcome::Nothing(reason), By::Hand { again: true }) = (outcome, order.by) else {
        return Ok(());
    };
    let refusal = Refusal {
        version: 1,
        ami: ami.to_string(),
        reason: reason.clone(),
        since: now(),
    };
    let body = serde_json::to_vec(&refusal)?;
    let key = key(ami.as_str());
    Ok(app.s3.put(&key, "application/json", body).await?)
}
