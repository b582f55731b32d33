//! Which installed packages have known vulnerabilities, told without a network.
//!
//! [`build`] turns public feeds (OSV records, `updateinfo.xml`) into one file that [`format`](mod@format) describes;
//! [`matching`] holds installed packages against it, or against the metadata of the repositories that a
//! machine has. Matching reads nothing but what it is given.
//!
//! The feature `feeds` has what builds the file. Reading it and matching need none.

pub mod advisory;
#[cfg(feature = "feeds")]
pub mod build;
#[cfg(feature = "feeds")]
pub mod feeds;
pub mod format;
pub mod matching;
pub mod modularity;
#[cfg(feature = "lambda")]
pub mod refresh;
pub mod release;
pub mod updateinfo;
pub mod version;
