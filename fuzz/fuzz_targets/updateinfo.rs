//! `updateinfo.xml`, of a feed or out of a scanned machine's cache.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = hardtarget_advisories::updateinfo::read(bytes, |_| {});
});
