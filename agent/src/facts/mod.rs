//! What is known about the machine: read once, here and nowhere else.
//!
//! Each fact is `Result<T, Gap>`: where it could not be had, the reason travels on to the checks
//! that asked for it. Judges write `facts.sshd.as_ref()?`.

pub(crate) mod accounts;
pub(crate) mod apt;
pub(crate) mod audit;
pub(crate) mod boot;
pub(crate) mod boot_loader;
pub(crate) mod certificates;
pub(crate) mod cloud_agents;
pub(crate) mod cloud_init;
mod commands;
pub(crate) mod consoles;
pub(crate) mod container;
pub(crate) mod core_dumps;
pub(crate) mod cpu;
pub(crate) mod cron;
pub(crate) mod docker;
pub(crate) mod dot_files;
mod drop_ins;
pub(crate) mod eol;
pub(crate) mod file_modes;
pub(crate) mod files_below;
pub(crate) mod firewalls;
mod glob;
pub(crate) mod greetings;
pub(crate) mod home_files;
pub(crate) mod host_keys;
pub(crate) mod inetd;
mod ini;
pub(crate) mod integrity;
pub(crate) mod kernels;
pub(crate) mod known_passwords;
pub(crate) mod kubelet;
pub(crate) mod leftovers;
pub(crate) mod local_units;
pub(crate) mod lockdown;
pub(crate) mod log_files;
pub(crate) mod login_files;
pub(crate) mod mac;
pub(crate) mod machine_id;
pub(crate) mod mail;
pub(crate) mod metadata_calls;
pub(crate) mod modules;
pub(crate) mod mounts;
pub(crate) mod open_stores;
pub(crate) mod os_release;
pub(crate) mod owned_files;
pub(crate) mod pairs;
pub(crate) mod pam;
pub(crate) mod password_policy;
pub(crate) mod path;
pub(crate) mod private_keys;
pub(crate) mod programs;
pub(crate) mod promiscuous;
pub(crate) mod registries;
pub(crate) mod rpm_repos;
pub(crate) mod rsyslog;
pub(crate) mod scheduling;
pub(crate) mod secrets;
pub(crate) mod services;
pub(crate) mod shares;
pub(crate) mod shell_settings;
pub(crate) mod sockets;
pub(crate) mod sshd;
pub(crate) mod startup;
pub(crate) mod sudoers;
pub(crate) mod swaps;
pub(crate) mod sysctl;
pub(crate) mod system_files;
pub(crate) mod systemd_conf;
pub(crate) mod timekeepers;
pub(crate) mod trust;
pub(crate) mod ubuntu_pro;
pub(crate) mod units;
pub(crate) mod walk;

#[cfg(test)]
pub(crate) mod tree;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::host::{Host, ReadError};

/// Why a fact is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gap {
    /// The thing it is about does not exist on this machine.
    Absent(String),
    /// It could not be looked at.
    Unknown(String),
}

impl From<ReadError> for Gap {
    fn from(error: ReadError) -> Self {
        // What the kernel tells is missing only where /proc is: that is no word about the machine.
        let kernels_word = matches!(&error, ReadError::Absent(path) if path.starts_with("/proc"));
        if error.is_absent() && !kernels_word {
            Self::Absent(error.to_string())
        } else {
            Self::Unknown(error.to_string())
        }
    }
}

/// A fact, or why it is not there.
pub(crate) type Fact<T> = Result<T, Gap>;

