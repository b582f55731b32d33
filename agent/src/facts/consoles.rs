//! What the console offers without a password: rescue shells, automatic logins.

use std::path::{Path, PathBuf};

use super::file_modes::files_in;
use super::{Fact, Gap, systemd_conf};
use crate::host::Host;

/// Where drop-ins lie; `/lib` is the same as `/usr/lib` where there are any.
const DROP_INS: [&str; 3] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
];

/// A way past the login.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FreeConsole {
    /// The file that opens it.
    pub(crate) path: PathBuf,
    /// How: a line of that file.
    pub(crate) line: String,
}

pub(crate) fn collect(host: &Host) -> Fact<Vec<FreeConsole>> {
    let mut found = Vec::new();
    let mut looked = false;
    for unit in ["rescue.service", "emergency.service"] {
        let files = files_of(host, unit);
        looked |= !files.is_empty();
        found.extend(rescue(host, &files));
    }
    for directory in DROP_INS {
        for path in files_in(host, directory) {
            if path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(is_getty)
            {
                let drop_ins = files_in(host, &path.to_string_lossy());
                for file in drop_ins.into_iter().chain([path]) {
                    found.extend(autologins(host, &file));
                }
            }
        }
    }
    if let Ok(text) = host.text("/etc/inittab") {
        looked = true;
        let path = Path::new("/etc/inittab");
        found.extend(inittab(&text).map(|line| free(path, line)));
    }
    if looked {
        Ok(found)
    } else {
        Err(Gap::Absent("no init is installed".to_owned()))
    }
}

fn free(path: &Path, line: &str) -> FreeConsole {
    FreeConsole {
        path: path.to_owned(),
        line: line.to_owned(),
    }
}

/// A unit's file and its drop-ins.
fn files_of(host: &Host, unit: &str) -> Vec<PathBuf> {
    let file = DROP_INS
        .iter()
        .chain(&["/lib/systemd/system"])
        .map(|directory| Path::new(directory).join(unit))
        .find(|path| host.exists(path));
    let Some(file) = file else {
        return Vec::new();
    };
    let drop_ins = DROP_INS
        .iter()
        .flat_map(|directory| files_in(host, &format!("{directory}/{unit}.d")));
    [file].into_iter().chain(drop_ins).collect()
}

/// A rescue mode whose last `ExecStart=` does not ask sulogin(8), or that tells it to ask nothing.
fn rescue(host: &Host, files: &[PathBuf]) -> Vec<FreeConsole> {
    let mut shell = None;
    let mut found = Vec::new();
    for file in files {
        for (key, value) in systemd_conf::lines(&host.text(file).unwrap_or_default()) {
            match key {
                "ExecStart" if value.contains("sulogin") || value.is_empty() => shell = None,
                "ExecStart" => shell = Some(free(file, &format!("{key}={value}"))),
                "Environment" if value.contains("SYSTEMD_SULOGIN_FORCE=1") => {
                    found.push(free(file, "SYSTEMD_SULOGIN_FORCE=1"));
                }
                _ => {}
            }
        }
    }
    found.extend(shell);
    found
}

/// Units and directories of drop-ins of what waits on a terminal.
fn is_getty(name: &str) -> bool {
    ["getty@", "serial-getty@", "console-getty.", "autovt@"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Lines that log someone in by themselves, agetty(8).
fn autologins(host: &Host, file: &Path) -> Vec<FreeConsole> {
    let text = host.text(file).unwrap_or_default();
    systemd_conf::lines(&text)
        .filter(|(key, value)| *key == "ExecStart" && value.contains("--autologin"))
        .map(|(key, value)| free(file, &format!("{key}={value}")))
        .collect()
}

/// Lines of inittab(5) that start a shell, or log someone in by themselves.
fn inittab(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| {
        let mut fields = line.splitn(4, ':').skip(2);
        let (Some(action), Some(process)) = (fields.next(), fields.next()) else {
            return false;
        };
        let mut words = process.split_whitespace();
        let program = words.next().unwrap_or_default().trim_start_matches('-');
        let program = program.rsplit('/').next().unwrap_or_default();
        !line.starts_with('#')
            && matches!(
                action,
                "respawn" | "askfirst" | "wait" | "once" | "bootwait"
            )
            && (matches!(program, "sh" | "ash" | "bash" | "dash" | "sushell")
                && words.next().is_none()
                || process.contains("--autologin"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn drop_ins_open_and_close_the_rescue_mode() {
        let mut tree = Tree::new();
        tree.file(
            "/usr/lib/systemd/system/rescue.service",
            "[Service]\nExecStart=-/usr/lib/systemd/systemd-sulogin-shell rescue\n",
        );
        assert_eq!(collect(&tree.host()), Ok(Vec::new()));
        tree.file(
            "/etc/systemd/system/rescue.service.d/a.conf",
            "[Service]\nEnvironment=SYSTEMD_SULOGIN_FORCE=1\nExecStart=\nExecStart=/bin/bash\n",
        );
        assert_eq!(collect(&tree.host()).unwrap().len(), 2);
    }

    #[test]
    fn automatic_logins_are_found() {
        let mut tree = Tree::new();
        tree.file("/etc/inittab", "").file(
            "/etc/systemd/system/serial-getty@ttyS0.service.d/auto.conf",
            "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root -o '-p -- \\u' %I\n",
        );
        assert_eq!(collect(&tree.host()).unwrap().len(), 1);
        let lines: Vec<&str> = inittab(
            "# x\ntty1::respawn:/sbin/getty 38400 tty1\n::sysinit:/sbin/openrc sysinit\n\
             ::askfirst:-/bin/sh\nsu:S:wait:/sbin/sulogin\n::wait:/bin/sh /etc/rc\n",
        )
        .collect();
        assert_eq!(lines, ["::askfirst:-/bin/sh"]);
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "([:-]|respawn|/bin/sh|\n|\\PC)*") {
            inittab(&text).for_each(drop);
        }
    }
}
