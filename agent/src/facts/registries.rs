//! Registries of container images that podman, CRI-O and containerd take without checking the
//! server's certificate: containers-registries.conf(5), containerd's `hosts.toml` and `config.toml`.

use std::path::{Path, PathBuf};

use super::file_modes::files_in;
use super::{Fact, Gap};
use crate::host::Host;

/// A registry that is trusted blindly.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Insecure {
    /// The registry; empty where the file does not say.
    pub(crate) registry: String,
    /// The file.
    pub(crate) path: PathBuf,
    /// The line, from 1.
    pub(crate) line: usize,
}

pub(crate) fn collect(host: &Host) -> Fact<Vec<Insecure>> {
    let mut files = vec![
        PathBuf::from("/etc/containers/registries.conf"),
        PathBuf::from("/etc/containerd/config.toml"),
    ];
    files.extend(files_in(host, "/etc/containers/registries.conf.d"));
    for directory in files_in(host, "/etc/containerd/certs.d") {
        files.push(directory.join("hosts.toml"));
    }
    let mut found = Vec::new();
    let mut seen = false;
    for path in files {
        match host.text(&path) {
            Ok(text) => {
                seen = true;
                found.extend(insecure(&text, &path));
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    if seen {
        Ok(found)
    } else {
        Err(Gap::Absent(
            "no registries are set up for podman or containerd".to_owned(),
        ))
    }
}

/// The places of a file in TOML that turn checking off, each with the registry named in its table.
fn insecure(text: &str, path: &Path) -> Vec<Insecure> {
    let mut found = Vec::new();
    let mut table = String::new();
    let mut location = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            // `[host."https://r:5000"]`, `[plugins."x".registry.configs."r:5000".tls]`
            table = line.rsplit('"').nth(1).unwrap_or_default().to_owned();
            location.clear();
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.split('#').next().unwrap_or_default().trim();
        match key.trim() {
            "location" | "prefix" => value.trim_matches('"').clone_into(&mut location),
            "insecure" | "skip_verify" | "insecure_skip_verify" if value == "true" => {
                let name = if location.is_empty() {
                    &table
                } else {
                    &location
                };
                found.push(Insecure {
                    registry: name.clone(),
                    path: path.to_owned(),
                    line: index + 1,
                });
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_formats_name_their_registry() {
        for (text, registry) in [
            (
                "[[registry]]\nlocation = \"r:5000\"\ninsecure = true\n",
                "r:5000",
            ),
            (
                "[host.\"https://r:5000\"]\n  skip_verify = true # x\n",
                "https://r:5000",
            ),
            (
                "[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"r:5000\".tls]\ninsecure_skip_verify = true\n",
                "r:5000",
            ),
        ] {
            let found = insecure(text, Path::new("/x"));
            assert_eq!(found[0].registry, registry, "{text}");
        }
        let text = "[[registry]]\nlocation = \"r\"\n# insecure = true\ninsecure = false\n";
        assert_eq!(insecure(text, Path::new("/x")), []);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([\\[\\]\"=\n]|insecure = true|\\PC){0,30}") {
            insecure(&text, Path::new("/x"));
        }
    }
}
