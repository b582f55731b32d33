//! What was scanned.

/// What was scanned. Facts of the cloud are there only where the scan ran in one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The AMI, e.g. `ami-0abc`.
    pub ami: Option<String>,
    /// The instance, e.g. `i-0abc`.
    pub instance: Option<String>,
    /// The AWS account's twelve digits.
    pub account: Option<String>,
    /// The AWS region.
    pub region: Option<String>,
    /// The instance type, e.g. `t3.small`.
    pub instance_type: Option<String>,
    /// The machine's architecture as `uname -m` has it; for an unpacked root what its binaries are
    /// made for, where that is known.
    pub arch: Option<String>,
    /// The host's name; for reading only, nothing depends on it.
    pub hostname: Option<String>,
    /// The directory that was scanned: `/` for a running machine.
    pub root: String,
    /// Whether the running machine was scanned (as opposed to an unpacked or mounted root).
    pub live: bool,
    /// Whether the scan ran as root.
    pub privileged: bool,
    /// The operating system.
    pub os: Os,
    /// The running kernel's release.
    pub kernel: Option<String>,
    /// How the machine was booted.
    pub boot: Boot,
}

/// The operating system, from `os-release(5)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Os {
    /// `ID`, e.g. `debian`.
    pub id: Option<String>,
    /// `VERSION_ID`, e.g. `12`.
    pub version_id: Option<String>,
    /// `PRETTY_NAME`, e.g. `Debian GNU/Linux 12 (bookworm)`.
    pub pretty_name: Option<String>,
}

/// How the machine was booted; all unknown for an unpacked root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Boot {
    /// `uefi` or `bios`.
    pub firmware: Option<String>,
    /// Whether Secure Boot is on.
    pub secure_boot: Option<bool>,
    /// The first process, e.g. `systemd`.
    pub init: Option<String>,
    /// The hypervisor or container engine, where it can be told.
    pub virtualization: Option<String>,
}
