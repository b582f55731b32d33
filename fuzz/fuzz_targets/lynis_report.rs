//! The report file that Lynis writes; an old one may come from anywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = hardtarget_agent::engines::lynis::report_file::parse(bytes);
});
