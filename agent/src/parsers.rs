//! The parsers of files that whoever made the image wrote, for the fuzz targets and
//! for tests that compare them with the programs that read these files.

pub use crate::engines::packages::read_rpm_database;
pub use crate::facts::apt::config::{Setting as AptSetting, parse as parse_apt_config};
pub use crate::facts::apt::sources::{
    Source as AptSource, parse_deb822 as parse_apt_deb822, parse_list as parse_apt_list,
};
pub use crate::facts::os_release::{OsRelease, parse as parse_os_release};
pub use crate::facts::pam::stack::{
    Included as PamIncluded, Kind as PamKind, Rule as PamRule, Stack as PamStack,
    parse as parse_pam,
};
pub use crate::facts::rpm_repos::{Section as RepoSection, parse as parse_repos};
pub use crate::facts::sshd::by_files as sshd_by_files;
pub use crate::facts::sshd::config::{
    Config as SshdConfig, Included as SshdIncluded, parse as parse_sshd,
};
pub use crate::facts::sudoers::rules::{
    FreeRule as SudoersRule, Include as SudoersInclude, Included as SudoersIncluded, Sudoers,
    parse as parse_sudoers,
};
pub use crate::facts::sysctl::config::{Line as SysctlLine, parse as parse_sysctl};
