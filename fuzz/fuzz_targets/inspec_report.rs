//! InSpec's JSON. A control fails or passes, never both; the order of the controls means nothing.
#![no_main]

use hardtarget_ledger::inspec::document::read;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let told = match read("i-0123456789abcdef0", bytes) {
        Ok(told) => told,
        Err(why) => {
            let why = why.to_string();
            assert!(
                why.len() <= 2000 && !why.contains(char::is_control),
                "{why:?}"
            );
            return;
        }
    };
    let failed: Vec<&str> = told.failed.iter().map(|one| &*one.fault.key).collect();
    assert!(failed.is_sorted_by(|a, b| a < b) && told.passed.is_sorted_by(|a, b| a < b));
    assert!(
        told.passed
            .iter()
            .all(|key| failed.binary_search(&&**key).is_err())
    );
    for one in &told.failed {
        let fault = &one.fault;
        assert_eq!(fault.key.len(), 32);
        for (text, longest) in [(&fault.id, 200), (&fault.title, 500), (&fault.subject, 330)] {
            assert!(
                text.chars().count() <= longest && !text.contains(char::is_control),
                "{text:?}"
            );
        }
    }
    // JSON whose members are there twice is not the same once it was read as a value.
    let Ok(mut document) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let Ok(plain) = read("i-0123456789abcdef0", document.to_string().as_bytes()) else {
        return;
    };
    turn(&mut document);
    assert_eq!(
        read("i-0123456789abcdef0", document.to_string().as_bytes()).ok(),
        Some(plain)
    );
});

/// Turns the lists of profiles, and of each profile's controls, round.
fn turn(document: &mut Value) {
    let Some(Value::Array(profiles)) = document.get_mut("profiles") else {
        return;
    };
    profiles.reverse();
    for profile in profiles {
        if let Some(Value::Array(controls)) = profile.get_mut("controls") {
            controls.reverse();
        }
    }
}
