use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;
use crate::facts::sshd::{Guarded, Role};
use crate::facts::walk::permissions;

check! {
    /// ## What it checks
    /// `StrictModes` is on, nobody but root may write to sshd's configuration, its host keys (public
    /// halves too) and a common directory of authorized keys, and private host keys are for root
    /// alone (and, on Red Hat's systems, for the group of the program that signs with them).
    ///
    /// ## Why it matters
    /// Whoever can write to the configuration or to authorized keys lets himself in as anyone;
    /// whoever reads a host key can play this host to its users. `StrictModes no` accepts keys from
    /// home directories that others may write to.
    ///
    /// ## Remediation
    /// Remove `StrictModes no`; `chown root:root` and `chmod go-w` the files named, `chmod 600` the
    /// host keys.
    pub(crate) OPEN_KEY_FILES {
        id: "HT-SSH-007",
        title: "Files that sshd trusts are open to others",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.1"),
            Ref::debian_12("5.1.2"),
            Ref::debian_12("5.1.3"),
            Ref::amazon_linux_2023("4.2.1"),
            Ref::amazon_linux_2023("4.2.2"),
            Ref::amazon_linux_2023("4.2.3"),
            Ref::independent("5.2.1"),
            Ref::independent("5.2.2"),
            Ref::independent("5.2.3"),
            Ref::Cwe(732),
            Ref::Manual("sshd_config(5)"),
        ],
        same_as: [SameAs::Each("SSH-7408")],
        judge: key_files,
        passes: |tree| { tree.sshd("StrictModes yes\n"); },
        fails: |tree| { tree.sshd("StrictModes no\n"); },
    }
}

fn key_files(facts: &Facts) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    let strict = sshd
        .any_of("strictmodes", &["no"])?
        .map(|line| Fault::new("StrictModes", line).severity(Severity::Medium));
    let open = sshd
        .paths
        .as_ref()?
        .iter()
        .filter(|guarded| is_open(guarded))
        .map(|guarded| {
            Fault::at(
                &guarded.path,
                format!(
                    "{}: {}",
                    guarded.path.display(),
                    permissions(guarded.mode, guarded.uid, guarded.gid)
                ),
            )
        });
    Ok(Verdict::from_faults(strict.into_iter().chain(open)))
}

fn is_open(guarded: &Guarded) -> bool {
    let writable_by_group = guarded.mode & 0o020 != 0 && guarded.gid != 0;
    let writable = guarded.uid != 0 || guarded.mode & 0o002 != 0 || writable_by_group;
    writable || (guarded.role == Role::HostKey && guarded.mode & 0o004 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn subjects(tree: &Tree) -> Vec<String> {
        match key_files(&tree.facts()) {
            Ok(Verdict::Fail(faults)) => faults.into_iter().map(|fault| fault.subject).collect(),
            Ok(Verdict::Pass) => Vec::new(),
            Err(why) => panic!("{why:?}"),
        }
    }

    #[test]
    fn files_open_to_others_are_found() {
        let mut tree = Tree::new();
        tree.sshd("AuthorizedKeysFile /var/keys/%u .ssh/authorized_keys\n")
            .dir("/var/keys/joe")
            .mode("/var/keys", 0o1777)
            .file("/etc/ssh/ssh_host_rsa_key", "")
            .file("/etc/ssh/ssh_host_ed25519_key", "")
            .mode("/etc/ssh/ssh_host_ed25519_key", 0o640)
            .mode("/etc/ssh/sshd_config", 0o666);
        assert_eq!(
            subjects(&tree),
            [
                "/etc/ssh/ssh_host_rsa_key",
                "/etc/ssh/sshd_config",
                "/var/keys"
            ]
        );
    }
}
