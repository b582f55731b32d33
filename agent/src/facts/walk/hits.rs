//! A list of hits that stays short and comes out the same whichever thread found what.

use super::Entry;

/// How many hits of a kind are kept.
pub(super) const MAX_HITS: usize = 5000;

/// The first `MAX` entries by path, out of any number.
#[derive(Debug, Default)]
pub(super) struct Hits<const MAX: usize = MAX_HITS> {
    entries: Vec<Entry>,
    dropped: u64,
}

impl<const MAX: usize> Hits<MAX> {
    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
        if self.entries.len() >= 2 * MAX {
            self.shorten();
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.dropped += other.dropped;
        self.shorten();
    }

    fn shorten(&mut self) {
        self.entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.dropped += self.entries.len().saturating_sub(MAX) as u64;
        self.entries.truncate(MAX);
    }

    /// The sorted entries, and how many more there were.
    pub(super) fn finish(mut self) -> (Vec<Entry>, u64) {
        self.shorten();
        self.entries.shrink_to_fit();
        (self.entries, self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: usize) -> Entry {
        Entry {
            path: format!("/{number:06}").into(),
            mode: 0o100_644,
            uid: 0,
            gid: 0,
            size: 0,
            ctime: 0,
        }
    }

    #[test]
    fn the_same_hits_are_kept_in_whatever_order_they_come() {
        let many = 3 * MAX_HITS + 7;
        let mut up = Hits::<MAX_HITS>::default();
        let mut down = [Hits::<MAX_HITS>::default(), Hits::default()];
        for number in 0..many {
            up.push(entry(number));
            down[number % 2].push(entry(many - 1 - number));
        }
        let [mut first, second] = down;
        first.append(second);
        let (entries, dropped) = up.finish();
        assert_eq!(
            (entries.len(), dropped),
            (MAX_HITS, (many - MAX_HITS) as u64)
        );
        assert_eq!(first.finish(), (entries, dropped));
    }
}
