use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::file_modes::FileMode;

check! {
    /// ## What it checks
    /// Only root can write to the directories at the top (`/`, `/etc`, `/usr`, `/usr/bin`, `/var`, …) and to files
    /// that decide for the whole system: `/etc/profile`, `/etc/environment`, `/etc/ld.so.conf` and
    /// `/etc/ld.so.preload`, `/etc/fstab`, `/etc/hosts`, `/etc/nsswitch.conf`, `/etc/login.defs`, `/etc/shells`,
    /// `/etc/selinux/config`, package sources, settings of the kernel and its modules, and others of
    /// that kind. Banners (`/etc/motd`, `/etc/issue`) are of low severity. The files of accounts are
    /// HT-ACC-009's, programs HT-FS-007's.
    ///
    /// ## Why it matters
    /// Root's shells and services read these files. Whoever can change one decides what runs as root
    /// next, or where packages and names come from.
    ///
    /// ## Remediation
    /// `chown root:root` and `chmod go-w` what the evidence names.
    pub(crate) OPEN_SYSTEM_FILE {
        id: "HT-FS-040",
        title: "A file or directory of the system can be changed by others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("7.1.9"),
            Ref::debian_12("1.6.4"),
            Ref::debian_12("1.6.5"),
            Ref::debian_12("1.6.6"),
            Ref::sles_15("1.8.1.4"),
            Ref::sles_15("1.8.1.5"),
            Ref::sles_15("1.8.1.6"),
            Ref::Cwe(732),
        ],
        judge: system_files,
        passes: |tree| { tree.file("/etc/profile", ""); },
        fails: |tree| { tree.file("/etc/profile", "").mode("/etc/profile", 0o666); },
    }
}

const BANNERS: [&str; 3] = ["/etc/issue", "/etc/issue.net", "/etc/motd"];

fn system_files(facts: &Facts) -> Judged {
    let files = &facts.system_files.as_ref()?.files;
    Ok(Verdict::from_faults(
        files
            .iter()
            .filter(|file| file.written_by_others())
            .map(|file| Fault::at(&file.path, file.line()).severity(severity(file))),
    ))
}

fn severity(file: &FileMode) -> Severity {
    if BANNERS
        .iter()
        .any(|banner| file.path.as_os_str() == *banner)
    {
        Severity::Low
    } else if file.mode & 0o1002 == 0o0002 {
        Severity::Critical
    } else {
        Severity::High
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn who_may_write_and_to_what_decides() {
        let mut tree = Tree::new();
        tree.file("/etc/motd", "")
            .mode("/etc/motd", 0o666)
            .file("/etc/ld.so.conf.d/a.conf", "")
            .mode("/etc/ld.so.conf.d/a.conf", 0o666)
            .file("/etc/hosts", "")
            .owner("/etc/hosts", 1000, 1000)
            .link("/etc/issue", "/dev/null");
        let Ok(Verdict::Fail(faults)) = system_files(&tree.facts()) else {
            panic!("no fault");
        };
        let mut found: Vec<_> = faults
            .iter()
            .map(|fault| (fault.subject.as_str(), fault.severity))
            .collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                ("/etc/hosts", Some(Severity::High)),
                ("/etc/ld.so.conf.d/a.conf", Some(Severity::Critical)),
                ("/etc/motd", Some(Severity::Low)),
            ]
        );
    }
}
