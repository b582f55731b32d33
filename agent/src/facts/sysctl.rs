//! Kernel settings: what `/proc/sys` says on a running machine, what `sysctl.d` sets on an
//! unpacked root.

pub(crate) mod config;

use std::collections::BTreeMap;

use super::Fact;
use crate::host::{Host, ReadError};

/// The settings that checks ask for.
const KEYS: &[&str] = &[
    "dev.tty.ldisc_autoload",
    "fs.protected_fifos",
    "fs.protected_hardlinks",
    "fs.protected_regular",
    "fs.protected_symlinks",
    "fs.suid_dumpable",
    "kernel.apparmor_restrict_unprivileged_userns",
    "kernel.core_pattern",
    "kernel.dmesg_restrict",
    "kernel.io_uring_disabled",
    "kernel.kexec_load_disabled",
    "kernel.kptr_restrict",
    "kernel.modules_disabled",
    "kernel.perf_event_paranoid",
    "kernel.randomize_va_space",
    "kernel.sysrq",
    "kernel.unprivileged_bpf_disabled",
    "kernel.unprivileged_userns_clone",
    "kernel.yama.ptrace_scope",
    "net.core.bpf_jit_harden",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.all.accept_source_route",
    "net.ipv4.conf.all.log_martians",
    "net.ipv4.conf.all.proxy_arp",
    "net.ipv4.conf.all.route_localnet",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.secure_redirects",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.conf.default.accept_redirects",
    "net.ipv4.conf.default.rp_filter",
    "net.ipv4.conf.default.secure_redirects",
    "net.ipv4.conf.default.send_redirects",
    "net.ipv4.icmp_echo_ignore_broadcasts",
    "net.ipv4.icmp_ignore_bogus_error_responses",
    "net.ipv4.ip_forward",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv6.conf.all.accept_ra",
    "net.ipv6.conf.all.accept_redirects",
    "net.ipv6.conf.all.accept_source_route",
    "net.ipv6.conf.all.disable_ipv6",
    "net.ipv6.conf.all.forwarding",
    "net.ipv6.conf.default.accept_ra",
    "net.ipv6.conf.default.accept_redirects",
    "net.ipv6.conf.default.accept_source_route",
    "user.max_user_namespaces",
    "vm.mmap_min_addr",
    "vm.unprivileged_userfaultfd",
];

/// The settings of this machine.
#[derive(Debug, Default)]
pub(crate) struct Sysctl {
    settings: BTreeMap<&'static str, Setting>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Its value, and where it was read, for evidence.
    Is {
        /// As it is written, without white space around it.
        value: String,
        /// `/proc/sys`, or the file that sets it.
        source: String,
    },
    /// This kernel has no such setting.
    Absent,
    /// Why it could not be read; on an unpacked root because no file sets it.
    Unknown(String),
}

impl Sysctl {
    /// A setting by its dotted name.
    pub(crate) fn get(&self, key: &str) -> &Setting {
        self.settings.get(key).unwrap_or(&Setting::Absent)
    }

    /// Its value as a number, if it is known and one.
    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Setting::Is { value, .. } => value.parse().ok(),
            _ => None,
        }
    }
}

pub(crate) fn collect(host: &Host) -> Fact<Sysctl> {
    let config = config::Config::read(host);
    if host.is_running() {
        host.metadata("/proc/sys/kernel")?;
    }
    let settings = KEYS
        .iter()
        .map(|key| {
            let setting = if host.is_running() {
                running(host, key, &config)
            } else {
                configured(key, &config)
            };
            (*key, setting)
        })
        .collect();
    Ok(Sysctl { settings })
}

fn running(host: &Host, key: &str, config: &config::Config) -> Setting {
    match host.text(format!("/proc/sys/{}", key.replace('.', "/"))) {
        Ok(value) => {
            let value = value.trim().to_owned();
            let source = match config.get(key) {
                Some((wanted, file)) if wanted != value => {
                    format!("/proc/sys, though {} sets {wanted}", file.display())
                }
                _ => "/proc/sys".to_owned(),
            };
            Setting::Is { value, source }
        }
        Err(ReadError::Absent(_)) => Setting::Absent,
        Err(error) => Setting::Unknown(error.to_string()),
    }
}

fn configured(key: &str, config: &config::Config) -> Setting {
    match config.get(key) {
        Some((value, file)) => Setting::Is {
            value: value.to_owned(),
            source: file.display().to_string(),
        },
        None => Setting::Unknown(format!("no file of sysctl.d sets {key}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn what_runs_counts_more_than_what_is_configured() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/sys/kernel/dmesg_restrict", "0\n")
            .file("/etc/sysctl.d/a.conf", "kernel.dmesg_restrict=1\n");
        let sysctl = tree.facts().sysctl.unwrap();
        assert_eq!(
            sysctl.get("kernel.dmesg_restrict"),
            &Setting::Is {
                value: "0".into(),
                source: "/proc/sys, though /etc/sysctl.d/a.conf sets 1".into()
            }
        );
        assert_eq!(sysctl.get("kernel.kptr_restrict"), &Setting::Absent);
    }
}