/// All facts of one machine.
#[derive(Debug)]
pub(crate) struct Facts {
    /// When they were read.
    pub(crate) now: Timestamp,
    /// Whether the machine is running (as opposed to an unpacked root).
    pub(crate) running: bool,
    /// When the machine was booted; not there for an unpacked root.
    pub(crate) booted: Fact<Timestamp>,
    /// The container engine, where the running machine is a container.
    pub(crate) container: Option<String>,
    /// `/etc/os-release`.
    pub(crate) os: Fact<os_release::OsRelease>,
    /// Whether the machine is attached to Ubuntu Pro.
    pub(crate) ubuntu_pro: Fact<bool>,
    /// The running and the installed kernels; only on a running machine.
    pub(crate) kernels: Fact<kernels::Kernels>,
    /// What starts at boot, and what runs.
    pub(crate) services: Fact<services::Services>,
    /// apt's sources and settings.
    pub(crate) apt: Fact<apt::Apt>,
    /// The repositories of yum, dnf and zypper.
    pub(crate) rpm_repos: Fact<rpm_repos::RpmRepos>,
    /// Certificates that somebody put on the machine.
    pub(crate) certificates: Fact<certificates::Certificates>,
    /// Scripts that ask EC2's metadata service.
    pub(crate) metadata_calls: Fact<metadata_calls::MetadataCalls>,
    /// Installed programs that keep the clock right.
    pub(crate) timekeepers: Fact<Vec<timekeepers::Timekeeper>>,
    /// Other private keys.
    pub(crate) private_keys: Fact<private_keys::PrivateKeys>,
    /// How dockerd is set up.
    pub(crate) docker: Fact<docker::Docker>,
    /// Registries of container images whose certificate is not checked.
    pub(crate) registries: Fact<Vec<registries::Insecure>>,
    /// The kubelet's configuration.
    pub(crate) kubelet: Fact<Vec<kubelet::Kubelet>>,
    /// cloud-init's settings.
    pub(crate) cloud_init: Fact<cloud_init::CloudInit>,
    /// What AWS's agents left.
    pub(crate) cloud_agents: Fact<cloud_agents::CloudAgents>,
    /// Services that were made for this machine.
    pub(crate) local_units: Fact<local_units::LocalUnits>,
    /// Mode and owner of files that decide for the whole system.
    pub(crate) system_files: Fact<system_files::SystemFiles>,
    /// Secrets in configuration.
    pub(crate) secrets: Fact<secrets::Secrets>,
    /// Private SSH host keys.
    pub(crate) host_keys: Fact<Vec<host_keys::HostKey>>,
    /// What was left in home directories.
    pub(crate) home_files: Fact<home_files::HomeFiles>,
    /// What the build of the image left behind.
    pub(crate) leftovers: Fact<leftovers::Leftovers>,
    /// `/etc/machine-id`.
    pub(crate) machine_id: Fact<machine_id::MachineId>,
    /// What is mounted; on an unpacked root what `/etc/fstab` says.
    pub(crate) mounts: Fact<mounts::Mounts>,
    /// Who has an account.
    pub(crate) accounts: Fact<accounts::Accounts>,
    /// Accounts whose password anybody can guess.
    pub(crate) known_passwords: Fact<known_passwords::KnownPasswords>,
    /// Mode and owner of the files of accounts.
    pub(crate) login_files: Fact<Vec<login_files::LoginFile>>,
    /// Copies of the files with password hashes.
    pub(crate) shadow_copies: Fact<Vec<file_modes::FileMode>>,
    /// Files in homes whose names begin with a dot.
    pub(crate) dot_files: Fact<dot_files::DotFiles>,
    /// What shells set for everyone.
    pub(crate) shell_settings: Fact<shell_settings::ShellSettings>,
    /// Who may leave jobs for later.
    pub(crate) scheduling: Fact<scheduling::Scheduling>,
    /// The texts around a login.
    pub(crate) greetings: Fact<greetings::Greetings>,
    /// What passwords must be like.
    pub(crate) password_policy: Fact<password_policy::PasswordPolicy>,
    /// What PAM does for those who log in.
    pub(crate) pam: Fact<pam::Pam>,
    /// What inetd and xinetd offer.
    pub(crate) inetd: Fact<Vec<inetd::Offered>>,
    /// sudo's rules.
    pub(crate) sudoers: Fact<sudoers::Sudoers>,
    /// Who listens on the network; only on a running machine.
    pub(crate) sockets: Fact<Vec<sockets::Socket>>,
    /// sshd's configuration.
    pub(crate) sshd: Fact<sshd::Sshd>,
    /// Swap space.
    pub(crate) swaps: Fact<Vec<swaps::Swap>>,
    /// Kernel settings.
    pub(crate) sysctl: Fact<sysctl::Sysctl>,
    /// Kernel modules.
    pub(crate) modules: Fact<modules::Modules>,
    /// The processor's vulnerabilities and their state; only on a running machine.
    pub(crate) cpu: Fact<BTreeMap<String, String>>,
    /// Secure Boot, lockdown and module signatures; only on a running machine.
    pub(crate) lockdown: Fact<lockdown::Lockdown>,
    /// SELinux or AppArmor.
    pub(crate) mac: Fact<mac::Mac>,
    /// The file that forbids core dumps to every user, if there is one.
    pub(crate) core_limit: Fact<Option<PathBuf>>,
    /// systemd's units, and who can change them.
    pub(crate) units: Fact<trust::Trusted>,
    /// Cron jobs, and who can change them.
    pub(crate) cron: Fact<trust::Trusted>,
    /// root's `PATH`, and who can change its directories.
    pub(crate) search_path: Fact<path::SearchPath>,
    /// Scripts of start and login, and who can change them.
    pub(crate) startup: Fact<trust::Trusted>,
    /// Programs that checks ask for.
    pub(crate) programs: Fact<programs::Programs>,
    /// auditd.
    pub(crate) audit: Fact<audit::Audit>,
    /// GRUB and its like.
    pub(crate) boot_loader: Fact<boot_loader::BootLoader>,
    /// Ways past the login at the console.
    pub(crate) consoles: Fact<Vec<consoles::FreeConsole>>,
    /// Packet filters that start at boot.
    pub(crate) firewalls: Fact<Vec<firewalls::Firewall>>,
    /// Directories that are shared on the network.
    pub(crate) shares: Fact<shares::Shares>,
    /// Databases that let strangers in.
    pub(crate) open_stores: Fact<Vec<open_stores::OpenStore>>,
    /// Network interfaces that take packets for others; only on a running machine.
    pub(crate) promiscuous: Fact<Vec<String>>,
    /// Mail servers that start at boot.
    pub(crate) mail: Fact<Vec<mail::MailServer>>,
    /// rsyslog's configuration.
    pub(crate) rsyslog: Fact<rsyslog::Rsyslog>,
    /// Logs.
    pub(crate) log_files: Fact<log_files::LogFiles>,
    /// `journald.conf`.
    pub(crate) journald: systemd_conf::Settings,
    /// `coredump.conf`.
    pub(crate) coredump: systemd_conf::Settings,
    /// Programs that watch over files.
    pub(crate) integrity: Fact<integrity::Integrity>,
    /// What the package databases say of the set-id programs.
    pub(crate) owned_files: Fact<owned_files::OwnedFiles>,
    /// What the walk over the file systems came across.
    pub(crate) walk: Fact<Arc<walk::Walk>>,
}

