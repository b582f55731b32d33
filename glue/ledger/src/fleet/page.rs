//! Writing the page: `fleet.html` at the root of the bucket, so that its links to `reports/…` are relative.
//!
//! Two functions may change the fleet at once, and the one that was first may write the page last. So whoever has
//! written the page looks whether what it was made of is still what there is.

use std::future::Future;

use anyhow::bail;
use jiff::{SignedDuration, Timestamp};

use super::html::html;
use super::state::State;
use crate::aws::s3::{Object, S3};

/// The page's key.
pub const PAGE: &str = "fleet.html";
/// The key of what it is made of.
pub const STATE: &str = "fleet.json";
/// The longest state that is read: some 100,000 images.
const LONGEST: usize = 128 << 20;
/// How often a change is tried that somebody else was faster with.
const JOINS: usize = 20;
/// How often the page is written by one who finds each time that it is not the newest any more.
const WRITES: usize = 5;

/// Where the page stands, and what it is made of.
pub trait Shelf: Sync {
    /// The state and its ETag; `None` before the first change.
    fn state(&self) -> impl Future<Output = anyhow::Result<Option<(State, String)>>> + Send;

    /// The state's ETag alone.
    fn tag(&self) -> impl Future<Output = anyhow::Result<Option<String>>> + Send;

    /// Puts the state in the place of the one with this ETag, or where there is none; gives its own, or `None`
    /// if somebody else was faster.
    fn replace(
        &self,
        state: &State,
        there: Option<&str>,
    ) -> impl Future<Output = anyhow::Result<Option<String>>> + Send;

    /// Puts the page in the place of what is there.
    fn put(&self, page: String) -> impl Future<Output = anyhow::Result<()>> + Send;
}

impl Shelf for S3 {
    async fn state(&self) -> anyhow::Result<Option<(State, String)>> {
        let (object, tag) = self.get_tagged(STATE, LONGEST).await?;
        match object {
            Object::Missing => Ok(None),
            Object::TooLarge => bail!("{STATE} is longer than {} MiB", LONGEST >> 20),
            Object::Body(text) => Ok(Some((State::read(&text)?, tag))),
        }
    }

    async fn tag(&self) -> anyhow::Result<Option<String>> {
        Ok(Self::tag(self, STATE).await?)
    }

    async fn replace(&self, state: &State, there: Option<&str>) -> anyhow::Result<Option<String>> {
        let text = state.text()?;
        Ok(Self::replace(self, STATE, "application/json", text, there).await?)
    }

    async fn put(&self, page: String) -> anyhow::Result<()> {
        let page = page.into_bytes();
        Ok(Self::put(self, PAGE, "text/html; charset=utf-8", page).await?)
    }
}

/// Changes the state, forgets what is older than `history`, and writes the page until it shows the newest state. An
/// error means that it may not: others change it all the time, or AWS does not answer; trying again helps.
pub async fn change(
    shelf: &impl Shelf,
    now: Timestamp,
    history: SignedDuration,
    change: impl Fn(&mut State) + Send + Sync,
) -> anyhow::Result<()> {
    let before = now.saturating_sub(history)?;
    let mut newest = join(shelf, |state| {
        change(state);
        state.forget(before);
    })
    .await?;
    for _ in 0..WRITES {
        let (state, tag) = newest;
        shelf.put(html(&state.fleet(), now)).await?;
        if shelf.tag().await?.as_ref() == Some(&tag) {
            return Ok(());
        }
        newest = shelf.state().await?.unwrap_or_default();
    }
    bail!("the fleet changes faster than its page is written")
}

