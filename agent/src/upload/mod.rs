//! Bringing a report to S3: attachments first, within a time of their own, the report last, so that
//! its arrival means that the rest is there.

mod budget;
mod destination;
pub(crate) mod http;
pub(crate) mod s3;

use std::cell::RefCell;
use std::time::{Duration, Instant};

pub(crate) use budget::Budget;
pub(crate) use destination::Destination;

/// Where objects can be put.
pub(crate) trait Store {
    /// Puts one object, whole or not at all.
    fn put(&self, object: &Object) -> impl Future<Output = Result<(), PutError>>;
}

/// What is put: a file's worth of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// What people call it, the last part of its key.
    pub(crate) name: String,
    /// Its media type (RFC 9110, section 8.3).
    pub(crate) content_type: &'static str,
    /// What it holds.
    pub(crate) body: Vec<u8>,
}

/// Why an object was not put.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub(crate) struct PutError {
    /// Whether the other side understood and said no. Trying again rarely helps, but right after a
    /// boot it may: roles and buckets take seconds to be known everywhere.
    pub(crate) refused: bool,
    /// What happened, for people.
    pub(crate) words: String,
}

/// How long to keep trying, beside the budget.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// The attachments together get at most this, and at most a third of the whole.
    pub(crate) attachments: Duration,
    /// How long the same "no" is not taken for the last word.
    pub(crate) refused: Duration,
    /// The pause after the first failure; it doubles with each further one.
    pub(crate) pause: Duration,
    /// The longest pause.
    pub(crate) longest_pause: Duration,
}

impl Patience {
    /// What suits an instance that costs money by the second.
    pub(crate) const USUAL: Self = Self {
        attachments: Duration::from_secs(60),
        refused: Duration::from_secs(5 * 60),
        pause: Duration::from_millis(500),
        longest_pause: Duration::from_secs(15),
    };
}

/// Puts the attachments, as far as that goes, then the report. `note` hears what people should know
/// meanwhile. The error is why the report is not there.
pub(crate) async fn deliver(
    store: &impl Store,
    attachments: &[Object],
    report: &Object,
    budget: &Budget,
    patience: &Patience,
    note: &dyn Fn(&str),
) -> Result<(), PutError> {
    let began = Instant::now();
    let share = |end: Instant| {
        began
            + patience
                .attachments
                .min(end.saturating_duration_since(began) / 3)
    };
    let mut late = false;
    for attachment in attachments {
        let tries = Tries::new(attachment, note);
        let failed = if late {
            Some(tries.none_left())
        } else {
            let put = tries.put(store, patience);
            match until(budget.spent_as(share), put).await {
                Some(outcome) => outcome.err(),
                None => {
                    late = true;
                    Some(tries.none_left())
                }
            }
        };
        if let Some(error) = failed {
            note(&format!(
                "warning: {} was not uploaded: {error}",
                attachment.name
            ));
        }
    }
    let tries = Tries::new(report, note);
    until(budget.spent(), tries.put(store, patience))
        .await
        .unwrap_or_else(|| Err(tries.none_left()))
}

/// What `work` gives, or `None` when `end` comes first.
async fn until<T>(end: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        // An answer that is there is not thrown away for being late.
        biased;
        outcome = work => Some(outcome),
        () = end => None,
    }
}

/// The tries to put one object.
struct Tries<'a> {
    object: &'a Object,
    note: &'a dyn Fn(&str),
    last: RefCell<Option<PutError>>,
}

impl<'a> Tries<'a> {
    const fn new(object: &'a Object, note: &'a dyn Fn(&str)) -> Self {
        Self {
            object,
            note,
            last: RefCell::new(None),
        }
    }

    /// Tries until it is done, or the other side kept saying no for too long.
    async fn put(&self, store: &impl Store, patience: &Patience) -> Result<(), PutError> {
        let mut pause = patience.pause;
        let mut refused_since = None;
        loop {
            let Err(error) = store.put(self.object).await else {
                return Ok(());
            };
            if error.refused {
                let since = *refused_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= patience.refused {
                    return Err(error);
                }
            } else {
                refused_since = None;
            }
            self.tell(error);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(patience.longest_pause);
        }
    }

    /// Tells of a failure, if it is not the one before it once more.
    fn tell(&self, error: PutError) {
        let before = self.last.replace(Some(error.clone()));
        if before.as_ref() != Some(&error) {
            (self.note)(&format!("{}: {error}; trying again", self.object.name));
        }
    }

    /// Why it is not there, now that time is up.
    fn none_left(&self) -> PutError {
        self.last.take().unwrap_or_else(|| PutError {
            refused: false,
            words: "there was no answer in time".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
