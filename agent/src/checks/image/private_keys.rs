use std::path::Path;

use hardtarget_report::Severity;

use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::Facts;
use crate::facts::private_keys::PrivateKey;

check! {
    /// ## What it checks
    /// A file named like a private key (`id_*`, `*.pem`, `*.key`, `*.p12`, `*.pfx`, `*.ppk`) holds one, in
    /// whatever format. One with a passphrase is of medium severity; one that a package made or
    /// brought, and one created after this boot, of low. Not looked at are directories of packages
    /// (`/usr/share`, `/usr/lib`, `site-packages`, `node_modules` and the like), whose keys belong to
    /// tests. SSH host keys are HT-IMG-001's.
    ///
    /// ## Why it matters
    /// Whoever can read the image has the key: can log in where it may log in, or pose as the server
    /// whose certificate it belongs to. Every instance has the same one.
    ///
    /// ## Remediation
    /// Remove the key as the last step of the build and replace it wherever it is trusted. Let each
    /// instance make a key of its own, or fetch it at start from a store of secrets, e.g. AWS Secrets
    /// Manager.
    pub(crate) LEFT_PRIVATE_KEY {
        id: "HT-IMG-003",
        title: "A private key was left in the image",
        severity: High,
        scope: Files,
        since: "0.1.0",
        references: [Ref::AwsSharedAmi, Ref::Cwe(321), Ref::Cwe(312)],
        judge: judge,
        passes: |tree| {
            tree.file("/root/.ssh/id_ed25519.pub", "ssh-ed25519 AAAA\n")
                .file("/etc/ssl/site.pem", crate::facts::private_keys::pem("CERTIFICATE", &"A".repeat(64)));
        },
        fails: |tree| {
            let key = crate::facts::private_keys::pem("RSA PRIVATE KEY", &"A".repeat(64));
            tree.file("/root/.ssh/id_rsa", key);
        },
    }
}

/// Keys that packages make when they are installed, or bring along.
const OF_PACKAGES: [&str; 3] = [
    "/etc/ssl/private/ssl-cert-snakeoil.key",
    "/etc/pki/tls/private/localhost.key",
    "/etc/pki/rhui",
];

fn judge(facts: &Facts) -> Judged {
    let keys = facts.private_keys.as_ref()?;
    match &keys.incomplete {
        Some(why) if keys.found.is_empty() => Err(NotJudged::Unknown(why.clone())),
        _ => Ok(Verdict::from_faults(
            keys.found.iter().map(|key| fault(facts, key)),
        )),
    }
}

fn fault(facts: &Facts, key: &PrivateKey) -> Fault {
    let guard = if key.encrypted {
        "encrypted"
    } else {
        "not encrypted"
    };
    let fault = Fault::at(&key.path, format!("holds {}, {guard}", key.format));
    if key.born.is_some_and(|born| facts.made_since_boot(born)) {
        fault
            .and("created after this boot, so most likely no part of the image")
            .severity(Severity::Low)
    } else if is_of_package(&key.path) {
        fault
            .and("made or brought by a package")
            .severity(Severity::Low)
    } else if key.encrypted {
        fault.severity(Severity::Medium)
    } else {
        fault
    }
}

fn is_of_package(path: &Path) -> bool {
    OF_PACKAGES.iter().any(|known| path.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::private_keys::pem;
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
    fn severity_follows_what_guards_the_key_and_who_has_it_anyway() {
        let body = "A".repeat(64);
        let mut tree = Tree::new();
        tree.file("/home/joe/old.pem", pem("ENCRYPTED PRIVATE KEY", &body))
            .file("/srv/site.key", pem("PRIVATE KEY", &body))
            .file(
                "/etc/ssl/private/ssl-cert-snakeoil.key",
                pem("PRIVATE KEY", &body),
            )
            .file("/usr/lib/x/test.key", pem("PRIVATE KEY", &body));
        let expected: Vec<_> = [
            (
                "/etc/ssl/private/ssl-cert-snakeoil.key",
                Some(Severity::Low),
            ),
            ("/home/joe/old.pem", Some(Severity::Medium)),
            ("/srv/site.key", None),
        ]
        .map(|(path, severity)| (path.to_owned(), severity))
        .into();
        assert_eq!(severities(&tree), expected);
    }

    #[test]
    fn evidence_holds_nothing_of_the_key() {
        let mut tree = Tree::new();
        tree.file("/root/x.pem", pem("PRIVATE KEY", &"Z".repeat(64)));
        assert!(!format!("{:?}", judge(&tree.facts())).contains("ZZZ"));
    }

    #[test]
    fn a_walk_with_gaps_is_no_pass() {
        let mut facts = Tree::new().facts();
        facts.private_keys.as_mut().unwrap().incomplete = Some("too much".to_owned());
        assert!(matches!(judge(&facts), Err(NotJudged::Unknown(_))));
    }

    #[test]
    fn fifos_named_like_keys_are_passed_by() {
        let mut tree = Tree::new();
        tree.dir("/srv");
        nix::unistd::mkfifo(
            &tree.path().join("srv/x.key"),
            nix::sys::stat::Mode::from_bits_truncate(0o600),
        )
        .unwrap();
        assert_eq!(judge(&tree.facts()), Ok(Verdict::Pass));
    }
}
