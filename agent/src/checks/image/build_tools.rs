use hardtarget_report::Severity;

use super::leftovers::leftovers;
use crate::checks::{Judged, Ref};
use crate::facts::Facts;
use crate::facts::leftovers::Kind;

check! {
    /// ## What it checks
    /// Temporary files of Packer and Ansible, `~/.ansible`, `/etc/vagrant*`, kickstart files and logs of
    /// installers; worse are the private keys of Chef, Puppet and Salt and passwords in kickstart files,
    /// and worst Vagrant's insecure key in an `authorized_keys`.
    ///
    /// ## Why it matters
    /// The files tell how the image was built. With an agent's private key anyone can pose as that machine
    /// to its server and fetch its secrets; the private half of Vagrant's key is published, so anyone can
    /// log in.
    ///
    /// ## Remediation
    /// As the last step of the build remove the files; have agents make their keys at first boot.
    pub(crate) LEFT_BUILD_TOOL {
        id: "HT-IMG-019",
        title: "Files of build tools were left in the image",
        severity: Low,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(538), Ref::Cwe(321)],
        judge: judge,
        passes: |tree| { tree.file("/tmp/notes", "x").file("/etc/chef/client.rb", "x"); },
        fails: |tree| { tree.file("/tmp/script_1234.sh", "#!/bin/sh\n"); },
    }
}

fn judge(facts: &Facts) -> Judged {
    leftovers(
        facts,
        &[
            (Kind::BuildTool, Severity::Low),
            (Kind::BuildToolKey, Severity::High),
            (Kind::InstallerPassword, Severity::High),
            (Kind::PublishedKey, Severity::Critical),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Verdict;
    use crate::facts::tree::Tree;

    fn severities(tree: &Tree) -> Vec<(String, Option<Severity>)> {
        match judge(&tree.facts()) {
            Ok(Verdict::Fail(faults)) => faults
                .into_iter()
                .map(|fault| (fault.subject, fault.severity))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_and_passwords_are_worse_than_scripts() {
        let mut tree = Tree::new();
        tree.file("/tmp/script_1.sh", "")
            .file("/tmp/script_2.sh", "")
            .file("/etc/chef/client.pem", "key\n")
            .file("/root/anaconda-ks.cfg", "lang en\nrootpw hunter2\n")
            .file(
                "/root/.ssh/authorized_keys",
                "ssh-rsa AAAA vagrant insecure public key\n",
            );
        assert_eq!(
            severities(&tree),
            [
                ("/etc/chef/*.pem", Severity::High),
                ("/root/.ssh/authorized_keys", Severity::Critical),
                ("/root/anaconda-ks.cfg", Severity::High),
                ("/tmp/script_*.sh", Severity::Low),
            ]
            .map(|(subject, severity)| (subject.to_owned(), Some(severity)))
        );
    }
}
