//! How long an upload may take.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often somebody who waits looks whether the end was brought forward.
const LOOK: Duration = Duration::from_millis(250);

/// Time until an end that a signal may bring forward from another thread.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    end: Arc<Mutex<Instant>>,
}

impl Budget {
    /// Time until `end`.
    pub(crate) fn until(end: Instant) -> Self {
        Self {
            end: Arc::new(Mutex::new(end)),
        }
    }

    /// When it is spent.
    pub(crate) fn end(&self) -> Instant {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is left of it.
    pub(crate) fn left(&self) -> Duration {
        self.end().saturating_duration_since(Instant::now())
    }

    /// Begins anew, and ends at `end`.
    pub(crate) fn restart(&self, end: Instant) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }

    /// Leaves at most `most` from now on.
    pub(crate) fn shorten(&self, most: Duration) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        *end = (*end).min(Instant::now() + most);
    }

    /// Returns when it is spent.
    pub(crate) async fn spent(&self) {
        self.spent_as(|end| end).await;
    }

    /// Returns when a part of it is spent: one that ends where `part` says for this budget's end.
    pub(crate) async fn spent_as(&self, part: impl Fn(Instant) -> Instant) {
        loop {
            let left = part(self.end()).saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_gets_no_longer_by_being_shortened() {
        let budget = Budget::until(Instant::now() + Duration::from_secs(60));
        let end = budget.end();
        budget.shorten(Duration::from_secs(3600));
        assert_eq!(budget.end(), end);
        budget.shorten(Duration::ZERO);
        assert_eq!(budget.left(), Duration::ZERO);
    }
}
