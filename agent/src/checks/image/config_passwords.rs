use hardtarget_report::Severity;

use super::secrets::{is_ours, secrets};
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::secrets::Kind;

check! {
    /// ## What it checks
    /// No file of configuration (where HT-IMG-030 looks: `.env`, `*.conf`, `*.ini`, `*.properties`, `*.yml`,
    /// `*.json`, `*.toml`, `*.tfvars`, `*.php`, `*.sh`, `settings.py`, crontabs, `/etc/environment`,
    /// `/etc/default/*` and the like) holds a password:
    ///
    /// - high: one in an address (`scheme://user:password@host`), in `.pgpass` or in `.my.cnf`;
    /// - medium: a value that is assigned to a name ending in `password`, `secret`, `api_key`, `token` or
    ///   the like and looks like a secret: six characters or more, letters with digits or signs.
    ///
    /// Comments do not count, nor does what stands for a password (`${X}`, `<…>`, `changeme`, `example`), names
    /// a place to get it from (`/run/secrets/x`, `vault:…`, `arn:…`) or is a hash. In programs only
    /// values in quotes count.
    ///
    /// ## Why it matters
    /// Whoever can read the image can log in to the database or service, and every instance has the same
    /// password.
    ///
    /// ## Remediation
    /// Change the password, take it out of the image, and have instances fetch it at start from a store of
    /// secrets, or from a file that is made at the first boot.
    pub(crate) LEFT_CONFIG_PASSWORD {
        id: "HT-IMG-031",
        title: "A password stands in plain text in configuration",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(256), Ref::Cwe(260), Ref::Cwe(798)],
        judge: judge,
        passes: |tree| { tree.file("/srv/app/.env", "DB_PASSWORD=${DB_PASSWORD}\n"); },
        fails: |tree| { tree.file("/srv/app/.env", "DB_PASSWORD=tr0ub4dor-7\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    secrets(
        facts,
        &[
            (Kind::Password, Severity::High),
            (Kind::Assigned, Severity::Medium),
        ],
        |path| is_ours(facts, path),
    )
}
