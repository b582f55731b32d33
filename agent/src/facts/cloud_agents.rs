//! AWS's own agents: what they remember of the machine that the image was made on, and what they
//! log in with.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::file_modes::files_in;
use super::{Fact, Gap};
use crate::host::Host;

/// Where the agent of Systems Manager keeps its state, as a package and as a snap.
const SSM_STATE: [&str; 2] = [
    "/var/lib/amazon/ssm",
    "/var/snap/amazon-ssm-agent/current/var/lib/amazon/ssm",
];

const SSM_PROGRAMS: [&str; 3] = [
    "/usr/bin/amazon-ssm-agent",
    "/snap/amazon-ssm-agent/current/amazon-ssm-agent",
    "/var/lib/snapd/snap/amazon-ssm-agent/current/amazon-ssm-agent",
];

/// The CloudWatch agent's file of credentials and proxies.
const CLOUDWATCH: &str = "/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml";

/// Something that an agent left.
#[derive(Debug)]
pub(crate) struct Left {
    /// The path, with `*` for the part that differs from one machine to the next.
    pub(crate) subject: String,
    /// The path.
    pub(crate) path: PathBuf,
    /// When it was last changed (ctime).
    pub(crate) changed: Option<Timestamp>,
}

/// What there is of AWS's agents.
#[derive(Debug)]
pub(crate) struct CloudAgents {
    /// Whether the agent of Systems Manager is installed.
    pub(crate) has_ssm: bool,
    /// Files with the identity under which it is registered.
    pub(crate) identities: Vec<Left>,
    /// Directories of single instances.
    pub(crate) instances: Vec<Left>,
    /// The lines of the CloudWatch agent's configuration that name stored credentials.
    pub(crate) cloudwatch_credentials: Fact<Vec<(PathBuf, usize, &'static str)>>,
}

#[expect(clippy::unnecessary_wraps, reason = "every fact may have a gap")]
pub(crate) fn collect(host: &Host) -> Fact<CloudAgents> {
    let mut agents = CloudAgents {
        has_ssm: SSM_PROGRAMS.iter().any(|path| host.exists(path)),
        identities: Vec::new(),
        instances: Vec::new(),
        cloudwatch_credentials: host
            .text(CLOUDWATCH)
            .map(|text| credentials(&text))
            .map_err(Gap::from),
    };
    for state in SSM_STATE {
        let registration = Path::new(state).join("registration");
        if host
            .metadata(&registration)
            .is_ok_and(|found| found.len() > 0)
        {
            let subject = registration.to_string_lossy().into_owned();
            agents.identities.push(left(host, subject, registration));
        }
        for path in files_in(host, &format!("{state}/Vault/Store")) {
            let subject = path.to_string_lossy().into_owned();
            agents.identities.push(left(host, subject, path));
        }
        for path in files_in(host, state) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let rest = name.strip_prefix("i-").or_else(|| name.strip_prefix("mi-"));
            if rest
                .is_some_and(|rest| rest.len() >= 8 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
            {
                agents
                    .instances
                    .push(left(host, format!("{state}/i-*"), path));
            }
        }
    }
    Ok(agents)
}

fn left(host: &Host, subject: String, path: PathBuf) -> Left {
    let changed = host
        .metadata(&path)
        .ok()
        .and_then(|found| Timestamp::from_second(found.ctime()).ok());
    Left {
        subject,
        path,
        changed,
    }
}

/// `shared_credential_profile` and `shared_credential_file` of `[credentials]`, which are shipped
/// commented out.
fn credentials(text: &str) -> Vec<(PathBuf, usize, &'static str)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some((key, _)) = line.split_once('=') else {
            continue;
        };
        for known in ["shared_credential_profile", "shared_credential_file"] {
            if key.trim() == known {
                found.push((PathBuf::from(CLOUDWATCH), index + 1, known));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn an_identity_and_the_directories_of_instances_are_told_apart() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/amazon-ssm-agent", "")
            .file("/var/lib/amazon/ssm/registration", "{}")
            .file("/var/lib/amazon/ssm/Vault/Store/RegistrationKey", "x")
            .dir("/var/lib/amazon/ssm/i-0123456789abcdef0")
            .dir("/var/lib/amazon/ssm/ipc");
        let agents = collect(&tree.host()).unwrap();
        assert!(agents.has_ssm);
        assert_eq!(agents.identities.len(), 2);
        assert_eq!(agents.instances[0].subject, "/var/lib/amazon/ssm/i-*");
    }

    #[test]
    fn only_what_is_not_commented_out_counts() {
        let text = "[credentials]\n#    shared_credential_profile = \"x\"\n    shared_credential_file = \"/root/c\"\n";
        assert_eq!(credentials(text).len(), 1);
        assert_eq!(credentials(text)[0].1, 3);
    }
}
