//! The end of an instance, on one line: nobody repaired anything, and nobody has to.

use super::{NAME, minute, some};
use crate::change::{Change, counts};
use crate::slack::mrkdwn::plain;

/// The end of an instance on which something was open.
pub(super) fn terminated(change: &Change) -> String {
    let name = plain(change.target.name(), NAME);
    let gone = counts(change.gone.iter().map(|one| &one.fault.severity));
    let (gone, at) = (some(&gone), minute(change.at));
    format!("{name} was terminated {at}: what was open there is off the list ({gone})")
}
