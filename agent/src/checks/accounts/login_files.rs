use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::login_files::LoginFile;
use crate::facts::walk::permissions;

check! {
    /// ## What it checks
    /// Only root can write to `/etc/passwd`, `/etc/shadow`, `/etc/group`, `/etc/gshadow`,
    /// `/etc/shells`, `/etc/sudoers`, `/etc/sudoers.d` and `/etc/pam.d`, and everyone else cannot read those with
    /// password hashes.
    ///
    /// ## Why it matters
    /// Whoever can write to one of them makes himself root; whoever can read the hashes can guess
    /// passwords at leisure.
    ///
    /// ## Remediation
    /// `chown root:root` and `chmod go-w` the file; `chmod o= /etc/shadow /etc/gshadow`.
    pub(crate) OPEN_LOGIN_FILE {
        id: "HT-ACC-009",
        title: "A file that decides who may log in is open to others",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.1.1"),
            Ref::debian_12("7.1.2"),
            Ref::debian_12("7.1.3"),
            Ref::debian_12("7.1.4"),
            Ref::debian_12("7.1.5"),
            Ref::debian_12("7.1.6"),
            Ref::debian_12("7.1.7"),
            Ref::debian_12("7.1.8"),
            Ref::debian_12("7.1.9"),
            Ref::debian_12("7.1.10"),
            Ref::amazon_linux_2023("6.1"),
            Ref::Cwe(732),
        ],
        judge: login_files,
        passes: |tree| { tree.file("/etc/shadow", "").mode("/etc/shadow", 0o640); },
        fails: |tree| { tree.file("/etc/shadow", "").mode("/etc/shadow", 0o644); },
    }
}

fn login_files(facts: &Facts) -> Judged {
    let files = facts.login_files.as_ref()?;
    Ok(Verdict::from_faults(files.iter().filter_map(|file| {
        let severity = severity(file)?;
        Some(
            Fault::new(
                &file.path,
                format!(
                    "{}: {}",
                    file.path,
                    permissions(file.mode, file.uid, file.gid)
                ),
            )
            .severity(severity),
        )
    })))
}

/// How bad the mode and owner of a file are, if they are.
fn severity(file: &LoginFile) -> Option<Severity> {
    let written_by_some = file.uid != 0 || (file.mode & 0o020 != 0 && file.gid != 0);
    let read_by_all = file.secret && file.mode & 0o004 != 0;
    if file.mode & 0o002 != 0 {
        Some(Severity::Critical)
    } else if written_by_some || read_by_all {
        Some(Severity::High)
    } else {
        None
    }
}
