//! What the files and file systems allow.

pub(crate) mod data_mounts;
mod known_programs;
pub(crate) mod loose_programs;
pub(crate) mod mount_options;
pub(crate) mod own_partitions;
pub(crate) mod preload;
pub(crate) mod set_id;
pub(crate) mod swap;
pub(crate) mod system_files;
pub(crate) mod unowned;
pub(crate) mod unsticky;
pub(crate) mod world_writable;

use std::path::Path;

use super::{Fault, Judged, NotJudged, Verdict};
use crate::facts::walk::Walk;
use crate::words;

/// Places where everyone may put files, each user their own.
const TEMPORARY: [&str; 6] = ["/tmp", "/var/tmp", "/dev", "/run", "/proc", "/sys"];

/// Directories whose files decide what the system does.
const SYSTEM: [&str; 9] = [
    "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/root", "/opt",
];

fn is_in(path: &Path, directories: &[&str]) -> bool {
    directories
        .iter()
        .any(|directory| path.starts_with(directory))
}

/// The faults found on the walk; finding none means nothing if not everything could be read.
fn walked(walk: &Walk, faults: Vec<Fault>) -> Judged {
    match walk.unreadable.first() {
        Some(first) if faults.is_empty() => Err(NotJudged::Unknown(format!(
            "{} could not be looked into, {} first",
            words::count(walk.unreadable.len(), "place"),
            first.display()
        ))),
        _ => Ok(Verdict::from_faults(faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finding_nothing_in_part_of_the_file_system_is_no_pass() {
        let walk = Walk {
            unreadable: vec!["/root".into()],
            ..Walk::default()
        };
        let Err(NotJudged::Unknown(why)) = walked(&walk, Vec::new()) else {
            panic!("judged");
        };
        assert_eq!(why, "1 place could not be looked into, /root first");
        let fault = Fault::at(Path::new("/x"), "mode 0666");
        assert!(matches!(walked(&walk, vec![fault]), Ok(Verdict::Fail(_))));
    }
}
