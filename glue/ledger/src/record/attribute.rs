//! Which look opened or closed an entry: that one tells it.

use crate::entry::{Entry, Order, State};

/// Notes in `entry` who opened or closed it, when a look at `ours` makes it of `known`. What one look opens
/// and closes again is told by nobody, and so is what is `silent`.
pub(super) fn attribute(known: Option<&Entry>, entry: &mut Entry, ours: &Order, silent: bool) {
    if known.is_some_and(|known| known.is_open() == entry.is_open()) {
        return;
    }
    let was = match known {
        Some(known) if known.changed_by == ours.id => known.was,
        Some(known) => Some(known.newest.state),
        None => None,
    };
    entry.was = was;
    entry.changed_by = if silent || entry.is_open() == (was == Some(State::Open)) {
        String::new()
    } else {
        entry.newest.order.id.clone()
    };
}
