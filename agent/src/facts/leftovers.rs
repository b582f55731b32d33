//! What the build of an image leaves behind: where it is and what kind it is, never what it holds.

mod build_records;
mod build_tools;
mod cloud_config;
mod finder;
mod histories;
mod instance_data;
mod package_caches;
mod random_seeds;

use std::path::PathBuf;

use jiff::Timestamp;

use self::finder::Finder;
use super::Fact;
use crate::host::Host;

/// What was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What somebody typed into an editor, an interpreter or a database client.
    ClientHistory,
    /// User data of an instance.
    UserData,
    /// User data with words that secrets go by.
    SecretUserData,
    /// What else cloud-init keeps of an instance.
    InstanceData,
    /// A password in cloud-init's configuration.
    CloudConfigPassword,
    /// A setting of cloud-init that leaves a password in force.
    CloudConfigUnlocked,
    /// A seed for random numbers.
    RandomSeed,
    /// Who logged in, and from where.
    LoginRecord,
    /// A log.
    Log,
    /// Packages and lists that a package manager keeps.
    PackageCache,
    /// Something a build tool put there.
    BuildTool,
    /// A private key by which a build tool logs in to its server.
    BuildToolKey,
    /// root's or a user's password in an installer's answers.
    InstallerPassword,
    /// The public half of a key whose private half is published.
    PublishedKey,
}

/// One thing that was left.
#[derive(Debug)]
pub(crate) struct Leftover {
    /// What it is.
    pub(crate) kind: Kind,
    /// The path, with `*` for the parts that differ from one build to the next.
    pub(crate) subject: String,
    /// The path.
    pub(crate) path: PathBuf,
    /// What was recognised there, without a secret's value.
    pub(crate) evidence: String,
    /// In bytes.
    pub(crate) bytes: u64,
    /// When it was last changed (ctime); not there where the time says nothing.
    pub(crate) changed: Option<Timestamp>,
}

/// Everything that was left.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    /// What was recognised.
    pub(crate) found: Vec<Leftover>,
    /// What is or may be there but could not be looked at, and why.
    pub(crate) unread: Vec<(Kind, String)>,
}

/// Looks in all the places.
pub(crate) fn collect(host: &Host) -> Fact<Leftovers> {
    let mut finder = Finder::new(host)?;
    histories::look(&mut finder);
    instance_data::look(&mut finder);
    cloud_config::look(&mut finder);
    random_seeds::look(&mut finder);
    build_records::look(&mut finder);
    package_caches::look(&mut finder);
    build_tools::look(&mut finder);
    Ok(finder.finish())
}
