//! Writing the page: `fleet.html` at the root of the bucket, so that its links to `reports/…` are relative.
//!
//! Two functions may write at once, and the one that read the table first may write last. So whoever has
//! changed the table raises a counter, and whoever has written looks whether it has moved since they read.

use std::future::Future;

use anyhow::bail;
use jiff::Timestamp;

use super::html::html;
use super::model::{Fleet, Input};
use super::rows;
use crate::aws::s3::S3;
use crate::table::Table;

/// The page's key.
pub const KEY: &str = "fleet.html";
/// How often the page is written by one who finds each time that it is not the newest any more.
const ATTEMPTS: usize = 5;

/// Where the page goes.
pub trait Shelf: Sync {
    /// Puts the page in the place of what is there.
    fn put(&self, page: String) -> impl Future<Output = anyhow::Result<()>> + Send;
}

impl Shelf for S3 {
    async fn put(&self, page: String) -> anyhow::Result<()> {
        let page = page.into_bytes();
        Ok(Self::put(self, KEY, "text/html; charset=utf-8", page).await?)
    }
}

/// Writes the page after a change of the table, until it shows the newest state. An error means that it may
/// not: others change the table all the time, or AWS does not answer; trying again helps.
pub async fn rewrite(table: &impl Table, shelf: &impl Shelf, now: Timestamp) -> anyhow::Result<()> {
    rows::raise(table).await?;
    for _ in 0..ATTEMPTS {
        let version = rows::version(table).await?;
        let (assessments, images) = rows::all(table, now).await?;
        let inputs = assessments.into_iter().map(|(family, assessment)| Input {
            link: link(&assessment.report),
            family,
            assessment,
        });
        let fleet = Fleet::new(inputs.collect(), images);
        shelf.put(html(&fleet, now)).await?;
        if rows::version(table).await? == version {
            return Ok(());
        }
    }
    bail!("the fleet changes faster than its page is written")
}

/// The link to the page beside a `report.json`, from the root of the bucket.
fn link(key: &str) -> String {
    let page = key.strip_suffix(".json").unwrap_or(key);
    let segments: Vec<String> = page.split('/').map(super::html::encoded).collect();
    format!("{}.html", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use hardtarget_report::sample;
    use jiff::SignedDuration;

    use super::super::rows::{Assessment, put_assessment};
    use super::*;
    use crate::table::Memory;

    const AT: Timestamp = Timestamp::constant(1_795_241_701, 0);

    async fn add(table: &Memory, family: &str) {
        let key = format!("reports/{family}/ami-1/20261121T061501Z/report.json");
        let one = Assessment::of(&sample::typical(), "ami-1", AT, &key);
        let history = SignedDuration::from_hours(24);
        put_assessment(table, family, &one, history).await.unwrap();
    }

    /// Somebody else adds a family each time before the page is put, as often as `more` says.
    struct Busy<'a> {
        table: &'a Memory,
        more: Mutex<u32>,
        pages: Mutex<Vec<String>>,
    }

    impl Shelf for Busy<'_> {
        async fn put(&self, page: String) -> anyhow::Result<()> {
            let more = {
                let mut more = self.more.lock().unwrap();
                *more = more.saturating_sub(1);
                *more
            };
            if more > 0 {
                add(self.table, &format!("other-{more}")).await;
                rows::raise(self.table).await?;
            }
            self.pages.lock().unwrap().push(page);
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_was_added_while_the_page_was_written_is_on_the_last_one() {
        let table = Memory::default();
        add(&table, "web").await;
        let busy = |more| Busy {
            table: &table,
            more: Mutex::new(more),
            pages: Mutex::default(),
        };
        let shelf = busy(3);
        rewrite(&table, &shelf, AT).await.unwrap();
        let pages = shelf.pages.into_inner().unwrap();
        assert_eq!(pages.len(), 3);
        for family in ["web", "other-1", "other-2"] {
            let page = pages.last().unwrap();
            let href = format!("href=\"reports/{family}/ami-1/20261121T061501Z/report.html\"");
            assert!(page.contains(&href), "{family}");
        }
        let error = rewrite(&table, &busy(100), AT).await.unwrap_err();
        assert!(error.to_string().contains("changes faster"), "{error}");
    }
}
