//! Mandatory access control: SELinux and AppArmor, as they run or as they are set up.

use super::Fact;
use crate::host::Host;

/// The state of mandatory access control.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mac {
    /// SELinux, in this mode: `enforcing`, `permissive`, `disabled`.
    SeLinux(String),
    /// AppArmor, with so many profiles that are enforced; `None` where that cannot be seen.
    AppArmor(Option<usize>),
    /// Neither.
    None,
}

pub(crate) fn collect(host: &Host) -> Fact<Mac> {
    Ok(if host.is_running() {
        running(host)
    } else {
        configured(host)
    })
}

fn running(host: &Host) -> Mac {
    if let Ok(enforce) = host.text("/sys/fs/selinux/enforce") {
        let mode = if enforce.trim() == "1" {
            "enforcing"
        } else {
            "permissive"
        };
        return Mac::SeLinux(mode.to_owned());
    }
    let enabled = host
        .text("/sys/module/apparmor/parameters/enabled")
        .is_ok_and(|text| text.trim() == "Y");
    if enabled {
        let enforced = host
            .text("/sys/kernel/security/apparmor/profiles")
            .ok()
            .map(|text| {
                text.lines()
                    .filter(|line| line.ends_with("(enforce)"))
                    .count()
            });
        return Mac::AppArmor(enforced);
    }
    Mac::None
}

fn configured(host: &Host) -> Mac {
    let selinux = host
        .text("/etc/selinux/config")
        .ok()
        .and_then(|text| selinux_mode(&text));
    // Debian's package of SELinux tools brings a configuration without a policy.
    if let Some(mode) = selinux {
        return Mac::SeLinux(mode);
    }
    let has_parser = ["/usr/sbin/apparmor_parser", "/sbin/apparmor_parser"]
        .iter()
        .any(|path| host.exists(path));
    if has_parser {
        return Mac::AppArmor(Some(profiles(host)));
    }
    Mac::None
}

/// `SELINUX=` of `/etc/selinux/config`, selinux_config(5).
fn selinux_mode(text: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("SELINUX="))
        .next_back()
        .map(|mode| mode.trim().to_ascii_lowercase())
}

/// How many profiles lie ready: the files of `/etc/apparmor.d`, without those that
/// `/etc/apparmor.d/disable` turns off.
fn profiles(host: &Host) -> usize {
    let disabled = host.list("/etc/apparmor.d/disable").unwrap_or_default();
    host.list("/etc/apparmor.d")
        .unwrap_or_default()
        .into_iter()
        .filter(|name| !disabled.contains(name))
        .filter(|name| {
            host.metadata(std::path::Path::new("/etc/apparmor.d").join(name))
                .is_ok_and(|metadata| metadata.is_file())
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn the_configuration_speaks_for_an_unpacked_root() {
        let mut tree = Tree::new();
        assert_eq!(collect(&tree.host()), Ok(Mac::None));
        tree.file("/usr/sbin/apparmor_parser", "")
            .file("/etc/apparmor.d/usr.bin.man", "")
            .file("/etc/apparmor.d/lsb_release", "")
            .link(
                "/etc/apparmor.d/disable/lsb_release",
                "/etc/apparmor.d/lsb_release",
            );
        assert_eq!(collect(&tree.host()), Ok(Mac::AppArmor(Some(1))));
        tree.file(
            "/etc/selinux/config",
            "# SELINUX=disabled\nSELINUX=Permissive\nSELINUXTYPE=targeted\n",
        );
        assert_eq!(collect(&tree.host()), Ok(Mac::SeLinux("permissive".into())));
    }

    #[test]
    fn profiles_that_only_complain_do_not_count() {
        let mut tree = Tree::new();
        tree.running()
            .file("/sys/module/apparmor/parameters/enabled", "Y\n")
            .file(
                "/sys/kernel/security/apparmor/profiles",
                "a (enforce)\nb (complain)\n",
            );
        assert_eq!(collect(&tree.host()), Ok(Mac::AppArmor(Some(1))));
    }
}
