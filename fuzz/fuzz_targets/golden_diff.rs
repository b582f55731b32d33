//! A `diff.json` as the golden list's message reads it: bounded, clean, worst first, and counted in full.
#![no_main]

use hardtarget_ledger::golden::changes::{Changed, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(changes) = read(bytes) else { return };
    holds(
        &changes.new,
        changes.new_findings + changes.new_vulnerabilities,
    );
    holds(
        &changes.fixed,
        changes.fixed_findings + changes.fixed_vulnerabilities,
    );
});

fn holds(named: &[Changed], counted: u64) {
    assert_eq!(named.len() as u64, counted.min(20));
    assert!(named.is_sorted_by_key(|one| one.severity));
    for one in named {
        let texts = [(&one.id, 80), (&one.title, 160), (&one.why, 160)];
        for (text, longest) in texts {
            assert!(
                text.chars().count() <= longest && !text.contains(char::is_control),
                "{text:?}"
            );
        }
    }
}
