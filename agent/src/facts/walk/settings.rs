//! Which files may be configuration that somebody wrote for this machine, told by place and name
//! alone: only these are looked into for secrets.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The longest file worth a look, in bytes: configuration is short.
const LONGEST: i64 = 256 << 10;

/// The longest JSON or XML file: longer ones are data.
const LONGEST_DATA: i64 = 32 << 10;

/// Below these lies what administrators and applications configure.
const PLACES: [&[u8]; 10] = [
    b"/etc",
    b"/opt",
    b"/srv",
    b"/root",
    b"/home",
    b"/app",
    b"/var/www",
    b"/var/spool/cron",
    b"/usr/local/etc",
    b"/usr/local/bin",
];

/// Directories of these names hold what others wrote: packages of languages, tests, documentation,
/// caches; and in `/etc` what packages bring and nobody edits.
const OF_OTHERS: [&[u8]; 30] = [
    b"node_modules",
    b"site-packages",
    b"dist-packages",
    b"bower_components",
    b"vendor",
    b"gems",
    b"pkgs",
    b".cargo",
    b".rustup",
    b".cache",
    b".npm",
    b".local",
    b"__pycache__",
    b"test",
    b"tests",
    b"testdata",
    b"fixtures",
    b"examples",
    b"example",
    b"samples",
    b"doc",
    b"docs",
    b"locale",
    b"man",
    b"alternatives",
    b"apparmor.d",
    b"ca-certificates",
    b"fonts",
    b"selinux",
    b"X11",
];

/// Files that are configuration whatever their ending.
const NAMES: [&[u8]; 11] = [
    b".env",
    b".pgpass",
    b".my.cnf",
    b"crontab",
    b"environment",
    b"fstab",
    b"profile",
    b"Dockerfile",
    b"settings.py",
    b"local_settings.py",
    b"slapd.conf",
];

/// Endings of configuration and of scripts that carry it.
const ENDINGS: [&[u8]; 18] = [
    b"env",
    b"conf",
    b"config",
    b"cfg",
    b"cnf",
    b"ini",
    b"properties",
    b"yml",
    b"yaml",
    b"toml",
    b"tfvars",
    b"tfstate",
    b"service",
    b"sh",
    b"secret",
    b"secrets",
    b"credentials",
    b"ovpn",
];

/// Words in a name that say that the file is a pattern for others to fill in.
const PATTERNS: [&[u8]; 6] = [
    b"example",
    b"sample",
    b"template",
    b".dist",
    b".default",
    b".rpmnew",
];

/// Words in the names of programs in PHP that only set things: `wp-config.php`, `LocalSettings.php`.
const SETTERS: [&[u8]; 5] = [b"config", b"setting", b"database", b"parameters", b"secret"];

/// Directories of `/etc` whose files have no ending.
const WITHOUT_ENDINGS: [&[u8]; 8] = [
    b"/etc/default",
    b"/etc/sysconfig",
    b"/etc/conf.d",
    b"/etc/cron.d",
    b"/etc/cron.hourly",
    b"/etc/cron.daily",
    b"/var/spool/cron",
    b"/var/spool/cron/crontabs",
];

/// Whether what is below a directory may be configuration, where that was `above` so for the
/// directory that it is in.
pub(super) fn is_for_settings(path: &Path, above: bool) -> bool {
    let bytes = path.as_os_str().as_bytes();
    if above {
        let last = bytes.rsplit(|byte| *byte == b'/').next().unwrap_or(bytes);
        !OF_OTHERS.contains(&last)
    } else {
        PLACES.contains(&bytes)
    }
}

/// Whether a file in such a directory may be configuration.
pub(super) fn is_setting(directory: &Path, name: &[u8], size: i64) -> bool {
    if !(1..=LONGEST).contains(&size) {
        return false;
    }
    let directory = directory.as_os_str().as_bytes();
    if WITHOUT_ENDINGS.contains(&directory) || NAMES.contains(&name) {
        return true;
    }
    if PATTERNS.iter().any(|word| contains(name, word)) {
        return false;
    }
    if name == b"config" {
        // Of git, with the addresses of its servers.
        return directory.ends_with(b"/.git");
    }
    if name.starts_with(b".env.") || name.starts_with(b"docker-compose") {
        return true;
    }
    let Some(ending) = name.rsplit(|byte| *byte == b'.').next() else {
        return false;
    };
    if ending.len() == name.len() {
        return false;
    }
    match ending {
        b"php" => SETTERS.iter().any(|word| contains(name, word)),
        b"json" | b"xml" => size <= LONGEST_DATA,
        ending => ENDINGS.contains(&ending),
    }
}

fn contains(name: &[u8], word: &[u8]) -> bool {
    name.windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_settings() {
        assert!(is_for_settings(Path::new("/etc"), false));
        assert!(is_for_settings(Path::new("/opt/app/config"), true));
        assert!(!is_for_settings(Path::new("/usr/share"), false));
        assert!(!is_for_settings(Path::new("/srv/app/node_modules"), true));
    }

    #[test]
    fn names_of_settings() {
        for (directory, name) in [
            ("/srv/app", ".env"),
            ("/srv/app", ".env.production"),
            ("/var/www/html", "wp-config.php"),
            ("/etc/app", "database.yml"),
            ("/etc/default", "app"),
            ("/srv/app/.git", "config"),
            ("/opt/app", "appsettings.json"),
        ] {
            let directory = Path::new(directory);
            assert!(is_setting(directory, name.as_bytes(), 100), "{name}");
        }
        for (directory, name) in [
            ("/srv/app", ".env.example"),
            ("/var/www/html", "wp-config-sample.php"),
            ("/srv/app", "main.c"),
            ("/etc/app", "README"),
            ("/srv/app", "conf"),
        ] {
            let directory = Path::new(directory);
            assert!(!is_setting(directory, name.as_bytes(), 100), "{name}");
        }
        assert!(!is_setting(Path::new("/etc"), b"a.conf", 10 << 20));
        assert!(!is_setting(Path::new("/etc"), b"a.conf", 0));
    }
}
