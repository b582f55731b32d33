//! The golden list in any of its forms. Each entry can be used or is a problem with its position; what can be
//! used, written in the list's own format, reads as the same.
#![no_main]

use std::collections::BTreeMap;

use hardtarget_ledger::golden::list::{Source, ami_in, is_ami, parse};
use libfuzzer_sys::fuzz_target;

/// What Systems Manager takes in a parameter, in bytes.
const PARAMETER: usize = 8192;

/// What is read, in bytes.
const LONGEST: usize = 64 * 1024;

fuzz_target!(|text: &str| {
    if let Some(ami) = ami_in(text) {
        assert!(is_ami(&ami), "{ami}");
    }
    let list = parse(text);
    let positions: Vec<usize> = list.entries.iter().map(|one| one.position).collect();
    assert!(positions.is_sorted_by(|a, b| a < b));
    for problem in &list.problems {
        let what = problem.to_string();
        assert!(
            what.chars().count() <= 300 && !what.contains(char::is_control),
            "{what:?}"
        );
    }
    for entry in &list.entries {
        if let Source::Ami(ami) = &entry.source {
            assert!(is_ami(ami), "{ami}");
        }
        if let Some(script) = &entry.user_data {
            assert!(script.len() <= 4097 && script.ends_with('\n') && !script.contains('\0'));
        }
    }

    // Every second parameter is there, and all of these hold the same AMI.
    let names: Vec<String> = list
        .parameters()
        .into_iter()
        .map(ToOwned::to_owned)
        .collect();
    let found: BTreeMap<String, Result<String, String>> = names
        .into_iter()
        .enumerate()
        .map(|(at, name)| {
            let ami = "ami-0123456789abcdef0".to_owned();
            (
                name,
                if at % 2 == 0 {
                    Ok(ami)
                } else {
                    Err("there is no such parameter".to_owned())
                },
            )
        })
        .collect();
    let (entries, reported) = (list.entries.len(), list.problems.len());
    let (wanted, problems) = list.wanted(&found);
    assert!(problems.is_sorted());
    if text.len() <= PARAMETER {
        let told: usize = problems.iter().map(|one| one.to_string().len()).sum();
        assert!(told <= 64 * 1024, "{told} bytes of problems");
    }
    assert!(wanted.len() <= entries);
    assert!(
        wanted.len() + problems.len() >= entries.min(100),
        "{reported}: nothing is lost silently"
    );
    let mut amis: Vec<&str> = wanted.iter().map(|one| &*one.ami).collect();
    amis.sort_unstable();
    assert!(amis.is_sorted_by(|a, b| a < b), "an AMI is assessed twice");

    let written = serde_json::to_string(&wanted).expect("JSON");
    if !wanted.is_empty() && written.len() <= LONGEST {
        let (again, problems) = parse(&written).wanted(&BTreeMap::new());
        assert_eq!((again, problems), (wanted, vec![]));
    }
});
