//! Tests that watch over the catalogue itself.

use super::*;
use crate::facts::tree::Tree;
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_sorted_and_well_formed() {
    let ids: Vec<&str> = CATALOGUE.iter().map(|check| check.id).collect();
    let sorted: Vec<&str> = ids
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(ids, sorted);
    for check in CATALOGUE {
        let parts: Vec<&str> = check.id.split('-').collect();
        assert_eq!(parts.len(), 3, "{}", check.id);
        assert_eq!(parts[0], "HT");
        assert_eq!(parts[2].len(), 3, "{}", check.id);
        assert!(parts[2].parse::<u32>().is_ok(), "{}", check.id);
        assert_ne!(check.category(), "other", "{}", check.id);
    }
}

#[test]
fn every_manual_page_has_its_three_parts() {
    for check in CATALOGUE {
        let page = check.page();
        for (part, text) in [
            ("what", &page.what),
            ("why", &page.why),
            ("remediation", &page.remediation),
        ] {
            assert!(
                text.len() > 20,
                "{}: {part} is missing or too short: {text:?}",
                check.id
            );
        }
        assert!(check.references.len() <= 12, "{}", check.id);
    }
}

#[test]
fn titles_name_the_fault() {
    for check in CATALOGUE {
        let title = check.title;
        assert!((12..=80).contains(&title.len()), "{}: {title}", check.id);
        assert!(!title.ends_with('.'), "{}: {title}", check.id);
        for word in ["Ensure", "Check", "Verify", "Make sure", "Should"] {
            assert!(!title.starts_with(word), "{}: {title}", check.id);
        }
    }
}

#[test]
fn every_check_passes_its_good_root_and_fails_its_bad_one() {
    for check in CATALOGUE {
        let mut good = Tree::new();
        (check.passes)(&mut good);
        assert_eq!(
            check.judge(&good.facts()),
            Ok(Verdict::Pass),
            "{}: the good root",
            check.id
        );

        let mut bad = Tree::new();
        (check.fails)(&mut bad);
        let judged = check.judge(&bad.facts());
        assert!(
            matches!(judged, Ok(Verdict::Fail(_))),
            "{}: the bad root: {judged:?}",
            check.id
        );
    }
}

#[test]
fn what_lynis_says_too_is_named_by_its_tests() {
    for check in CATALOGUE {
        for same in check.same_as {
            let (letters, number) = same.test().split_once('-').unwrap();
            assert!(
                (3..=4).contains(&letters.len())
                    && letters.bytes().all(|b| b.is_ascii_uppercase())
                    && number.len() == 4
                    && number.bytes().all(|b| b.is_ascii_digit()),
                "{}: {same:?}",
                check.id
            );
        }
    }
}

#[test]
fn an_empty_root_is_never_a_panic() {
    let facts = Tree::new().facts();
    for check in CATALOGUE {
        let judged = check.judge(&facts);
        assert!(
            !matches!(judged, Ok(Verdict::Fail(_))),
            "{}: {judged:?}",
            check.id
        );
    }
}

#[test]
fn every_file_of_a_check_is_in_the_catalogue() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    let mut defined = BTreeSet::new();
    let mut todo = vec![directory];
    while let Some(directory) = todo.pop() {
        for entry in directory.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                for part in text.split("id: \"HT-").skip(1) {
                    defined.insert(format!("HT-{}", part.split('"').next().unwrap()));
                }
            }
        }
    }
    let listed: BTreeSet<String> = CATALOGUE.iter().map(|check| check.id.to_owned()).collect();
    assert_eq!(defined, listed);
}
