//! Seeds for random numbers, random-seed(8) of systemd and urandom of System V init.

use std::path::Path;

use super::Kind;
use super::finder::Finder;

const PLACES: [&str; 7] = [
    "/var/lib/systemd/random-seed",
    "/var/lib/urandom/random-seed",
    "/var/lib/random-seed",
    "/var/lib/misc/random-seed",
    "/boot/loader/random-seed",
    "/boot/efi/loader/random-seed",
    "/efi/loader/random-seed",
];

pub(super) fn look(finder: &mut Finder<'_>) {
    for path in PLACES.map(Path::new) {
        finder.found_if_filled(Kind::RandomSeed, path, None, "holds a seed");
    }
}
