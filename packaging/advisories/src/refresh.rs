//! Refresh: the feeds are downloaded and built into one file, which takes the place of the one in the
//! bucket. All or nothing: if a feed fails, or less comes out than there was, the old file stays and the
//! refresh fails, loudly.

pub mod config;
pub mod fetch;
pub mod repository;
pub mod store;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde::Serialize;
use tracing::info;

use crate::build::Builder;
use config::{Config, Feed};
use fetch::Client;
use store::{State, Store};

/// The largest feed: 2 GiB. An `updateinfo.xml.gz` has some MB, the largest zip of OSV some hundred.
const LARGEST_FEED: u64 = 2 << 30;

/// The largest list of mirrors and the largest `repomd.xml`: 1 MiB.
const LARGEST_LIST: u64 = 1 << 20;

/// What came of a refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refreshed {
    /// How many feeds it is made of.
    pub feeds: usize,
    /// How many releases it tells of.
    pub sections: usize,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// Does it all, once. `now` is what the feeds are said to be as of.
///
/// # Errors
/// A feed that cannot be had or read, a file with fewer releases than the one of the same feeds that is
/// in the bucket, or what S3 says. The bucket is as it was then.
pub async fn refresh(config: &Config, store: &Store, now: Timestamp) -> anyhow::Result<Refreshed> {
    let client = Client::new();
    let directory = tempfile::tempdir_in(&config.directory)?;
    let mut builder = Builder::default();
    for feed in &config.feeds {
        let about = || format!("the feed {}", feed.url);
        let file = directory.path().join("feed");
        let url = download(&client, feed, &file).await.with_context(about)?;
        let added = builder
            .add(&file, feed.release.as_ref(), Some(now), &mut |_, _| {})
            .with_context(about)?;
        let releases: Vec<&str> = added.releases.iter().map(|one| one.as_str()).collect();
        info!(
            url,
            added.records,
            releases = releases.join(" "),
            "a feed is in"
        );
    }
    let file = directory.path().join("advisories.htadv");
    let sections = write(builder, now, &file)?;
    let state = State {
        sections,
        feeds: config.fingerprint(),
        sha256: fetch::sha256(&file)?,
    };
    if let Some(before) = store.state().await? {
        ensure!(
            before.feeds != state.feeds || before.sections <= state.sections,
            "the same feeds tell of {} releases now, and told of {} before: the old file stays",
            state.sections,
            before.sections
        );
    }
    store.put(&file, &state).await?;
    Ok(Refreshed {
        feeds: config.feeds.len(),
        sections,
        bytes: file.metadata()?.len(),
        sha256: state.sha256,
    })
}

/// Downloads a feed; gives the address of what was downloaded.
async fn download(client: &Client, feed: &Feed, file: &Path) -> anyhow::Result<String> {
    if !feed.is_repository() {
        client.file(&feed.url, file, LARGEST_FEED).await?;
        return Ok(feed.url.clone());
    }
    let list = client.text(&feed.url, LARGEST_LIST).await?;
    let base = repository::base(&list).context("the list names no mirror")?;
    let repomd = format!("{base}repodata/repomd.xml");
    let index = client.text(&repomd, LARGEST_LIST).await?;
    let updates = repository::updateinfo(&index).with_context(|| repomd)?;
    let url = format!("{base}{}", updates.href);
    let sha256 = client.file(&url, file, LARGEST_FEED).await?;
    ensure!(
        sha256 == updates.sha256,
        "{url} has the SHA-256 {sha256}, expected {}",
        updates.sha256
    );
    Ok(url)
}

/// Writes the file; how many releases it tells of.
fn write(builder: Builder, built: Timestamp, path: &Path) -> anyhow::Result<usize> {
    let mut output = BufWriter::new(File::create(path)?);
    let directory = builder.write(built, &mut output)?;
    output.flush()?;
    Ok(directory.sections.len())
}