impl Facts {
    /// Reads everything; `walk` walks, or waits for the walk that somebody else began.
    pub(crate) fn collect(
        host: &Host,
        clock: &dyn Clock,
        walk: impl FnOnce() -> Fact<Arc<walk::Walk>>,
    ) -> Self {
        let mounts = guarded(|| mounts::collect(host));
        let os = guarded(|| os_release::collect(host));
        let walk = walk();
        let services = guarded(|| services::collect(host));
        let programs = guarded(|| programs::collect(host));
        let accounts = guarded(|| accounts::collect(host));
        Self {
            now: clock.now(),
            running: host.is_running(),
            container: container::engine(host),
            booted: guarded(|| boot::booted(host)),
            dot_files: guarded(|| dot_files::collect(host, &accounts)),
            accounts,
            shadow_copies: guarded(|| login_files::copies(host)),
            shell_settings: guarded(|| shell_settings::collect(host)),
            scheduling: guarded(|| scheduling::collect(host, &os)),
            greetings: guarded(|| greetings::collect(host, &os)),
            known_passwords: guarded(|| known_passwords::collect(host)),
            login_files: guarded(|| login_files::collect(host)),
            password_policy: guarded(|| password_policy::collect(host)),
            pam: guarded(|| pam::collect(host)),
            inetd: guarded(|| inetd::collect(host, &services)),
            sudoers: guarded(|| sudoers::collect(host)),
            sockets: guarded(|| sockets::collect(host)),
            sshd: guarded(|| sshd::collect(host, &os)),
            ubuntu_pro: guarded(|| ubuntu_pro::attached(host)),
            kernels: guarded(|| kernels::collect(host)),
            apt: guarded(|| apt::collect(host)),
            rpm_repos: guarded(|| rpm_repos::collect(host)),
            certificates: guarded(|| certificates::collect(host)),
            metadata_calls: guarded(|| metadata_calls::collect(host)),
            timekeepers: guarded(|| timekeepers::collect(host, &services)),
            audit: guarded(|| audit::collect(host)),
            boot_loader: guarded(|| boot_loader::collect(host)),
            consoles: guarded(|| consoles::collect(host)),
            firewalls: guarded(|| firewalls::collect(host, &services)),
            shares: guarded(|| shares::collect(host)),
            open_stores: guarded(|| open_stores::collect(host)),
            promiscuous: guarded(|| promiscuous::collect(host)),
            mail: guarded(|| mail::collect(host, &services)),
            rsyslog: guarded(|| rsyslog::collect(host)),
            log_files: guarded(|| log_files::collect(host)),
            journald: systemd_conf::read(host, "journald.conf"),
            coredump: systemd_conf::read(host, "coredump.conf"),
            integrity: guarded(|| integrity::collect(host, &programs, &services)),
            programs,
            services,
            private_keys: guarded(|| private_keys::collect(host, &walk)),
            docker: guarded(|| docker::collect(host)),
            registries: guarded(|| registries::collect(host)),
            kubelet: guarded(|| kubelet::collect(host)),
            cloud_init: guarded(|| cloud_init::collect(host)),
            cloud_agents: guarded(|| cloud_agents::collect(host)),
            local_units: guarded(|| local_units::collect(host)),
            system_files: guarded(|| system_files::collect(host)),
            secrets: guarded(|| secrets::collect(host, &walk)),
            host_keys: guarded(|| host_keys::collect(host)),
            home_files: guarded(|| home_files::collect(host)),
            leftovers: guarded(|| leftovers::collect(host)),
            machine_id: guarded(|| machine_id::collect(host)),
            swaps: guarded(|| swaps::collect(host, &mounts)),
            sysctl: guarded(|| sysctl::collect(host)),
            modules: guarded(|| modules::collect(host)),
            cpu: guarded(|| cpu::collect(host)),
            lockdown: guarded(|| lockdown::collect(host)),
            mac: guarded(|| mac::collect(host)),
            core_limit: guarded(|| core_dumps::hard_limit(host)),
            units: guarded(|| units::collect(host)),
            cron: guarded(|| cron::collect(host)),
            search_path: guarded(|| path::collect(host)),
            startup: guarded(|| startup::collect(host)),
            owned_files: guarded(|| owned_files::collect(host, &walk)),
            os,
            walk,
            mounts,
        }
    }

    /// Whether something was made after this boot, and so is no part of the image. On an unpacked
    /// root nothing was.
    pub(crate) fn made_since_boot(&self, changed: Timestamp) -> bool {
        self.running && self.booted.as_ref().is_ok_and(|booted| changed >= *booted)
    }
}

/// Reads one fact; should its reader panic on some strange input, that fact is unknown and the
/// others are not lost.
fn guarded<T>(read: impl FnOnce() -> Fact<T>) -> Fact<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(Gap::Unknown(
            "an internal error while reading it".to_owned(),
        ))
    })
}
