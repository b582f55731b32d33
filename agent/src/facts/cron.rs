//! Jobs of cron and anacron: whether others than root can change what root runs, crontab(5).

use std::path::{Path, PathBuf};

use super::trust::{Tracer, Trusted};
use super::{Fact, Gap, commands};
use crate::host::{Host, ReadError};

/// Tables whose lines name the user.
const TABLES: [&str; 2] = ["/etc/crontab", "/etc/anacrontab"];

/// Directories of such tables, and of scripts that root runs.
const DIRECTORIES: [&str; 6] = [
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/etc/cron.yearly",
];

/// root's own table, with Debian, with Red Hat and SUSE, and with Alpine.
const OWN: [&str; 4] = [
    "/var/spool/cron/crontabs/root",
    "/var/spool/cron/root",
    "/var/spool/cron/tabs/root",
    "/etc/crontabs/root",
];

pub(crate) fn collect(host: &Host) -> Fact<Trusted> {
    let mut tracer = Tracer::new(host);
    for path in TABLES.map(Path::new) {
        table(host, path, Form::System, &mut tracer);
    }
    for directory in DIRECTORIES.map(Path::new) {
        tracer.follow_directory(directory);
    }
    for name in host.list("/etc/cron.d").unwrap_or_default() {
        table(
            host,
            &Path::new("/etc/cron.d").join(name),
            Form::System,
            &mut tracer,
        );
    }
    for path in OWN.map(Path::new) {
        table(host, path, Form::Own, &mut tracer);
    }
    let jobs = tracer.finish();
    if jobs.seen == 0 && jobs.unknown.is_empty() {
        return Err(Gap::Absent("there are no cron jobs".to_owned()));
    }
    Ok(jobs)
}

/// How a table's lines are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Time, user, command.
    System,
    /// Time, command.
    Own,
}

fn table(host: &Host, path: &Path, form: Form, tracer: &mut Tracer<'_>) {
    let text = match host.text(path) {
        Ok(text) => text,
        Err(ReadError::NotAFile(_)) => return,
        Err(error) => return tracer.unknown(&error),
    };
    tracer.follow(path, path);
    let form = if path == Path::new("/etc/anacrontab") {
        Form::Own
    } else {
        form
    };
    for program in programs(&text, form) {
        tracer.follow(path, &program);
    }
}

/// What root runs by a table, and the directories of its `PATH`.
fn programs(text: &str, form: Form) -> Vec<PathBuf> {
    let mut programs = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = line.split_once('=')
            && name
                .trim()
                .chars()
                .all(|c| c.is_ascii_alphabetic() || c == '_')
        {
            if name.trim() == "PATH" {
                programs.extend(
                    value
                        .trim()
                        .trim_matches('"')
                        .split(':')
                        .filter(|directory| directory.starts_with('/'))
                        .map(PathBuf::from),
                );
            }
            continue;
        }
        let times = if line.starts_with('@') { 1 } else { 5 };
        let skipped = times + usize::from(form == Form::System);
        if form == Form::System && !matches!(line.split_whitespace().nth(times), Some("root")) {
            continue;
        }
        programs.extend(commands::programs(after_words(line, skipped)));
    }
    programs
}

/// What follows the first `count` words.
fn after_words(line: &str, count: usize) -> &str {
    let mut rest = line.trim_start();
    for _ in 0..count {
        rest = rest
            .split_once(char::is_whitespace)
            .map_or("", |(_, rest)| rest.trim_start());
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn jobs_of_root_are_taken_from_a_table() {
        let text = "# comment\nPATH=/opt/bin:/usr/bin\nMAILTO=root\n\
                    17 * * * * root cd / && /opt/hourly\n* * * * * app /opt/theirs\n\
                    @reboot root /opt/boot --now\nbroken\n";
        assert_eq!(
            programs(text, Form::System),
            ["/opt/bin", "/usr/bin", "/opt/hourly", "/opt/boot"].map(PathBuf::from)
        );
        assert_eq!(
            programs("0 3 * * * /opt/nightly\n", Form::Own),
            [PathBuf::from("/opt/nightly")]
        );
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text: String) {
            let _programs = programs(&text, Form::System);
        }
    }
}
