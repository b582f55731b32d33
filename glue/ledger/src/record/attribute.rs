//! Which look opened or closed an entry: that one tells it.

use crate::entry::{Entry, State};

/// Notes in `entry` which look opened or closed it, if one does that makes it of `known`; nobody, if that is
/// `silent`. What a look closes and opens again, or the other way round, has not changed.
pub(super) fn attribute(known: Option<&Entry>, entry: &mut Entry, silent: bool) {
    if known.is_some_and(|known| known.is_open() == entry.is_open()) {
        return;
    }
    let by = &entry.newest.order.id;
    let was = match known {
        Some(known) if known.changed_by == *by => known.was,
        Some(known) => Some(known.newest.state),
        None => None,
    };
    entry.was = was;
    entry.changed_by = if silent || entry.is_open() == (was == Some(State::Open)) {
        String::new()
    } else {
        by.clone()
    };
}
