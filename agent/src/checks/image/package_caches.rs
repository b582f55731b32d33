use std::collections::BTreeMap;

use super::leftovers::of_the_image;
use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::leftovers::Kind;

check! {
    /// ## What it checks
    /// The caches of apt, dnf, yum, zypper, apk and pacman hold files from before this boot.
    ///
    /// ## Why it matters
    /// Every instance pays for the space, and old packages with known flaws lie ready to be installed
    /// again.
    ///
    /// ## Remediation
    /// As the last step of the build run `apt-get clean`, `dnf clean all`, `zypper clean --all` or
    /// `apk cache purge`.
    pub(crate) LEFT_PACKAGE_CACHE {
        id: "HT-IMG-018",
        title: "Caches of the package manager were left in the image",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [Ref::Cwe(459), Ref::Manual("apt-get(8)"), Ref::Manual("dnf(8)")],
        judge: judge,
        passes: |tree| { tree.file("/var/cache/apt/archives/lock", "").dir("/var/cache/dnf"); },
        fails: |tree| { tree.file("/var/cache/apt/archives/a_1_all.deb", "package"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    let mut caches: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for left in of_the_image(facts, &[Kind::PackageCache])? {
        let (files, bytes) = caches.entry(&left.subject).or_default();
        *files += 1;
        *bytes = bytes.saturating_add(left.bytes);
    }
    Ok(Verdict::from_faults(caches.into_iter().map(
        |(cache, (files, bytes))| Fault::new(cache, format!("files: {files}, bytes: {bytes}")),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_bytes_of_a_cache_are_summed() {
        let mut tree = Tree::new();
        tree.file("/var/cache/dnf/a-0123/packages/a.rpm", "four")
            .file("/var/cache/dnf/a-0123/repodata/x.solv", "six...");
        assert_eq!(
            judge(&tree.facts()),
            Ok(Verdict::Fail(vec![Fault::new(
                "/var/cache/dnf",
                "files: 2, bytes: 10"
            )]))
        );
    }

    #[test]
    fn a_file_that_was_fetched_since_boot_is_no_part_of_the_image() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/stat", "btime 1000000000\n")
            .file("/var/cache/apt/archives/a_1_all.deb", "package");
        assert_eq!(judge(&tree.facts()), Ok(Verdict::Pass));
    }
}
