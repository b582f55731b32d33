//! Scripts that ask the instance metadata service, and whether they bring a token (IMDSv2).

use std::path::PathBuf;

use super::Fact;
use super::files_below::{Bounds, list};
use crate::host::Host;

/// Where people put scripts: nothing below these comes from the distribution's cloud tools.
const PLACES: [&str; 17] = [
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/cron.hourly",
    "/etc/cron.monthly",
    "/etc/cron.weekly",
    "/etc/crontab",
    "/etc/init.d",
    "/etc/profile.d",
    "/etc/rc.local",
    "/etc/rc.d/rc.local",
    "/etc/systemd/system",
    "/opt",
    "/root",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/var/lib/cloud/scripts",
    "/var/spool/cron",
];

const BOUNDS: Bounds = Bounds {
    depth: 4,
    entries: 20_000,
    bytes: 256 << 10,
};

/// Files that are read.
const MAX_FILES: usize = 3000;

/// Endings of what is no script, so that `/opt` is not read as a whole.
const NO_SCRIPTS: [&str; 22] = [
    "so", "a", "o", "jar", "class", "pyc", "png", "jpg", "gif", "svg", "gz", "xz", "zip", "tar",
    "md", "rst", "html", "css", "mo", "h", "log", "pem",
];

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct MetadataCalls {
    /// Scripts that ask without a token, with the number of the first line that does.
    pub(crate) without_token: Vec<(PathBuf, usize)>,
    /// Whether there were more files than are looked at.
    pub(crate) cut: bool,
}

pub(crate) fn collect(host: &Host) -> Fact<MetadataCalls> {
    let below = list(host, &PLACES, BOUNDS, |path| {
        path.extension()
            .is_none_or(|ending| !NO_SCRIPTS.iter().any(|known| ending == *known))
    });
    let mut calls = MetadataCalls {
        cut: below.cut || below.files.len() > MAX_FILES,
        ..MetadataCalls::default()
    };
    for path in below.files.into_iter().take(MAX_FILES) {
        if let Ok(bytes) = host.read(&path)
            && let Some(line) = call_without_token(&bytes)
        {
            calls.without_token.push((path, line));
        }
    }
    Ok(calls)
}

/// The number of the first line that asks EC2's metadata service, if the script never brings a
/// token. Comments do not count, nor programs, nor the services of Google and Azure at the same
/// address.
pub(crate) fn call_without_token(bytes: &[u8]) -> Option<usize> {
    if bytes.get(..8192).unwrap_or(bytes).contains(&0) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().position(|line| {
        !line.trim_start().starts_with('#')
            && ["169.254.169.254", "[fd00:ec2::254]"]
                .iter()
                .any(|address| line.contains(address))
    })?;
    let text = text.to_ascii_lowercase();
    let asks = ["meta-data", "user-data", "dynamic/instance-identity"]
        .iter()
        .any(|path| text.contains(path));
    let others = [
        // A token, by header, by path, or by the tools that bring it.
        "x-aws-ec2-metadata-token",
        "latest/api/token",
        // Google and Azure.
        "computemetadata",
        "metadata/instance?api-version",
    ]
    .iter()
    .any(|word| text.contains(word));
    (asks && !others).then_some(line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_calls_to_ec2_without_a_token_count() {
        for (script, line) in [
            (
                "#!/bin/sh\ncurl http://169.254.169.254/latest/meta-data/instance-id\n",
                Some(2),
            ),
            ("# http://169.254.169.254/latest/meta-data\n", None),
            (
                "T=$(curl -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')\ncurl http://169.254.169.254/latest/meta-data\n",
                None,
            ),
            (
                "curl -H 'Metadata-Flavor: Google' http://169.254.169.254/computeMetadata/v1/meta-data\n",
                None,
            ),
            ("iptables -d 169.254.169.254 -j DROP\n", None),
            ("\0 169.254.169.254 meta-data", None),
        ] {
            assert_eq!(call_without_token(script.as_bytes()), line, "{script}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_borne(bytes in any::<Vec<u8>>()) {
            call_without_token(&bytes);
        }
    }
}
