//! cloud-init and the agents of the cloud.

pub(crate) mod cloudwatch;
pub(crate) mod root_login;
pub(crate) mod ssh_passwords;
pub(crate) mod ssm;
pub(crate) mod ssm_identity;

use super::{Fault, Judged, Verdict};
use crate::facts::Facts;
use crate::facts::cloud_init::Value;

/// A fault if cloud-init's configuration sets `key` to what `is_bad` takes.
fn cloud_init(facts: &Facts, key: &str, is_bad: fn(&Value) -> bool) -> Judged {
    let settings = facts.cloud_init.as_ref()?;
    let bad = settings.get(key).filter(|value| is_bad(value));
    Ok(Verdict::from_faults(bad.map(|set| {
        let line = format!(
            "{}, line {}: {key}: {}",
            set.path.display(),
            set.line,
            set.value
        );
        Fault::new(key, line)
    })))
}
