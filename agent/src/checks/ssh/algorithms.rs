use crate::checks::{Fault, Judged, NotJudged, Ref, Verdict};
use crate::facts::{Facts, Gap};

check! {
    /// ## What it checks
    /// sshd offers no broken algorithm: no RC4, 3DES or CBC ciphers, no MACs with MD5, RIPEMD or a
    /// cut SHA-1, no key exchange with SHA-1, no DSA or SHA-1 signatures. Where sshd cannot be asked
    /// and its files do not list the algorithms, this is unknown.
    ///
    /// ## Why it matters
    /// A client that is made to agree on one of them can be deceived or overheard by someone in
    /// between.
    ///
    /// ## Remediation
    /// Remove the names from `Ciphers`, `MACs`, `KexAlgorithms` and `HostKeyAlgorithms` in
    /// `/etc/ssh/sshd_config`; without these lines a supported OpenSSH offers none of them. On Red
    /// Hat's systems choose the `DEFAULT` crypto policy or a stricter one.
    pub(crate) WEAK_ALGORITHMS {
        id: "HT-SSH-006",
        title: "SSH offers broken algorithms",
        severity: Medium,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::debian_12("5.1.6"),
            Ref::debian_12("5.1.12"),
            Ref::debian_12("5.1.15"),
            Ref::independent("5.2.13"),
            Ref::independent("5.2.14"),
            Ref::independent("5.2.15"),
            Ref::Cwe(327),
            Ref::Manual("sshd_config(5)"),
        ],
        judge: algorithms,
        passes: |tree| {
            tree.sshd("Ciphers aes256-gcm@openssh.com\nMACs hmac-sha2-256\nKexAlgorithms curve25519-sha256\nHostKeyAlgorithms ssh-ed25519\n");
        },
        fails: |tree| { tree.sshd("Ciphers aes256-ctr,3des-cbc\n"); },
    }
}

const LISTS: [&str; 4] = ["Ciphers", "MACs", "KexAlgorithms", "HostKeyAlgorithms"];

fn algorithms(facts: &Facts) -> Judged {
    lists(facts, &LISTS, is_weak)
}

/// Judges lists of algorithms by which names, without what follows an `@`, are faults.
pub(super) fn lists(facts: &Facts, names: &[&'static str], is_bad: fn(&str) -> bool) -> Judged {
    let sshd = facts.sshd.as_ref()?;
    let mut faults = Vec::new();
    let mut unknown = None;
    for name in names.iter().copied() {
        let list = match sshd.effective(&name.to_ascii_lowercase()) {
            Ok(list) => list,
            Err(Gap::Absent(why) | Gap::Unknown(why)) => {
                unknown = Some(why);
                continue;
            }
        };
        // "If the specified list begins with a '+' character, then the specified algorithms will
        // be appended to the default set"; '^' puts them first, '-' removes them.
        let (change, names) = match list.value.split_at_checked(1) {
            Some((sign @ ("+" | "-" | "^"), names)) => (sign, names),
            _ => ("", list.value.as_str()),
        };
        if !change.is_empty() {
            unknown = Some(format!("{name} changes a default that is not known"));
        }
        if change == "-" {
            continue;
        }
        let weak: Vec<&str> = names
            .split(',')
            .map(str::trim)
            .filter(|algorithm| is_bad(algorithm.split('@').next().unwrap_or_default()))
            .collect();
        if !weak.is_empty() {
            faults.push(Fault::new(
                name,
                format!("{name}: {} ({})", weak.join(", "), list.source),
            ));
        }
    }
    match unknown {
        Some(why) if faults.is_empty() => Err(NotJudged::Unknown(why)),
        _ => Ok(Verdict::from_faults(faults)),
    }
}

fn is_weak(name: &str) -> bool {
    name.starts_with("arcfour")
        || name.ends_with("-cbc")
        || name.starts_with("hmac-md5")
        || name.starts_with("hmac-sha1-96")
        || name.starts_with("hmac-ripemd160")
        || (name.ends_with("-sha1") && !name.starts_with("hmac-"))
        || matches!(name, "ssh-dss" | "ssh-rsa" | "none")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn judged(config: &str) -> Judged {
        let mut tree = Tree::new();
        tree.sshd(config);
        algorithms(&tree.facts())
    }

    #[test]
    fn defaults_of_an_unknown_release_are_unknown() {
        for config in ["", "Ciphers aes256-ctr\n", "Ciphers -3des-cbc\n"] {
            assert!(
                matches!(judged(config), Err(NotJudged::Unknown(_))),
                "{config}"
            );
        }
    }

    #[test]
    fn what_is_added_counts() {
        assert!(matches!(
            judged("KexAlgorithms +diffie-hellman-group1-sha1\n"),
            Ok(Verdict::Fail(_))
        ));
        for config in [
            "HostKeyAlgorithms ^ssh-rsa\n",
            "Ciphers rijndael-cbc@lysator.liu.se\n",
        ] {
            assert!(matches!(judged(config), Ok(Verdict::Fail(_))), "{config}");
        }
    }

    #[test]
    fn names() {
        for (name, weak) in [
            ("chacha20-poly1305", false),
            ("aes128-cbc", true),
            ("rijndael-cbc", true),
            ("hmac-sha1", false),
            ("hmac-md5-etm", true),
            ("diffie-hellman-group14-sha1", true),
            ("diffie-hellman-group14-sha256", false),
            ("ssh-rsa-cert-v01", false),
            ("rsa-sha2-512", false),
        ] {
            assert_eq!(is_weak(name), weak, "{name}");
        }
    }
}
