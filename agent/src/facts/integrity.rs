//! Programs that watch over files, and whether they do.

use super::Fact;
use super::file_modes::files_in;
use super::programs::Programs;
use super::services::Services;
use crate::host::Host;

/// What is known of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Integrity {
    /// Whether AIDE is installed.
    pub(crate) aide: bool,
    /// Whether AIDE has a database to compare with.
    pub(crate) database: bool,
    /// Whether a timer or a cron job runs AIDE.
    pub(crate) scheduled: bool,
    /// Another such program.
    pub(crate) other: Option<&'static str>,
}

/// Other programs, by a file of theirs.
const OTHERS: [(&str, &str); 6] = [
    ("Wazuh or OSSEC", "/var/ossec/etc/ossec.conf"),
    ("Tripwire", "/usr/sbin/tripwire"),
    ("Samhain", "/usr/sbin/samhain"),
    ("Falcon", "/opt/CrowdStrike/falcond"),
    ("auditbeat", "/usr/share/auditbeat/bin/auditbeat"),
    ("Trend Micro", "/opt/ds_agent/ds_agent"),
];

const TIMERS: [&str; 4] = [
    "dailyaidecheck.timer",
    "aidecheck.timer",
    "aide.timer",
    "aide-check.timer",
];

/// Directories and files of cron jobs, crontab(5).
const CRON: [&str; 4] = [
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
];
const TABLES: [&str; 4] = [
    "/etc/crontab",
    "/var/spool/cron/root",
    "/var/spool/cron/crontabs/root",
    "/etc/crontabs/root",
];

pub(crate) fn collect(
    host: &Host,
    programs: &Fact<Programs>,
    services: &Fact<Services>,
) -> Fact<Integrity> {
    let other = OTHERS
        .iter()
        .find(|(_, path)| host.exists(path))
        .map(|(name, _)| *name);
    if !programs.as_ref().is_ok_and(|it| it.get("aide").is_some()) {
        return Ok(Integrity {
            other,
            ..Integrity::default()
        });
    }
    let timer = services
        .as_ref()
        .is_ok_and(|services| TIMERS.iter().any(|timer| services.is_enabled(timer)));
    let mut tables: Vec<_> = TABLES.map(Into::into).to_vec();
    tables.extend(CRON.iter().flat_map(|directory| files_in(host, directory)));
    let job = || {
        tables
            .iter()
            .any(|path| host.text(path).is_ok_and(|text| runs_aide(&text)))
    };
    Ok(Integrity {
        aide: true,
        database: ["/var/lib/aide/aide.db", "/var/lib/aide/aide.db.gz"]
            .iter()
            .any(|path| host.exists(path)),
        scheduled: timer || job(),
        other,
    })
}

/// Whether a job or a script runs AIDE.
fn runs_aide(text: &str) -> bool {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| line.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '"')))
        .filter_map(|word| word.rsplit('/').next())
        .any(|name| matches!(name, "aide" | "aide.wrapper" | "dailyaidecheck"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use proptest::prelude::*;

    #[test]
    fn aide_is_found_with_its_database_and_its_job() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/aide", "")
            .file("/var/lib/aide/aide.db.gz", "")
            .file("/etc/crontab", "# aide --check\n");
        let integrity = tree.facts().integrity.unwrap();
        assert!(integrity.aide && integrity.database && !integrity.scheduled);
        tree.file("/etc/crontab", "0 5 * * * root /usr/sbin/aide --check\n");
        assert!(tree.facts().integrity.unwrap().scheduled);
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text: String) {
            runs_aide(&text);
        }
    }
}
