use crate::checks::{Fault, Judged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::sshd::Role;
use crate::facts::walk::permissions;

check! {
    /// ## What it checks
    /// Only root can read the files of sshd's configuration. Who can write to them is HT-SSH-007's.
    ///
    /// ## Why it matters
    /// They tell who may log in from where and how. That lets nobody in, and Debian and Ubuntu ship
    /// them open to all, so this is a remark.
    ///
    /// ## Remediation
    /// `chmod 600 /etc/ssh/sshd_config` and the files of `/etc/ssh/sshd_config.d`.
    pub(crate) READABLE_CONFIG {
        id: "HT-SSH-018",
        title: "Everyone can read sshd's configuration",
        severity: Info,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.1"),
            Ref::amazon_linux_2023("4.2.1"),
            Ref::independent("5.2.1"),
            Ref::Cwe(732),
        ],
        judge: readable_config,
        passes: |tree| { tree.sshd("UsePAM yes\n").mode("/etc/ssh/sshd_config", 0o600); },
        fails: |tree| { tree.sshd("UsePAM yes\n"); },
    }
}

fn readable_config(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    let open: Vec<Fault> = sshd
        .paths
        .as_ref()?
        .iter()
        .filter(|file| file.role == Role::Configuration && file.path.starts_with("/etc/ssh"))
        .filter(|file| file.mode & 0o004 != 0)
        .map(|file| {
            Fault::at(
                &file.path,
                format!(
                    "{}: {}",
                    file.path.display(),
                    permissions(file.mode, file.uid, file.gid)
                ),
            )
        })
        .collect();
    Ok(Verdict::from_faults(open))
}
