//! Dividing Lynis's groups of tests among parts that run side by side.
//!
//! A part runs the groups whose files are in its copy; Lynis passes over the others. (Naming the
//! groups by `--tests-from-group` works for one group only: 3.1 takes no blanks in an argument.)
//!
//! Lynis is one long shell script: a group may read variables that an earlier one set. Comparing
//! what each `include/tests_*` of 3.1.4 sets and reads (names of loop variables left aside) gives
//! two such chains, and [`TOGETHER`] keeps them in one part, in Lynis's order. A test compares the
//! outcome with that of one plain Lynis on the same machine.

use std::path::Path;

use super::tree::Tree;

/// Groups that share variables: `LINUXCONFIGFILE`, and `MALWARE_SCANNER_INSTALLED`.
const TOGETHER: [&[&str]; 2] = [
    &["kernel", "firewalls", "mac_frameworks"],
    &["malware", "hardening"],
];

/// What the plugins cost, which only the first part runs.
const PLUGINS: (u32, u32) = (60, 15);

/// What groups cost, in tenths of a second on the machine where it was measured, with the stock
/// profile and with ours; the others cost about two. Only balance depends on it.
const COSTS: [(&str, u32, u32); 12] = [
    ("crypto", 120, 4),
    ("ports_packages", 73, 42),
    ("kernel_hardening", 22, 22),
    ("logging", 21, 21),
    ("networking", 19, 19),
    ("insecure_services", 17, 17),
    ("filesystems", 12, 12),
    ("databases", 14, 14),
    ("boot_services", 11, 11),
    ("php", 10, 10),
    ("malware", 8, 8),
    ("authentication", 8, 8),
];

/// The tests of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shard {
    /// Names of groups, in Lynis's order.
    pub(super) groups: Vec<String>,
    /// The groups that other parts run.
    others: Vec<String>,
    /// Whether it runs the plugins too.
    pub(super) plugins: bool,
}

impl Shard {
    /// Whether a file of Lynis is none of this part's.
    pub(super) fn leaves_out(&self, path: &Path) -> bool {
        if path.starts_with("plugins") {
            return !self.plugins;
        }
        path.strip_prefix("include")
            .ok()
            .and_then(|name| name.to_str()?.strip_prefix("tests_"))
            .is_some_and(|group| self.others.iter().any(|other| other == group))
    }
}

/// Divides the groups that a Lynis has among at most `parts` parts, the dearest first, each to the
/// part that has least to do.
pub(super) fn divide(tree: &Tree, parts: usize, stock: bool) -> Vec<Shard> {
    let order = order(tree);
    if order.is_empty() {
        // A Lynis that keeps its list elsewhere runs whole.
        return vec![Shard {
            groups: vec!["all groups".to_owned()],
            others: Vec::new(),
            plugins: true,
        }];
    }
    let mut units: Vec<Vec<usize>> = Vec::new();
    for (place, group) in order.iter().enumerate() {
        let chain = TOGETHER
            .iter()
            .find(|chain| chain.contains(&group.as_str()));
        let unit = chain.and_then(|chain| {
            units.iter_mut().find(|unit| {
                unit.first()
                    .and_then(|first| order.get(*first))
                    .is_some_and(|first| chain.contains(&first.as_str()))
            })
        });
        match unit {
            Some(unit) => unit.push(place),
            None => units.push(vec![place]),
        }
    }
    let cost_of = |unit: &[usize]| -> u32 {
        unit.iter()
            .filter_map(|place| order.get(*place))
            .map(|group| cost(group, stock))
            .sum()
    };
    // Stable: units of the same cost stay in Lynis's order.
    units.sort_by_key(|unit| std::cmp::Reverse(cost_of(unit)));
    let parts = parts.clamp(1, units.len().max(1));
    let mut loads = vec![(0, Vec::new()); parts];
    if let Some(first) = loads.first_mut() {
        first.0 = if stock { PLUGINS.0 } else { PLUGINS.1 };
    }
    for unit in units {
        if let Some(lightest) = loads.iter_mut().min_by_key(|(load, _)| *load) {
            lightest.0 += cost_of(&unit);
            lightest.1.extend(unit);
        }
    }
    loads
        .into_iter()
        .map(|(_, places)| places)
        .filter(|places| !places.is_empty())
        .enumerate()
        .map(|(part, places)| {
            let (own, others) = order
                .iter()
                .cloned()
                .enumerate()
                .partition::<Vec<_>, _>(|(place, _)| places.contains(place));
            Shard {
                groups: own.into_iter().map(|(_, group)| group).collect(),
                others: others.into_iter().map(|(_, group)| group).collect(),
                plugins: part == 0,
            }
        })
        .collect()
}

