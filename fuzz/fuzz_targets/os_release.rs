//! `/etc/os-release` of a scanned machine.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = hardtarget_agent::parsers::parse_os_release(&String::from_utf8_lossy(bytes));
});
