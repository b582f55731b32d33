//! What a look changed.

use std::collections::BTreeMap;

use super::look::LookAt;
use crate::change::{Change, Told, counts};
use crate::entries::worst_first;
use crate::entry::{Entry, State};

/// What a look changed. Each list is worst first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether no look at the target is newer.
    pub newest: bool,
    /// Whether nothing was known of the target before.
    pub first: bool,
    /// How much of the target is open now, by severity: all five names.
    pub open: BTreeMap<String, u64>,
    /// What this look opened, and is open. What snoozes hold back is neither in this, nor in `returned`, nor in
    /// `quietly_opened`.
    pub new: Vec<Told>,
    /// What this look opened, and was waived.
    pub returned: Vec<Told>,
    /// What this look closed, and was open.
    pub fixed: Vec<Told>,
    /// What this look found waived, and was open.
    pub waived: Vec<Told>,
    /// What was open when the target ended, if this look is that end.
    pub gone: Vec<Told>,
    /// See [`Change::quietly_opened`].
    pub quietly_opened: Vec<Told>,
    /// See [`Change::quietly_closed`].
    pub quietly_closed: Vec<Told>,
    /// How many this look opened that snoozes hold back.
    pub snoozed: u64,
}

impl Outcome {
    pub(super) fn of<'a>(
        look: &LookAt,
        newest: bool,
        first: bool,
        entries: impl Iterator<Item = &'a Entry> + Clone,
    ) -> Self {
        let open = entries.clone().filter(|one| one.is_open());
        let mut outcome = Self {
            newest,
            first,
            open: counts(open.map(|one| &one.fault.severity)),
            new: Vec::new(),
            returned: Vec::new(),
            fixed: Vec::new(),
            waived: Vec::new(),
            gone: Vec::new(),
            quietly_opened: Vec::new(),
            quietly_closed: Vec::new(),
            snoozed: 0,
        };
        let id = &look.order.id;
        let mut changed: Vec<&Entry> = entries
            .filter(|one| one.changed_by == *id || one.quietly_by == *id)
            .collect();
        changed.sort_by(|a, b| worst_first(a, b));
        for one in changed {
            if one.is_open() && one.held_back {
                outcome.snoozed += u64::from(one.quietly_by != *id);
                continue;
            }
            if one.quietly_by == *id {
                let list = match one.newest.state {
                    State::Open => &mut outcome.quietly_opened,
                    State::Waived | State::Fixed | State::Gone => &mut outcome.quietly_closed,
                };
                list.push(Told::of(one));
                continue;
            }
            let list = match (one.was, one.newest.state) {
                (Some(State::Waived), State::Open) => &mut outcome.returned,
                (_, State::Open) => &mut outcome.new,
                (Some(State::Open), State::Fixed) => &mut outcome.fixed,
                (Some(State::Open), State::Waived) => &mut outcome.waived,
                (Some(State::Open), State::Gone) => &mut outcome.gone,
                _ => continue,
            };
            list.push(Told::of(one));
        }
        outcome
    }

    /// Whether there is nothing that was opened, closed or waived, in words or quietly, or is held back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let lists = [
            &self.new,
            &self.returned,
            &self.fixed,
            &self.waived,
            &self.gone,
            &self.quietly_opened,
            &self.quietly_closed,
        ];
        lists.iter().all(|list| list.is_empty()) && self.snoozed == 0
    }

    /// What is to be told of it. AMI, its name, instance and score are for the caller to add. `None` for a
    /// look that is not the newest and changed nothing.
    #[must_use]
    pub fn into_change(self, look: &LookAt) -> Option<Change> {
        if !self.newest && self.is_empty() {
            return None;
        }
        Some(Change {
            version: 1,
            id: look.order.id.clone(),
            target: look.target.clone(),
            source: look.source,
            at: look.order.finished,
            first: self.first,
            ami: None,
            ami_name: None,
            instance: None,
            report: look.report.clone(),
            score: None,
            open: self.open,
            new: self.new,
            returned: self.returned,
            fixed: self.fixed,
            waived: self.waived,
            gone: self.gone,
            quietly_opened: self.quietly_opened,
            quietly_closed: self.quietly_closed,
            snoozed: self.snoozed,
        })
    }
}
