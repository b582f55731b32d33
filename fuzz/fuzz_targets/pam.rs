//! The files under `/etc/pam.d` of a scanned machine: what is before the first NUL byte includes
//! what is after it, which may include itself.
#![no_main]

use hardtarget_agent::parsers::{PamIncluded, parse_pam};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (main, included) = text.split_once('\0').unwrap_or((&text, ""));
    let _ = parse_pam("login", main, &mut |path| {
        Some(PamIncluded {
            path: path.to_owned(),
            text: included.to_owned(),
        })
    });
});
