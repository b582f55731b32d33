//! Which look opened or closed an entry: that one tells it, unless a snooze holds it back. And when.
//!
//! What snoozes say is noted in the same write that opens the entry. So whoever records the look again tells the
//! same, and whoever [wakes](crate::snooze::wake) what was held back knows what was told, whatever the scans' clocks
//! say.

use jiff::Timestamp;

use crate::entry::{Entry, State};
use crate::snooze::{Heard, Silence};

/// Notes in `entry` which look opened or closed it, if one does that makes it of `known`: the one by which it stands
/// as it does now tells it in words. Nobody does that if it is `silent`, or if that look is another than `look`, at
/// work here, and has told all it has to tell: then it is noted that `look` does so quietly. What a look closes and
/// opens again, or the other way round, has not changed. What is opened hears what the snoozes say.
pub(super) fn attribute(
    known: Option<&Entry>,
    entry: &mut Entry,
    silent: bool,
    look: &str,
    silence: &Silence,
) {
    if let Some(known) = known.filter(|known| known.is_open() == entry.is_open()) {
        let (before, now) = (known.newest.state, entry.newest.state);
        // A look that is made anew still has to tell what it changed the first time.
        let anew = known.changed_by == entry.newest.order.id;
        if before != now && [before, now].contains(&State::Waived) && !anew {
            // From waived to fixed, or back: nobody tells it, and it was not open before.
            entry.was = Some(before);
            entry.changed_by = String::new();
            entry.quietly_by = String::new();
        }
        return;
    }
    let by = &entry.newest.order.id;
    let was = match known {
        Some(known) if known.changed_by == *by => known.was,
        Some(known) => Some(known.newest.state),
        None => None,
    };
    let unchanged = entry.is_open() == (was == Some(State::Open));
    let told = !unchanged && !silent;
    // What this look opened itself, and has told nobody of yet, needs no word from it.
    let its_own = known.is_some_and(|known| known.changed_by == look);
    let quiet = !unchanged && (silent || by != look && !its_own);
    entry.was = was;
    entry.changed_by = if told { by.clone() } else { String::new() };
    entry.quietly_by = if quiet {
        look.to_owned()
    } else {
        String::new()
    };
    if entry.is_open() && !unchanged {
        let Heard { now, after } = silence.of(&entry.target, &entry.fault);
        entry.held_back = !now;
        entry.opened_after = if now { after } else { Vec::new() };
    }
}

/// Notes in `entry` when it was opened, closed or waived, if it was since `known`: see [`Entry::changed`].
/// To the millisecond, as those who compare such times may know no smaller ones.
pub(crate) fn date(known: Option<&Entry>, entry: &mut Entry, now: Timestamp) {
    let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    entry.changed_at = match known {
        None => Some(now),
        Some(known) if known.newest.state != entry.newest.state => {
            let after = known.changed().as_millisecond().saturating_add(1);
            Some(Timestamp::from_millisecond(after).map_or(now, |after| after.max(now)))
        }
        Some(known) => known.changed_at,
    };
}
