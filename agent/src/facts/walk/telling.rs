//! Files whose names alone say that checks want to look at them.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Endings of files that may hold a private key.
const ENDINGS: [&[u8]; 5] = [b"pem", b"key", b"p12", b"pfx", b"ppk"];

/// Directories of the distribution's packages: what looks like a key there belongs to tests and
/// examples, and everybody has it.
const OF_PACKAGES: [&str; 9] = [
    "/usr/share",
    "/usr/lib",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/src",
    "/usr/include",
    "/lib",
    "/lib64",
    "/snap",
];

/// Directories into which package managers of languages unpack other people's packages.
const OF_LANGUAGES: [&[u8]; 6] = [
    b"site-packages",
    b"dist-packages",
    b"node_modules",
    b"gems",
    b".cargo",
    b".rustup",
];

/// Whether a file of this name may hold a private key: `id_*` as ssh-keygen(1) names them, or one
/// of [`ENDINGS`]. What packages brought along is passed over.
pub(super) fn is_telling(directory: &Path, name: &[u8]) -> bool {
    let named_so = if name.starts_with(b"id_") {
        !name.ends_with(b".pub")
    } else {
        name.rsplit(|byte| *byte == b'.')
            .next()
            .is_some_and(|ending| {
                ending.len() < name.len()
                    && ENDINGS
                        .iter()
                        .any(|known| ending.eq_ignore_ascii_case(known))
            })
    };
    named_so && !is_of_packages(directory)
}

fn is_of_packages(directory: &Path) -> bool {
    if OF_PACKAGES.iter().any(|start| directory.starts_with(start)) {
        return true;
    }
    let mut above: &[u8] = b"";
    for part in directory.components() {
        let part = part.as_os_str().as_bytes();
        let tests_of_python = part == b"test" && above.starts_with(b"python");
        let modules_of_go = part == b"mod" && above == b"pkg";
        if tests_of_python || modules_of_go || OF_LANGUAGES.contains(&part) {
            return true;
        }
        above = part;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_places_of_keys() {
        for (directory, name) in [
            ("/root/.ssh", "id_ed25519"),
            ("/home/joe", "aws.PEM"),
            ("/etc/ssl/private", "site.key"),
            ("/usr/local/etc", "client.p12"),
            ("/srv/mod/test", "x.ppk"),
        ] {
            assert!(is_telling(Path::new(directory), name.as_bytes()), "{name}");
        }
        for (directory, name) in [
            ("/root/.ssh", "id_ed25519.pub"),
            ("/root/.ssh", "pem"),
            ("/usr/lib/python3/dist-packages/x", "x.pem"),
            ("/usr/local/lib/python3.12/test/certdata", "ssl_key.pem"),
            ("/srv/app/node_modules/x/test", "x.key"),
            ("/root/go/pkg/mod/x", "x.key"),
            ("/usr/share/doc", "id_rsa"),
        ] {
            assert!(!is_telling(Path::new(directory), name.as_bytes()), "{name}");
        }
    }
}
