//! The kernel that runs and those that are installed.

use std::path::Path;

use super::{Fact, Gap};
use crate::host::Host;

/// Kernels, and whether something asked for a reboot.
#[derive(Debug)]
pub(crate) struct Kernels {
    /// The running kernel's release (`uname -r`).
    pub(crate) running: String,
    /// The releases of the installed kernels.
    pub(crate) installed: Vec<String>,
    /// The packages that ask for a reboot, where one is asked for: `/run/reboot-required` and
    /// `/run/reboot-required.pkgs` (Debian and Ubuntu).
    pub(crate) reboot_asked: Option<Vec<String>>,
}

impl Kernels {
    /// The newest installed kernel of the running one's flavour, if there is any.
    pub(crate) fn newest(&self) -> Option<&str> {
        let (_, flavour) = split(&self.running);
        self.installed
            .iter()
            .map(|release| (split(release), release))
            .filter(|((_, other), _)| *other == flavour)
            .max_by(|((a, _), _), ((b, _), _)| a.cmp(b))
            .map(|(_, release)| release.as_str())
    }

    /// The newest installed kernel, if it is newer than the running one.
    pub(crate) fn newer(&self) -> Option<&str> {
        self.newest()
            .filter(|newest| split(newest).0 > split(&self.running).0)
    }
}

pub(crate) fn collect(host: &Host) -> Fact<Kernels> {
    if !host.is_running() {
        return Err(Gap::Absent("not a running machine".to_owned()));
    }
    let running = host.text("/proc/sys/kernel/osrelease")?.trim().to_owned();
    let mut installed: Vec<String> = host
        .list("/boot")
        .unwrap_or_default()
        .iter()
        .filter_map(|name| name.to_str()?.strip_prefix("vmlinuz-").map(str::to_owned))
        .collect();
    for name in host.list("/lib/modules").unwrap_or_default() {
        // Fedora, Amazon Linux: the kernel lies with its modules.
        if host.exists(Path::new("/lib/modules").join(&name).join("vmlinuz"))
            && let Some(name) = name.to_str()
        {
            installed.push(name.to_owned());
        }
    }
    let reboot_asked = ["/run/reboot-required", "/var/run/reboot-required"]
        .iter()
        .any(|path| host.exists(path))
        .then(|| {
            let packages = host.text("/run/reboot-required.pkgs").unwrap_or_default();
            let mut packages: Vec<String> = packages.lines().map(str::to_owned).collect();
            packages.sort();
            packages.dedup();
            packages
        });
    Ok(Kernels {
        running,
        installed,
        reboot_asked,
    })
}

/// The numbers that a release begins with, and its flavour: `6.1.0-31-cloud-amd64` is 6, 1, 0, 31
/// and `cloud-amd`. Digits in the flavour (`el9_4`, `deb13`) change from one update to the next
/// and are left out.
fn split(release: &str) -> (Vec<u64>, String) {
    let mut numbers = Vec::new();
    let mut rest = release;
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let Some((number, after)) = rest.split_at_checked(digits) else {
            break;
        };
        let ends = after.is_empty() || after.starts_with(['.', '-', '+', '_', '~']);
        match number.parse() {
            Ok(number) if ends => numbers.push(number),
            _ => break,
        }
        rest = after.strip_prefix(['.', '-']).unwrap_or(after);
    }
    let flavour = rest
        .chars()
        .filter(|c| !c.is_ascii_digit() && *c != '_')
        .collect();
    (numbers, flavour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kernels(running: &str, installed: &[&str]) -> Kernels {
        Kernels {
            running: running.to_owned(),
            installed: installed.iter().map(|name| (*name).to_owned()).collect(),
            reboot_asked: None,
        }
    }

    #[test]
    fn a_newer_kernel_of_the_same_flavour_is_found() {
        for (running, installed, newer) in [
            ("6.1.0-9-cloud-amd64", &["6.1.0-31-cloud-amd64"][..], true),
            ("6.1.0-31-cloud-amd64", &["6.1.0-9-cloud-amd64"], false),
            ("6.1.0-9-cloud-amd64", &["6.1.0-31-amd64"], false),
            (
                "5.14.0-427.13.1.el9_4.x86_64",
                &["5.14.0-503.11.1.el9_5.x86_64"],
                true,
            ),
            (
                "6.1.112-122.189.amzn2023.x86_64",
                &["6.1.112-122.189.amzn2023.x86_64"],
                false,
            ),
            (
                "6.12.43+deb13-cloud-amd64",
                &["6.12.48+deb13-cloud-amd64"],
                true,
            ),
            ("6.8.0-1021-aws", &["6.8.0-1029-aws"], true),
            ("6.8.0", &[], false),
        ] {
            assert_eq!(
                kernels(running, installed).newer().is_some(),
                newer,
                "{running} {installed:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_release_splits(release in any::<String>()) {
            split(&release);
        }

        #[test]
        fn no_kernel_is_newer_than_itself(release in "[0-9a-z.+_-]{1,30}") {
            let kernels = kernels(&release, &[&release]);
            prop_assert_eq!(kernels.newer(), None);
        }
    }
}
