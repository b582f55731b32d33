//! The log that Lynis writes; it quotes what the scanned machine says.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = hardtarget_agent::engines::lynis::log::parse(bytes);
});
