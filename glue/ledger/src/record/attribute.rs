//! Which look opened or closed an entry: that one tells it.

use crate::entry::{Entry, State};

/// Notes in `entry` which look opened or closed it, if one does that makes it of `known`; nobody, if that is
/// `silent`. What a look closes and opens again, or the other way round, has not changed.
pub(super) fn attribute(known: Option<&Entry>, entry: &mut Entry, silent: bool) {
    if let Some(known) = known.filter(|known| known.is_open() == entry.is_open()) {
        if known.newest.state != entry.newest.state {
            // From waived to fixed, or back: nobody tells it, and it was not open before.
            entry.was = Some(known.newest.state);
            entry.changed_by = String::new();
        }
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
