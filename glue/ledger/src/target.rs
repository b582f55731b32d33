//! What findings are about: the family of an AMI, one AMI, or one instance.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What findings are about; as text `family:web`, `ami:ami-0abc…`, `instance:i-0abc…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Target {
    /// The AMIs that succeed one another, see [`hardtarget_report::family`].
    Family(String),
    /// One AMI.
    Ami(String),
    /// One instance, or whatever else InSpec was run on.
    Instance(String),
}

impl Target {
    /// The name without its kind.
    #[must_use]
    pub fn name(&self) -> &str {
        let (Self::Family(name) | Self::Ami(name) | Self::Instance(name)) = self;
        name
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Family(_) => "family",
            Self::Ami(_) => "ami",
            Self::Instance(_) => "instance",
        };
        write!(f, "{kind}:{}", self.name())
    }
}

/// Text that is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no target: family:NAME, ami:ID or instance:ID")]
pub struct NoTarget(String);

impl FromStr for Target {
    type Err = NoTarget;

    fn from_str(text: &str) -> Result<Self, NoTarget> {
        match text.split_once(':') {
            Some(("family", name)) if !name.is_empty() => Ok(Self::Family(name.to_owned())),
            Some(("ami", name)) if !name.is_empty() => Ok(Self::Ami(name.to_owned())),
            Some(("instance", name)) if !name.is_empty() => Ok(Self::Instance(name.to_owned())),
            _ => Err(NoTarget(text.to_owned())),
        }
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

impl TryFrom<String> for Target {
    type Error = NoTarget;

    fn try_from(text: String) -> Result<Self, NoTarget> {
        text.parse()
    }
}
