//! The `PATH` that root works with, as the system's files set it.

use std::path::{Path, PathBuf};

use super::Fact;
use super::trust::{Tracer, Trusted};
use crate::host::Host;

/// Files that may set root's `PATH`.
const FILES: [&str; 10] = [
    "/etc/environment",
    "/etc/login.defs",
    "/etc/profile",
    "/etc/sudoers",
    "/etc/crontab",
    "/root/.bash_login",
    "/root/.bash_profile",
    "/root/.bashrc",
    "/root/.profile",
    "/root/.zshrc",
];

/// What systemd gives to services, and shells start with.
const DEFAULT: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The directories that root's programs are looked for in.
#[derive(Debug, Default)]
pub(crate) struct SearchPath {
    /// Entries that are no absolute path, with the file that has them.
    pub(crate) relative: Vec<(String, PathBuf)>,
    /// Who can change the others.
    pub(crate) directories: Trusted,
}

pub(crate) fn collect(host: &Host) -> Fact<SearchPath> {
    let mut tracer = Tracer::new(host);
    let mut relative = Vec::new();
    for directory in DEFAULT.split(':') {
        tracer.follow_if_there(Path::new(directory));
    }
    for file in FILES.map(Path::new) {
        let text = match host.text(file) {
            Ok(text) => text,
            Err(error) => {
                tracer.unknown(&error);
                continue;
            }
        };
        for entry in entries(&text, file) {
            if entry.starts_with('/') {
                tracer.follow(file, Path::new(&entry));
            } else {
                relative.push((entry, file.to_owned()));
            }
        }
    }
    relative.sort();
    relative.dedup();
    Ok(SearchPath {
        relative,
        directories: tracer.finish(),
    })
}

/// The entries of all assignments to root's `PATH` in a file. Those with variables other than
/// `$PATH` itself and `$HOME` cannot be told and are left out.
fn entries(text: &str, file: &Path) -> Vec<String> {
    let mut entries = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') {
            continue;
        }
        let Some(value) = assigned(line, file) else {
            continue;
        };
        for entry in value.split(':') {
            match entry {
                "$PATH" | "${PATH}" => {}
                entry => {
                    let entry = entry.replace("${HOME}", "/root").replace("$HOME", "/root");
                    let entry = entry
                        .strip_prefix('~')
                        .map_or_else(|| entry.clone(), |rest| format!("/root{rest}"));
                    if !entry.contains(['$', '`', '*']) {
                        entries.push(entry);
                    }
                }
            }
        }
    }
    entries
}

/// What a line assigns to root's `PATH`.
fn assigned<'a>(line: &'a str, file: &Path) -> Option<&'a str> {
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let value = if file == Path::new("/etc/login.defs") {
        // `ENV_SUPATH PATH=…`, login.defs(5).
        line.strip_prefix("ENV_SUPATH")?
            .trim_start()
            .trim_start_matches("PATH=")
    } else if file == Path::new("/etc/sudoers") {
        let (_, value) = line
            .strip_prefix("Defaults")?
            .trim_start()
            .strip_prefix("secure_path")?
            .split_once('=')?;
        value.trim()
    } else {
        line.strip_prefix("PATH=")?
    };
    let value = match value.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(['"', '\'']).next().unwrap_or(quoted),
        None => value.split([' ', '\t', ';', '#']).next().unwrap_or(value),
    };
    // `PATH=` alone, or with nothing in it, is mostly a variable being built up.
    (!value.is_empty() && value != "$").then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn assignments_of_all_kinds_are_read() {
        for (file, text, expected) in [
            (
                "/etc/environment",
                "PATH=\"/usr/bin:/opt/bin\"\n",
                &["/usr/bin", "/opt/bin"][..],
            ),
            (
                "/root/.bashrc",
                "export PATH=$PATH:$HOME/bin:.\n",
                &["/root/bin", "."],
            ),
            (
                "/root/.profile",
                "  PATH=\"$HOME/.local/bin:$PATH\" # mine\n",
                &["/root/.local/bin"],
            ),
            (
                "/root/.profile",
                "PATH=/a::/b; export PATH\n",
                &["/a", "", "/b"],
            ),
            ("/etc/profile", "PATH=$(helper):/x\n# PATH=/y\n", &["/x"]),
            (
                "/etc/login.defs",
                "ENV_PATH PATH=/no\nENV_SUPATH\tPATH=/sbin:/bin\n",
                &["/sbin", "/bin"],
            ),
            (
                "/etc/sudoers",
                "Defaults\tsecure_path=\"/sbin:/snap/bin\"\nDefaults x\n",
                &["/sbin", "/snap/bin"],
            ),
        ] {
            assert_eq!(entries(text, Path::new(file)), expected, "{file}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text: String) {
            for file in FILES {
                let _entries = entries(&text, Path::new(file));
            }
        }
    }
}
