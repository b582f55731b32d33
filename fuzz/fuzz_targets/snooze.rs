//! A snooze's pattern, a NUL, and the id that it is held against: whether it is about it is found out in time, and
//! is what a plain matcher says too.
#![no_main]

use hardtarget_ledger::fault::Fault;
use hardtarget_ledger::snooze::{Snooze, is_of};
use hardtarget_ledger::target::Target;
use hardtarget_report::Severity;
use jiff::Timestamp;
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (pattern, id) = text.split_once('\0').unwrap_or((text, text));
    let snooze = Snooze::new(
        pattern,
        pattern,
        "later",
        "me",
        date(2027, 3, 31),
        Timestamp::UNIX_EPOCH,
    );
    assert!(snooze.target.chars().count() <= 500 && snooze.target == snooze.finding);
    let pattern = snooze.target.clone();
    // No look makes a longer id, or one that is no single line.
    let fault = fault(id).cut();
    let target = Target::Family(if fault.id.is_empty() {
        "-".to_owned()
    } else {
        fault.id.clone()
    });
    let of_target = matches(&pattern, &target.to_string()) || matches(&pattern, target.name());
    assert_eq!(is_of(&pattern, &target), of_target);
    let of_fault = matches(&pattern, &fault.id) || matches(&pattern, &fault.key);
    assert_eq!(snooze.is_about(&target, &fault), of_target && of_fault);
});

fn fault(id: &str) -> Fault {
    Fault {
        key: "7f0c5b1e9a4d4c60b8f21d3e6a75c904".to_owned(),
        id: id.to_owned(),
        title: String::new(),
        severity: Severity::Low,
        subject: String::new(),
        engine: "native".to_owned(),
    }
}

/// Which beginnings of the text each beginning of the pattern matches, one after the other.
fn matches(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for one in pattern.chars() {
        let mut next = vec![false; text.len() + 1];
        if one == '*' {
            let mut any = false;
            for (next, reached) in next.iter_mut().zip(&reached) {
                any |= *reached;
                *next = any;
            }
        } else {
            for at in 0..text.len() {
                next[at + 1] = reached[at] && (one == '?' || one == text[at]);
            }
        }
        reached = next;
    }
    reached[text.len()]
}
