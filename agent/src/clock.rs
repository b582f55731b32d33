//! The one place that reads the time of day.

use std::fmt;

use jiff::Timestamp;

/// Tells the time of day. Durations are measured with [`std::time::Instant`] instead.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time of day (UTC).
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is what everything else is given instead"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}
