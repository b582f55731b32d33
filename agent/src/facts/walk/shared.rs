//! One walk for all engines of a scan.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Walk;
use crate::facts::{Fact, Gap, guarded, mounts};
use crate::host::Host;

/// How much of the time left is kept, a tenth of it at most, for telling what else is known.
const RESERVE: Duration = Duration::from_secs(5);

/// The walk over the file systems, done once for whoever asks first and all others.
#[derive(Debug, Default)]
pub struct SharedWalk {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    NotBegun,
    UnderWay,
    Ended(Fact<Arc<Walk>>),
}

impl SharedWalk {
    /// What the walk came across, once it has ended; a little before `deadline` nobody waits any
    /// longer. It runs in a thread of its own, since a broken disk may hold it up for ever.
    pub(crate) fn get(self: &Arc<Self>, host: &Host, deadline: Instant) -> Fact<Arc<Walk>> {
        let left = deadline.saturating_duration_since(Instant::now());
        let end = Instant::now() + left.saturating_sub(RESERVE.min(left / 10));
        let mut state = self.lock();
        if matches!(*state, State::NotBegun) {
            *state = State::UnderWay;
            let (shared, host) = (Arc::clone(self), host.clone());
            let walk = move || {
                let walk = guarded(|| super::collect(&host, &mounts::collect(&host)));
                *shared.lock() = State::Ended(walk.map(Arc::new));
                shared.ended.notify_all();
            };
            if let Err(error) = std::thread::Builder::new().spawn(walk) {
                *state = State::Ended(Err(Gap::Unknown(error.to_string())));
            }
        }
        loop {
            if let State::Ended(walk) = &*state {
                return walk.clone();
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Gap::Unknown(
                    "the walk over the file systems did not end in time".to_owned(),
                ));
            }
            (state, _) = self
                .ended
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn who_asks_again_is_given_the_same() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/su", "").mode("/usr/bin/su", 0o4755);
        let walk = Arc::new(SharedWalk::default());
        let deadline = Instant::now() + Duration::from_secs(60);
        let first = walk.get(&tree.host(), deadline).unwrap();
        let second = walk.get(&tree.host(), deadline).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(first.set_id.len(), 1);
    }

    #[test]
    fn a_walk_that_does_not_end_is_not_waited_for() {
        let walk = Arc::new(SharedWalk::default());
        *walk.lock() = State::UnderWay;
        let deadline = Instant::now() + Duration::from_millis(50);
        assert!(walk.get(&Tree::new().host(), deadline).is_err());
    }
}
