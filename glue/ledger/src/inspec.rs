//! InSpec's own JSON report, put in the bucket under `inspec/<instance or name>/<anything>.json`.
//!
//! Controls that failed are open, those that passed are fixed if they were open, and of those that were
//! skipped or are not in the report nothing is known: profiles may be run one by one. What is newer is told
//! by the time at which S3 got the object. A report that cannot be read is said in the log and does not come
//! again.

#[doc(hidden)]
pub mod document;

use anyhow::Context as _;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tracing::{error, info};

use crate::app::App;
use crate::aws::s3::Object;
use crate::change::Source;
use crate::entry::Order;
use crate::record::{LookAt, Looked, LookedFor, Reread, Sight, look, publish};
use crate::target::Target;

/// The largest report, in bytes. One of a thousand controls has a few million.
const LIMIT: usize = 32 << 20;

/// The longest name, in bytes.
const NAME: usize = 128;

/// A report of InSpec has arrived.
pub async fn report(app: &App, key: &str, now: Timestamp) -> anyhow::Result<()> {
    let Some(name) = name(key) else {
        error!(
            key,
            "no place for a report of InSpec: inspec/NAME/FILE.json"
        );
        return Ok(());
    };
    let (object, modified) = app.s3.get_from(&app.config.bucket, key, LIMIT).await?;
    let text = match object {
        Object::Body(text) => text,
        Object::Missing => {
            info!(key, "the report of InSpec is gone");
            return Ok(());
        }
        Object::TooLarge => {
            error!(key, LIMIT, "the report of InSpec is too large");
            return Ok(());
        }
    };
    let (sight, skipped) = match document::read(name, &text) {
        Ok(told) => (sight(&told), told.skipped),
        Err(why) => {
            error!(key, %why, "a report of InSpec that cannot be read");
            return Ok(());
        }
    };
    let at = modified.context("S3 does not say when it got the report")?;
    let at = LookAt {
        target: Target::Instance(name.to_owned()),
        source: Source::Inspec,
        order: Order::new(at, at, look_id(key, at)),
        report: Some(key.to_owned()),
        sight,
    };
    let outcome = look(&app.ledger, &at, &Again(app), app.config.history, now).await?;
    info!(key, skipped, new = outcome.new.len(), "a report of InSpec");
    if let Some(mut change) = outcome.into_change(&at) {
        change.instance = Some(name.to_owned());
        // It is no report of ours: there is no page beside it.
        change.report = None;
        publish(app, change).await?;
    }
    Ok(())
}

/// Reads reports of InSpec again, for looks at an instance that come late.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Again<'a>(pub(crate) &'a App);

impl Reread for Again<'_> {
    async fn again(&self, looked: &Looked) -> anyhow::Result<Option<Sight>> {
        let Self(app) = self;
        let Some(key) = &looked.report else {
            return Ok(None);
        };
        let (object, modified) = app.s3.get_from(&app.config.bucket, key, LIMIT).await?;
        let (Object::Body(text), Some(at), Some(name)) = (object, modified, name(key)) else {
            return Ok(None);
        };
        let told = document::read(name, &text).ok();
        // Another report under the same key is another look: this one says nothing any more.
        let told = told.filter(|_| looked.order.id == look_id(key, at));
        Ok(Some(sight(&told.unwrap_or_default())))
    }
}

fn sight(told: &document::Tells) -> Sight {
    let looked_for = LookedFor::Keys(told.passed.iter().cloned().collect());
    Sight::new(told.failed.iter().cloned(), looked_for)
}

/// Whom the report under a key is about: an instance or whatever it was run on.
fn name(key: &str) -> Option<&str> {
    let (name, file) = key.strip_prefix("inspec/")?.split_once('/')?;
    let fits = |one: u8| one.is_ascii_alphanumeric() || b".-_".contains(&one);
    let is_name = name.len() <= NAME && name.bytes().all(fits);
    let begins = name.starts_with(|one: char| one.is_ascii_alphanumeric());
    (is_name && begins && !file.is_empty()).then_some(name)
}

/// The same for the same object, another for what is put in its place.
fn look_id(key: &str, at: Timestamp) -> String {
    let digest = Sha256::new()
        .chain_update(key)
        .chain_update(at.as_millisecond().to_be_bytes())
        .finalize();
    let id = data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default());
    format!("inspec-{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_that_of_the_folder() {
        for (key, expected) in [
            (
                "inspec/i-0123456789abcdef0/2026-11-21.json",
                Some("i-0123456789abcdef0"),
            ),
            (
                "inspec/build.example.org/nightly/a.json",
                Some("build.example.org"),
            ),
            ("inspec/a.json", None),
            ("inspec//a.json", None),
            ("inspec/../a.json", None),
            ("inspec/a b/a.json", None),
            ("inspec/ü/a.json", None),
            ("reports/web/report.json", None),
        ] {
            assert_eq!(name(key), expected, "{key}");
        }
        assert_eq!(name(&format!("inspec/{}/a.json", "a".repeat(129))), None);
    }

    #[test]
    fn what_is_put_in_its_place_is_another_look() {
        let at = Timestamp::constant(1_795_241_600, 0);
        let later = Timestamp::constant(1_795_241_601, 0);
        let key = "inspec/a/b.json";
        assert_eq!(look_id(key, at), look_id(key, at));
        assert_ne!(look_id(key, at), look_id(key, later));
        assert_ne!(look_id(key, at), look_id("inspec/a/c.json", at));
    }
}
