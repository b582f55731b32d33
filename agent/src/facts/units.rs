//! systemd's units: whether others than root can change them or the programs that they run.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::trust::{Tracer, Trusted};
use super::{Fact, Gap, commands};
use crate::host::Host;

/// Where units of the system lie, systemd.unit(5).
const DIRECTORIES: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

const SUFFIXES: [&[u8]; 7] = [
    b".service",
    b".socket",
    b".timer",
    b".path",
    b".mount",
    b".automount",
    b".target",
];

pub(crate) fn collect(host: &Host) -> Fact<Trusted> {
    let mut tracer = Tracer::new(host);
    let mut found = false;
    for directory in DIRECTORIES.map(Path::new) {
        // The same files under another name, where /lib is a link to /usr/lib.
        if directory.starts_with("/lib")
            && host.link_metadata("/lib").is_ok_and(|lib| lib.is_symlink())
        {
            continue;
        }
        let names = match host.list(directory) {
            Ok(names) => names,
            Err(error) => {
                tracer.unknown(&error);
                continue;
            }
        };
        found = true;
        tracer.follow(directory, directory);
        for name in names {
            let path = directory.join(&name);
            if is_unit(&name) {
                unit(host, &path, &mut tracer);
            } else if name.as_bytes().ends_with(b".d") {
                drop_ins(host, &path, &mut tracer);
            }
        }
    }
    if found {
        Ok(tracer.finish())
    } else {
        Err(Gap::Absent("systemd is not installed".to_owned()))
    }
}

fn is_unit(name: &OsStr) -> bool {
    SUFFIXES
        .iter()
        .any(|suffix| name.as_bytes().ends_with(suffix))
}

fn drop_ins(host: &Host, directory: &Path, tracer: &mut Tracer<'_>) {
    for name in host.list(directory).unwrap_or_default() {
        if name.as_bytes().ends_with(b".conf") {
            unit(host, &directory.join(name), tracer);
        }
    }
}

fn unit(host: &Host, path: &Path, tracer: &mut Tracer<'_>) {
    tracer.follow(path, path);
    match host.text(path) {
        Ok(text) => {
            for program in programs_run_as_root(&text) {
                tracer.follow(path, &program);
            }
        }
        // A link to /dev/null masks a unit.
        Err(crate::host::ReadError::NotAFile(_)) => {}
        Err(error) => tracer.unknown(&error),
    }
}

/// The programs of the `Exec…=` lines that run as root: those of a unit without `User=`, and
/// those whose line asks for full privileges with `+` or `!`, systemd.service(5).
fn programs_run_as_root(text: &str) -> Vec<PathBuf> {
    let joined = text.replace("\\\n", " ");
    let lines = || {
        joined
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with(['#', ';']))
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.trim(), value.trim()))
    };
    let user = lines()
        .filter(|(key, _)| *key == "User" || *key == "DynamicUser")
        .any(|(_, value)| !matches!(value, "" | "root" | "0" | "no" | "false"));
    lines()
        .filter(|(key, _)| key.starts_with("Exec"))
        .flat_map(|(_, value)| {
            let command = value.trim_start_matches(['@', '-', ':', '+', '!', '|']);
            let prefix = value.strip_suffix(command).unwrap_or("");
            if user && !prefix.contains(['+', '!']) {
                Vec::new()
            } else {
                commands::programs(command)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_other_users_do_not_count() {
        assert_eq!(
            programs_run_as_root(
                "[Service]\nExecStartPre=-/usr/bin/mkdir /x\nExecStart=@/opt/app name \\\n  --flag\n# ExecStop=/no\n"
            ),
            [PathBuf::from("/usr/bin/mkdir"), PathBuf::from("/opt/app")]
        );
        assert_eq!(
            programs_run_as_root(
                "[Service]\nUser=app\nExecStart=/opt/app\nExecStartPre=+/opt/prepare\n"
            ),
            [PathBuf::from("/opt/prepare")]
        );
    }
}
