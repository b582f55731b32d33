//! The results that OpenSCAP writes, and the data streams that they come from.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = hardtarget_agent::engines::openscap::results::read(bytes);
});