fn cost(group: &str, stock: bool) -> u32 {
    COSTS
        .iter()
        .find(|(name, _, _)| *name == group)
        .map_or(2, |(_, plain, ours)| if stock { *plain } else { *ours })
}

/// The groups in the order in which this Lynis runs them (`INCLUDE_TESTS` of its script), those
/// whose file is there.
fn order(tree: &Tree) -> Vec<String> {
    let script = tree.text("lynis");
    let listed = script
        .split_once("INCLUDE_TESTS=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("", |(list, _)| list);
    listed
        .split(|c: char| c.is_whitespace() || c == '\\')
        .filter(|group| !group.is_empty() && tree.has(&format!("include/tests_{group}")))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(groups: &[&str]) -> (tempfile::TempDir, Tree) {
        let directory = tempfile::tempdir().unwrap();
        let here = directory.path();
        std::fs::create_dir_all(here.join("include")).unwrap();
        let list = groups.join(" \\\n    ");
        for (name, text) in [
            ("lynis", format!("INCLUDE_TESTS=\"{list} gone\"\n")),
            ("default.prf", String::new()),
            ("include/consts", String::new()),
            ("include/functions", String::new()),
        ] {
            std::fs::write(here.join(name), text).unwrap();
        }
        for group in groups {
            std::fs::write(here.join(format!("include/tests_{group}")), "").unwrap();
        }
        let tree = Tree::find(Some(here)).unwrap();
        (directory, tree)
    }

    #[test]
    fn every_group_is_in_one_part_in_lyniss_order() {
        let groups = [
            "kernel",
            "ssh",
            "crypto",
            "firewalls",
            "php",
            "mac_frameworks",
            "malware",
            "hardening",
        ];
        let (_directory, tree) = tree(&groups);
        for parts in 1..10 {
            let shards = divide(&tree, parts, true);
            let mut all: Vec<&String> = shards.iter().flat_map(|shard| &shard.groups).collect();
            all.sort();
            let mut expected = groups.to_vec();
            expected.sort_unstable();
            assert_eq!(all, expected);
            assert_eq!(shards.iter().filter(|shard| shard.plugins).count(), 1);
            for shard in &shards {
                let places: Vec<_> = shard
                    .groups
                    .iter()
                    .map(|group| groups.iter().position(|name| name == group))
                    .collect();
                assert!(places.is_sorted(), "{shard:?}");
                for group in groups {
                    assert_ne!(
                        shard.groups.iter().any(|name| name == group),
                        shard.leaves_out(Path::new(&format!("include/tests_{group}")))
                    );
                }
                assert!(!shard.leaves_out(Path::new("include/functions")));
                for chain in TOGETHER {
                    let here = chain
                        .iter()
                        .filter(|group| shard.groups.iter().any(|name| name == *group))
                        .count();
                    assert!(here == 0 || here == chain.len(), "{shard:?}");
                }
            }
        }
    }

    #[test]
    fn the_dearest_group_has_a_part_to_itself() {
        let (_directory, tree) = tree(&["ssh", "crypto", "php", "squid"]);
        let shards = divide(&tree, 2, true);
        assert!(
            shards.iter().any(|shard| shard.groups == ["crypto"]),
            "{shards:?}"
        );
    }
}
