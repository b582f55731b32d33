//! What cloud-init keeps of an instance, <https://docs.cloud-init.io>: "Instance-data",
//! "/var/lib/cloud".

use std::path::{Path, PathBuf};

use super::Kind;
use super::finder::Finder;

const INSTANCES: &str = "/var/lib/cloud/instances";

/// Files of an instance's directory that hold user data.
const USER_DATA: [&str; 3] = ["user-data.txt", "user-data.txt.i", "vendor-data.txt"];

/// Files of an instance's directory that hold what its cloud told it.
const INSTANCE_DATA: [&str; 3] = [
    "instance-data-sensitive.json",
    "instance-data.json",
    "obj.pkl",
];

pub(super) fn look(finder: &mut Finder<'_>) {
    let current = current(finder);
    for directory in finder.matching(Kind::InstanceData, INSTANCES, "*") {
        // The files of the instance itself count if they are older than this boot; those of
        // another one were not made here, whatever their times say.
        let other = current.as_ref() != Some(&directory);
        for name in USER_DATA {
            let path = directory.join(name);
            if let Some(kind) = user_data(&finder.start(Kind::UserData, &path)) {
                let evidence = match kind {
                    Kind::SecretUserData => "user data with words that secrets go by",
                    _ => "user data",
                };
                note(finder, other, kind, &path, evidence);
            }
        }
        for name in INSTANCE_DATA {
            let path = directory.join(name);
            if !finder.start(Kind::InstanceData, &path).is_empty() {
                note(
                    finder,
                    other,
                    Kind::InstanceData,
                    &path,
                    "data of an instance",
                );
            }
        }
    }
    for path in finder.matching(Kind::InstanceData, "/var/lib/cloud/data", "*") {
        finder.found_if_filled(
            Kind::InstanceData,
            &path,
            Some("/var/lib/cloud/data"),
            "what cloud-init notes of an instance",
        );
    }
    for name in ["instance-data.json", "instance-data-sensitive.json"] {
        let path = Path::new("/run/cloud-init").join(name);
        finder.found_if_filled(Kind::InstanceData, &path, None, "data of an instance");
    }
}

/// The directory of the instance that runs, on a running machine.
fn current(finder: &Finder<'_>) -> Option<PathBuf> {
    let target = finder.host.read_link("/var/lib/cloud/instance").ok();
    let name = target.filter(|_| finder.host.is_running())?;
    Some(Path::new(INSTANCES).join(name.file_name()?))
}

fn note(finder: &mut Finder<'_>, other: bool, kind: Kind, path: &Path, evidence: &str) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let subject = format!("{INSTANCES}/*/{name}");
    if other {
        finder.found_whenever(kind, path, Some(&subject), evidence);
    } else {
        finder.found(kind, path, Some(&subject), evidence);
    }
}

/// What user data is of, if there is any. cloud-init wraps it in MIME even where there is none.
fn user_data(start: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(start).to_lowercase();
    if text.trim().is_empty()
        || text.trim() == "none"
        || text
            .lines()
            .any(|line| line.trim() == "number-attachments: 0")
    {
        return None;
    }
    let secret = ["password", "passwd", "secret", "token", "private key"]
        .iter()
        .any(|word| text.contains(word));
    Some(if secret {
        Kind::SecretUserData
    } else {
        Kind::UserData
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn user_data_of_all_kinds() {
        assert_eq!(user_data(b""), None);
        assert_eq!(
            user_data(b"Content-Type: multipart/mixed\nNumber-Attachments: 0\n\n"),
            None
        );
        assert_eq!(user_data(b"#!/bin/sh\n\xff\n"), Some(Kind::UserData));
        assert_eq!(
            user_data(b"#cloud-config\nPassword: x\n"),
            Some(Kind::SecretUserData)
        );
    }

    #[test]
    fn only_another_instance_counts_on_a_running_machine() {
        let mut tree = Tree::new();
        tree.running()
            .file("/proc/stat", "btime 1000000000\n")
            .file("/var/lib/cloud/instances/i-1/user-data.txt", "#!/bin/sh\n")
            .link("/var/lib/cloud/instance", "/var/lib/cloud/instances/i-1");
        let facts = tree.facts();
        let left = facts.leftovers.as_ref().unwrap();
        assert!(facts.made_since_boot(left.found[0].changed.unwrap()));

        tree.file("/var/lib/cloud/instances/i-0/user-data.txt", "#!/bin/sh\n");
        let left = tree.facts().leftovers.unwrap();
        assert_eq!(left.found[0].changed, None);
        assert_eq!(
            left.found[0].subject,
            "/var/lib/cloud/instances/*/user-data.txt"
        );
    }
}
