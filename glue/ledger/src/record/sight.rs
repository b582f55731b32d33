//! What a look told: what it saw, and for what it looked.

use std::collections::{BTreeMap, BTreeSet};

use hardtarget_report::diff;

use crate::entry::{Entry, Says, Sighting};
use crate::fault::Fault;

/// What a look told.
#[derive(Debug, Clone)]
pub struct Sight {
    seen: BTreeMap<String, Sighting>,
    taken_in: BTreeSet<String>,
    looked_for: LookedFor,
    /// The beginnings of keys of which it is not known here what it told.
    unknown: BTreeSet<String>,
}

/// How much of a key is kept in a look's row, which holds 400 KB at most: that tells 10,000 keys apart.
const BEGINNING: usize = 16;

fn beginning(key: &str) -> &str {
    key.get(..BEGINNING).unwrap_or(key)
}

/// What a look looked for: what of it is not there any more is fixed.
#[derive(Debug, Clone)]
pub enum LookedFor {
    /// Everything that there is.
    Everything,
    /// Everything that an engine tells of, and more that it found in order ([`LookedFor::engine`]).
    Engine {
        /// The engine ([`Fault::engine`]); its case does not matter.
        name: String,
        /// The beginnings of the keys of what it found in order, whoever else told of it.
        passed: BTreeSet<String>,
    },
    /// These faults, by their keys.
    Keys(BTreeSet<String>),
    /// What a report's engines and checks looked for.
    Report(Box<diff::Looked>),
    /// Nothing: the target has ended, and all that was there is gone with it.
    Ended,
}

impl Sight {
    /// What was seen, and what was looked for. Of two sightings with one key the first counts.
    #[must_use]
    pub fn new(seen: impl IntoIterator<Item = Sighting>, looked_for: LookedFor) -> Self {
        let mut all = BTreeMap::new();
        for one in seen {
            all.entry(one.fault.key.clone()).or_insert(one);
        }
        let taken_in = all.values().flat_map(|one| one.same_as.iter().cloned());
        Self {
            taken_in: taken_in.collect(),
            seen: all,
            looked_for,
            unknown: BTreeSet::new(),
        }
    }

    /// What the end of a target tells.
    #[must_use]
    pub fn ended() -> Self {
        Self::new([], LookedFor::Ended)
    }

    /// A look for everything that an engine tells of, of which only that is known that it did not see.
    pub(super) fn rest(looked_for: LookedFor, seen: impl IntoIterator<Item = String>) -> Self {
        Self {
            unknown: seen.into_iter().collect(),
            ..Self::new([], looked_for)
        }
    }

    /// The beginnings of the keys of what was seen, for [`Self::rest`].
    pub(super) fn beginnings(&self) -> impl Iterator<Item = String> {
        self.seen.keys().map(|key| beginning(key).to_owned())
    }

    /// What was looked for.
    pub(super) const fn looked_for(&self) -> &LookedFor {
        &self.looked_for
    }

    /// The keys of what was seen.
    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.seen.keys()
    }

    /// What was seen under this key.
    pub(super) fn sighting(&self, key: &str) -> Option<&Sighting> {
        self.seen.get(key)
    }

    /// Whether anything that was seen has taken in what another engine says.
    #[cfg(test)]
    pub(super) fn takes_in(&self) -> bool {
        !self.taken_in.is_empty()
    }

    /// What the look says of the fault with this key, of which so much is known.
    pub(super) fn says(&self, key: &str, known: Option<&Entry>) -> Says<'_> {
        match (self.seen.get(key), known) {
            (Some(sighting), _) => Says::Seen(sighting),
            (None, None) => Says::Nothing,
            (None, _) if self.unknown.contains(beginning(key)) => Says::Nothing,
            (None, Some(_)) if matches!(self.looked_for, LookedFor::Ended) => Says::Ended,
            (None, Some(_)) if self.taken_in.contains(key) => Says::TakenIn,
            (None, Some(known)) if self.looked_for.covers(known) => Says::NotThere,
            (None, Some(_)) => Says::Nothing,
        }
    }
}

impl LookedFor {
    /// Everything that an engine tells of, and what it found in order, by its keys: another engine's word for
    /// the same is over then.
    pub fn engine<'a>(name: impl Into<String>, passed: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Engine {
            name: name.into(),
            passed: passed
                .into_iter()
                .map(|key| beginning(key).to_owned())
                .collect(),
        }
    }

    fn covers(&self, known: &Entry) -> bool {
        let Fault {
            key, id, engine, ..
        } = &known.fault;
        match self {
            Self::Everything | Self::Ended => true,
            Self::Engine { name, passed } => {
                name.eq_ignore_ascii_case(engine) || passed.contains(beginning(key))
            }
            Self::Keys(keys) => keys.contains(key),
            Self::Report(looked) => match (&known.package, engine.parse()) {
                (_, Err(_)) => false,
                (None, Ok(engine)) => looked.not_looked(engine, id).is_none(),
                (Some(package), Ok(_)) => {
                    let one = diff::Affected {
                        package: &known.fault.subject,
                        kind: &package.kind,
                        installed: &package.installed,
                        has_fix: package.has_fix,
                    };
                    let feeds = package.feeds.iter().map(String::as_str);
                    looked.did_not_look_up_again(&one, feeds).is_none()
                }
            },
        }
    }
}
