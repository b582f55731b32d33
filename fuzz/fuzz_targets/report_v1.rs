//! A report of ours that comes from outside: what is accepted is written again and still the same.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(report) = hardtarget_report::v1::parse(bytes) {
        let json =
            hardtarget_report::v1::to_json(&report).expect("a report that was read can be written");
        let again = hardtarget_report::v1::parse(json.as_bytes()).expect("what we write, we read");
        assert_eq!(report, again);
    }
});
