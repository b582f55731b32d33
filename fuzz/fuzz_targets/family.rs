//! The family of an AMI of any name: a segment of a key that is read again, the same if it is given as a tag, and
//! that of the next day's AMI too.
#![no_main]

use hardtarget_ledger::published::key::ReportKey;
use hardtarget_report::family::{FAMILY_TAG, IMAGE_BUILDER_TAG, family, of_name};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let by_builder = family([(IMAGE_BUILDER_TAG, text)], "hardtarget:", Some(text));
    for one in [of_name(text), by_builder, tagged(text)] {
        let key = format!("reports/{one}/ami-0abc/20261121T061501Z/report.json");
        let read = ReportKey::parse(&key).expect("a family's key is a key");
        assert_eq!(read.family, one);
        assert_eq!(tagged(&one), one);
    }
    let on = |day: u8| of_name(&format!("web-{text}-202611{day}"));
    assert_eq!(on(20), on(21));
});

fn tagged(value: &str) -> String {
    let tag = format!("hardtarget:{FAMILY_TAG}");
    family([(&*tag, value)], "hardtarget:", None)
}
