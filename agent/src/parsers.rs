//! The parsers of files that whoever made the image wrote, for the fuzz targets.

pub use crate::facts::os_release::{OsRelease, parse as parse_os_release};
pub use crate::facts::sshd::config::{
    Config as SshdConfig, Included as SshdIncluded, parse as parse_sshd,
};
pub use crate::facts::sysctl::config::{Line as SysctlLine, parse as parse_sysctl};
