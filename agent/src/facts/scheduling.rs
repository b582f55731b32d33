//! Who may leave jobs for later with cron and at, crontab(1) and at(1), and who can read them.

use super::file_modes::FileMode;
use super::os_release::OsRelease;
use super::{Fact, Gap};
use crate::host::Host;

/// Tables and directories of cron that are for root alone.
const TABLES: [&str; 7] = [
    "/etc/crontab",
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/etc/cron.yearly",
];

/// What is known of cron and at.
#[derive(Debug)]
pub(crate) struct Scheduling {
    /// Those of cron's tables and directories that exist.
    pub(crate) tables: Vec<FileMode>,
    /// The programs that users leave jobs with, as far as they are installed.
    pub(crate) programs: Vec<Program>,
}

/// `crontab` or `at`.
#[derive(Debug)]
pub(crate) struct Program {
    /// Its name: the service, `cron` or `at`.
    pub(crate) name: &'static str,
    /// The file of those who may use it, if it exists.
    pub(crate) allow: Option<FileMode>,
    /// Whether there is a file of those who may not.
    pub(crate) deny: bool,
    /// Whether everyone may use it where there is neither file.
    pub(crate) open_by_default: bool,
}

impl Program {
    /// Whether whoever is not named somewhere may use it.
    pub(crate) fn is_for_everyone(&self) -> bool {
        self.allow.is_none() && (self.deny || self.open_by_default)
    }
}

pub(crate) fn collect(host: &Host, os: &Fact<OsRelease>) -> Fact<Scheduling> {
    let mut tables = Vec::new();
    for path in TABLES {
        tables.extend(FileMode::look(host, path)?);
    }
    let mut programs = Vec::new();
    // Debian's cron lets everyone in without the files, that of others and at only root.
    let debian = os.as_ref().is_ok_and(|os| {
        let like = os.get("ID_LIKE").unwrap_or_default();
        os.id() == Some("debian") || like.split(' ').any(|like| like == "debian")
    });
    for (name, path, open_by_default) in [
        ("cron", "/usr/bin/crontab", debian),
        ("at", "/usr/bin/at", false),
    ] {
        // busybox's crontab knows no such files.
        let is_busybox = host.read_link(path).is_ok_and(|target| {
            let target = target.to_string_lossy();
            target.contains("busybox") || target.contains("bbsuid")
        });
        if is_busybox || FileMode::look(host, path)?.is_none() {
            continue;
        }
        programs.push(Program {
            name,
            allow: FileMode::look(host, format!("/etc/{name}.allow"))?,
            deny: FileMode::look(host, format!("/etc/{name}.deny"))?.is_some(),
            open_by_default,
        });
    }
    if tables.is_empty() && programs.is_empty() {
        return Err(Gap::Absent("neither cron nor at is installed".to_owned()));
    }
    Ok(Scheduling { tables, programs })
}
