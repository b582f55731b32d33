//! The files that a command line runs, as far as they can be told without a shell.

use std::path::PathBuf;

/// Programs that run the file they are given.
const INTERPRETERS: &[&str] = &[
    "ash", "bash", "dash", "env", "java", "ksh", "node", "perl", "php", "python", "ruby", "sh",
    "zsh",
];

/// Programs that run the command that follows them.
const WRAPPERS: &[&str] = &[
    "chronic",
    "exec",
    "flock",
    "ionice",
    "nice",
    "nohup",
    "setsid",
    "sudo",
    "systemd-cat",
    "time",
    "timeout",
];

/// The absolute paths that a command runs: what stands where a command begins, and what an
/// interpreter is given.
pub(super) fn programs(command: &str) -> Vec<PathBuf> {
    let mut programs = Vec::new();
    for part in command.split([';', '&', '|', '(', ')', '{', '}', '\n', '`']) {
        let mut words = part
            .split_whitespace()
            .map(|word| word.trim_matches(['"', '\'']))
            .filter(|word| !is_assignment(word));
        let Some(first) = words.next() else {
            continue;
        };
        add(first, &mut programs);
        let name = first.rsplit('/').next().unwrap_or(first);
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        if INTERPRETERS.contains(&stem) || WRAPPERS.contains(&name) {
            for word in words {
                add(word, &mut programs);
            }
        }
    }
    programs
}

fn add(word: &str, programs: &mut Vec<PathBuf>) {
    // What the shell or systemd would still replace cannot be told here.
    if word.starts_with('/') && !word.contains(['$', '%', '*', '?', '<', '>']) {
        programs.push(PathBuf::from(word));
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_run_is_told_from_what_is_not() {
        for (command, expected) in [
            ("/opt/app/run --config /etc/app.conf", &["/opt/app/run"][..]),
            ("A=1 /opt/app/run", &["/opt/app/run"]),
            (
                "/usr/bin/python3.11 -u /opt/app.py x",
                &["/usr/bin/python3.11", "/opt/app.py"],
            ),
            (
                "test -x /usr/sbin/a || ( cd / && /usr/sbin/b -r /etc )",
                &["/usr/sbin/b"],
            ),
            ("nice /opt/slow", &["/opt/slow"]),
            ("/bin/sh -c '/opt/x $HOME'", &["/bin/sh", "/opt/x"]),
            ("/opt/%i/run", &[]),
        ] {
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(programs(command), expected, "{command}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text: String) {
            let _programs = programs(&text);
        }
    }
}
