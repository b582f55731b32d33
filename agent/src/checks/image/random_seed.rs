use hardtarget_report::Severity;

use super::leftovers::leftovers;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::leftovers::Kind;

check! {
    /// ## What it checks
    /// A random seed of systemd, its boot loader or System V init (e.g. `/var/lib/systemd/random-seed`)
    /// that was not written after this boot.
    ///
    /// ## Why it matters
    /// Every instance of the image starts its random numbers from the same seed. Whoever holds the image
    /// knows it; where the machine has no better source, early keys can be foretold.
    ///
    /// ## Remediation
    /// As the last step of the build remove the file; each instance makes its own.
    pub(crate) BAKED_RANDOM_SEED {
        id: "HT-IMG-016",
        title: "A random seed is baked into the image",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(335), Ref::Manual("systemd-random-seed.service(8)")],
        judge: judge,
        passes: |tree| { tree.file("/var/lib/systemd/random-seed", ""); },
        fails: |tree| { tree.file("/var/lib/systemd/random-seed", b"\xff\x00"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    leftovers(facts, &[(Kind::RandomSeed, Severity::Low)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{NotJudged, Verdict};
    use crate::facts::tree::Tree;

    #[test]
    fn a_seed_saved_since_boot_is_no_part_of_the_image() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/stat", "btime 1000000000\n")
            .file("/var/lib/systemd/random-seed", "seed");
        assert_eq!(judge(&tree.facts()), Ok(Verdict::Pass));
        tree.file("/proc/stat", "btime 9999999999\n");
        assert!(matches!(judge(&tree.facts()), Ok(Verdict::Fail(_))));
    }

    #[test]
    fn a_directory_in_place_of_a_seed_is_unknown() {
        let mut tree = Tree::new();
        tree.dir("/var/lib/systemd/random-seed");
        assert!(matches!(judge(&tree.facts()), Err(NotJudged::Unknown(_))));
    }
}
