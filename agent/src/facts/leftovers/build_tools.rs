//! What Packer, Ansible, Chef, Puppet, Salt, Vagrant and the installers of distributions leave.

use std::path::Path;

use super::Kind;
use super::finder::Finder;

/// Names that tools give to their temporary files: directory and pattern.
const TEMPORARY: [(&str, &str); 6] = [
    ("/tmp", "packer*"),
    ("/tmp", "script_*.sh"),
    ("/tmp", "ansible*"),
    ("/var/tmp", "packer*"),
    ("/var/tmp", "script_*.sh"),
    ("/var/tmp", "ansible*"),
];

/// Directories of tools below a home.
const IN_HOMES: [&str; 2] = [".ansible", ".vagrant.d"];

/// Private keys by which an agent logs in to its server: directory and pattern.
const KEYS: [(&str, &str); 7] = [
    ("/etc/chef", "*.pem"),
    ("/etc/chef", "encrypted_data_bag_secret"),
    ("/etc/cinc", "*.pem"),
    ("/etc/puppetlabs/puppet/ssl/private_keys", "*.pem"),
    ("/etc/puppet/ssl/private_keys", "*.pem"),
    ("/var/lib/puppet/ssl/private_keys", "*.pem"),
    ("/etc/salt/pki/minion", "minion.pem"),
];

/// The answers that an installation was made with.
const KICKSTARTS: [&str; 3] = [
    "/root/anaconda-ks.cfg",
    "/root/original-ks.cfg",
    "/root/initial-setup-ks.cfg",
];

/// Logs of installers.
const INSTALLER_LOGS: [&str; 2] = ["/var/log/installer", "/var/log/anaconda"];

pub(super) fn look(finder: &mut Finder<'_>) {
    let tool = Kind::BuildTool;
    let vagrant = [("/etc", "vagrant*")];
    for (directory, pattern) in TEMPORARY.iter().chain(&vagrant) {
        for path in finder.matching(tool, directory, pattern) {
            let subject = format!("{directory}/{pattern}");
            finder.found(tool, &path, Some(&subject), "left by a build tool");
        }
    }
    for (directory, pattern) in KEYS {
        for path in finder.matching(Kind::BuildToolKey, directory, pattern) {
            let subject = format!("{directory}/{pattern}");
            finder.found_if_filled(Kind::BuildToolKey, &path, Some(&subject), "a private key");
        }
    }
    for home in finder.homes.clone() {
        for name in IN_HOMES {
            let path = home.join(name);
            if finder.metadata(tool, &path).is_some() {
                finder.found(tool, &path, None, "left by a build tool");
            }
        }
        published_key(finder, &home.join(".ssh/authorized_keys"));
    }
    for path in KICKSTARTS.map(Path::new) {
        kickstart(finder, path);
    }
    for path in INSTALLER_LOGS.map(Path::new) {
        let path_text = path.to_string_lossy();
        if !finder.matching(tool, &path_text, "*").is_empty() {
            finder.found(tool, path, None, "logs of the installation");
        }
    }
}

fn published_key(finder: &mut Finder<'_>, path: &Path) {
    if let Some(text) = finder.text(Kind::PublishedKey, path)
        && text.lines().any(is_vagrants)
    {
        finder.found(
            Kind::PublishedKey,
            path,
            None,
            "holds Vagrant's insecure key, whose private half is published",
        );
    }
}

/// Vagrant's key by its comment, or the RSA one by its first bytes
/// (<https://github.com/hashicorp/vagrant/tree/main/keys>).
fn is_vagrants(line: &str) -> bool {
    let line = line.trim();
    !line.starts_with('#')
        && (line.contains("vagrant insecure public key")
            || line.contains("AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr"))
}

fn kickstart(finder: &mut Finder<'_>, path: &Path) {
    let Some(text) = finder.text(Kind::InstallerPassword, path) else {
        return;
    };
    match text.lines().position(sets_password) {
        Some(line) => finder.found(
            Kind::InstallerPassword,
            path,
            None,
            format!("line {}: a password", line + 1),
        ),
        None => finder.found(Kind::BuildTool, path, None, "answers to the installer"),
    }
}

/// `rootpw x`, `user --name=joe --password=x` of kickstart files. A locked one is none, and
/// neither is what is called a hash but cannot be one.
fn sets_password(line: &str) -> bool {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let locked = words.contains(&"--lock");
    let hashed = words.contains(&"--iscrypted");
    let password = match words.first() {
        Some(&"rootpw") => words
            .iter()
            .skip(1)
            .find(|word| !word.starts_with("--"))
            .copied(),
        Some(&"user") => words
            .iter()
            .position(|word| word.starts_with("--password"))
            .and_then(|at| {
                let word = words.get(at)?;
                word.strip_prefix("--password=")
                    .or_else(|| words.get(at + 1).copied())
            }),
        _ => None,
    };
    let hash = |password: &str| password.trim_matches(['"', '\'']).starts_with('$');
    !locked && password.is_some_and(|password| !hashed || hash(password))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kickstart_lines() {
        for (line, sets) in [
            ("rootpw hunter2", true),
            ("rootpw --plaintext hunter2", true),
            ("rootpw --iscrypted $6$a$b", true),
            ("rootpw --iscrypted nope", false),
            ("rootpw --lock", false),
            ("rootpw --lock --iscrypted locked", false),
            ("#rootpw hunter2", false),
            ("user --name=joe --password=x", true),
            ("user --name=joe --iscrypted --password=$6$a", true),
            ("user --name=joe", false),
            ("user --password", false),
        ] {
            assert_eq!(sets_password(line), sets, "{line}");
        }
    }

    #[test]
    fn vagrants_key_is_known_by_its_comment() {
        assert!(is_vagrants("ssh-rsa AAAA vagrant insecure public key"));
        assert!(!is_vagrants("# vagrant insecure public key"));
        assert!(!is_vagrants("ssh-rsa AAAA me"));
    }

    proptest! {
        #[test]
        fn never_panics(line in "(rootpw|user)( --(iscrypted|password=?|lock)|[a-z$=])*") {
            sets_password(&line);
        }
    }
}
