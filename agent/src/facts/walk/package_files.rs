//! Files that tell of a package of a programming language.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Programs shorter than this hold no Go runtime: the smallest have more than a megabyte.
const SMALLEST_GO: u64 = 512 << 10;

/// Whether a file of this name, mode and size may describe a package of Python (`METADATA`,
/// `PKG-INFO`), Node (`package.json`) or Ruby (a gem's specification), or be a program of Go.
pub(super) fn may_name_package(directory: &Path, name: &[u8], mode: u32, size: u64) -> bool {
    let last = |path: &'_ Path| {
        path.file_name()
            .map_or_else(Vec::new, |name| name.as_bytes().to_owned())
    };
    match name {
        b"METADATA" => last(directory).ends_with(b".dist-info"),
        b"PKG-INFO" => {
            let last = last(directory);
            last.ends_with(b".egg-info") || last == b"EGG-INFO"
        }
        b"package.json" => directory.parent().is_some_and(|above| {
            let above_name = last(above);
            above_name == b"node_modules"
                || (above_name.starts_with(b"@")
                    && above.parent().map(last).as_deref() == Some(b"node_modules"))
        }),
        _ if name.ends_with(b".egg-info") => {
            matches!(&*last(directory), b"site-packages" | b"dist-packages")
        }
        _ if name.ends_with(b".gemspec") => {
            let last_name = last(directory);
            last_name == b"specifications"
                || (last_name == b"default"
                    && directory.parent().map(last).as_deref() == Some(b"specifications"))
        }
        _ => mode & 0o111 != 0 && size >= SMALLEST_GO && !is_library(name),
    }
}

/// Whether a name is a shared library's, which distributions mark as programs.
fn is_library(name: &[u8]) -> bool {
    name.ends_with(b".so") || name.windows(4).any(|part| part == b".so.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_places() {
        let named = |path: &str| {
            let path = Path::new(path);
            let name = path.file_name().unwrap().as_bytes();
            may_name_package(path.parent().unwrap(), name, 0o100_644, 1000)
        };
        for path in [
            "/opt/venv/lib/python3.11/site-packages/requests-2.31.0.dist-info/METADATA",
            "/usr/lib/python2.7/site-packages/six-1.9.egg-info",
            "/srv/lib/six-1.9-py2.7.egg/EGG-INFO/PKG-INFO",
            "/srv/app/node_modules/left-pad/package.json",
            "/srv/app/node_modules/@types/node/package.json",
            "/var/lib/gems/3.1.0/specifications/rack-2.2.4.gemspec",
            "/usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec",
        ] {
            assert!(named(path), "{path}");
        }
        for path in [
            "/srv/app/package.json",
            "/srv/app/node_modules/left-pad/test/package.json",
            "/srv/METADATA",
            "/srv/rack/rack.gemspec",
        ] {
            assert!(!named(path), "{path}");
        }
    }

    #[test]
    fn only_large_programs_may_be_of_go() {
        let program = |name: &[u8], mode, size| {
            may_name_package(Path::new("/usr/local/bin"), name, mode, size)
        };
        assert!(program(b"app", 0o100_755, 2 << 20));
        assert!(!program(b"app", 0o100_755, 2 << 10));
        assert!(!program(b"app", 0o100_644, 2 << 20));
        assert!(!program(b"libx.so.1", 0o100_755, 2 << 20));
    }
}
