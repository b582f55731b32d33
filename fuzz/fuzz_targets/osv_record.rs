//! One record of an OSV feed.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = hardtarget_advisories::feeds::osv::parse(bytes);
});
