//! What passwords must be like and how long they last, as far as files besides PAM's say.

use std::path::Path;

use super::Fact;
use super::pairs::Pairs;
use crate::host::Host;

/// The settings by file; those of a file that is missing are empty.
#[derive(Debug)]
pub(crate) struct PasswordPolicy {
    /// login.defs(5).
    pub(crate) login_defs: Fact<Pairs>,
    /// `/etc/default/useradd`, useradd(8).
    pub(crate) useradd: Fact<Pairs>,
    /// pwquality.conf(5), drop-ins included.
    pub(crate) pwquality: Fact<Pairs>,
    /// pwhistory.conf(5).
    pub(crate) pwhistory: Fact<Pairs>,
    /// faillock.conf(5).
    pub(crate) faillock: Fact<Pairs>,
}

pub(crate) fn collect(host: &Host) -> Fact<PasswordPolicy> {
    Ok(PasswordPolicy {
        login_defs: first(host, "login.defs"),
        useradd: first(host, "default/useradd"),
        pwquality: pwquality(host),
        pwhistory: first(host, "security/pwhistory.conf"),
        faillock: first(host, "security/faillock.conf"),
    })
}

/// `/usr/etc` is openSUSE's place for what nobody changed.
fn first(host: &Host, name: &str) -> Fact<Pairs> {
    let mut pairs = Pairs::default();
    for directory in ["/etc", "/usr/etc"] {
        if pairs.read(host, &Path::new(directory).join(name))? {
            break;
        }
    }
    Ok(pairs)
}

/// "first reads all *.conf files from the /etc/security/pwquality.conf.d directory in ASCII sorted
/// order. The values of the same settings are overridden in the order the files are parsed."
fn pwquality(host: &Host) -> Fact<Pairs> {
    let mut pairs = Pairs::default();
    let directory = Path::new("/etc/security/pwquality.conf.d");
    for name in host.list(directory).unwrap_or_default() {
        if name.to_string_lossy().ends_with(".conf") {
            pairs.read(host, &directory.join(name))?;
        }
    }
    pairs.read(host, Path::new("/etc/security/pwquality.conf"))?;
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_main_file_comes_last() {
        let mut tree = Tree::new();
        tree.file("/etc/security/pwquality.conf.d/50-a.conf", "minlen = 14\n")
            .file(
                "/etc/security/pwquality.conf.d/60-b.conf",
                "minlen = 15\nminclass = 4\n",
            )
            .file("/etc/security/pwquality.conf", "minlen = 8\n");
        let policy = collect(&tree.host()).unwrap();
        let pairs = policy.pwquality.unwrap();
        assert_eq!(pairs.get("minlen").unwrap().value, "8");
        assert_eq!(pairs.get("minclass").unwrap().value, "4");
        assert!(policy.login_defs.unwrap().get("UMASK").is_none());
    }
}