/// What there is after a change, with its ETag.
async fn join(
    shelf: &impl Shelf,
    change: impl Fn(&mut State) + Send + Sync,
) -> anyhow::Result<(State, String)> {
    for _ in 0..JOINS {
        let there = shelf.state().await?;
        let mut state = there.as_ref().map(|(state, _)| state.clone());
        let state = state.get_or_insert_default();
        change(state);
        match there {
            // The same event again.
            Some((known, tag)) if known == *state => return Ok((known, tag)),
            there => {
                let tag = there.map(|(_, tag)| tag);
                if let Some(tag) = shelf.replace(state, tag.as_deref()).await? {
                    return Ok((std::mem::take(state), tag));
                }
            }
        }
    }
    bail!("the fleet is changed by others again and again")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use hardtarget_report::sample;

    use super::super::assessment::Assessment;
    use super::*;

    const AT: Timestamp = Timestamp::constant(1_795_241_701, 0);
    const HISTORY: SignedDuration = SignedDuration::from_hours(24);

    fn add(state: &mut State, family: &str) {
        state.assessed(family, Assessment::of(&sample::typical(), "ami-1", AT));
    }

    /// Somebody else adds a family each time before the state or the page is put, as often as it is said.
    #[derive(Default)]
    struct Busy {
        state: Mutex<(State, u32)>,
        before_joins: Mutex<u32>,
        before_pages: Mutex<u32>,
        pages: Mutex<Vec<String>>,
    }

    impl Busy {
        fn somebody(&self, more: &Mutex<u32>) {
            let mut more = more.lock().unwrap();
            if *more > 0 {
                let mut held = self.state.lock().unwrap();
                held.1 += 1;
                let family = format!("other-{}", held.1);
                add(&mut held.0, &family);
                *more -= 1;
            }
        }
    }

    impl Shelf for Busy {
        async fn state(&self) -> anyhow::Result<Option<(State, String)>> {
            let held = self.state.lock().unwrap();
            Ok((held.1 > 0).then(|| (held.0.clone(), held.1.to_string())))
        }

        async fn tag(&self) -> anyhow::Result<Option<String>> {
            Ok(Some(self.state.lock().unwrap().1.to_string()))
        }

        async fn replace(
            &self,
            state: &State,
            there: Option<&str>,
        ) -> anyhow::Result<Option<String>> {
            self.somebody(&self.before_joins);
            let mut held = self.state.lock().unwrap();
            if there.unwrap_or("0") != held.1.to_string() {
                return Ok(None);
            }
            *held = (state.clone(), held.1 + 1);
            Ok(Some(held.1.to_string()))
        }

        async fn put(&self, page: String) -> anyhow::Result<()> {
            self.somebody(&self.before_pages);
            self.pages.lock().unwrap().push(page);
            Ok(())
        }
    }

    async fn web(shelf: &Busy) -> anyhow::Result<()> {
        change(shelf, AT, HISTORY, |state| add(state, "web")).await
    }

    #[tokio::test]
    async fn what_was_added_while_the_page_was_written_is_on_the_last_one() {
        let shelf = Busy {
            before_joins: Mutex::new(3),
            before_pages: Mutex::new(2),
            ..Busy::default()
        };
        web(&shelf).await.unwrap();
        let pages = shelf.pages.into_inner().unwrap();
        assert_eq!(pages.len(), 3);
        for family in ["web", "other-1", "other-2", "other-3", "other-5", "other-6"] {
            let page = pages.last().unwrap();
            let href = format!("href=\"reports/{family}/ami-1/20261121T061501Z/report.html\"");
            assert!(page.contains(&href), "{family}");
        }
    }

    #[tokio::test]
    async fn who_cannot_keep_up_comes_again() {
        for (joins, pages, why) in [
            (100, 0, "changed by others again and again"),
            (0, 100, "changes faster than its page is written"),
        ] {
            let shelf = Busy {
                before_joins: Mutex::new(joins),
                before_pages: Mutex::new(pages),
                ..Busy::default()
            };
            let error = web(&shelf).await.unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[tokio::test]
    async fn the_same_again_changes_nothing_and_writes_the_page() {
        let shelf = Busy::default();
        web(&shelf).await.unwrap();
        web(&shelf).await.unwrap();
        assert_eq!(shelf.state.into_inner().unwrap().1, 1);
        let pages = shelf.pages.into_inner().unwrap();
        assert_eq!((pages.len(), &pages[0]), (2, &pages[1]));
    }
}
