//! Versions: two texts, parted by a line end. Turned round, they are ordered the other way.
#![no_main]

use hardtarget_advisories::version::Scheme;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (one, other) = text.split_once('\n').unwrap_or((text, ""));
    for scheme in [Scheme::Deb, Scheme::Rpm, Scheme::Apk] {
        assert_eq!(
            scheme.compare(one, other),
            scheme.compare(other, one).reverse()
        );
    }
});
