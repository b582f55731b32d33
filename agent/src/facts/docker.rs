//! How dockerd is set up: `daemon.json`, the command line of its unit, and who may write to its
//! socket; dockerd(8).

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::file_modes::{FileMode, files_in};
use super::{Fact, Gap, systemd_conf};
use crate::host::Host;

const PROGRAMS: [&str; 4] = [
    "/usr/bin/dockerd",
    "/usr/sbin/dockerd",
    "/usr/local/bin/dockerd",
    "/usr/bin/dockerd-current",
];

const CONFIGURATION: &str = "/etc/docker/daemon.json";

/// Files whose variables units and scripts of start hand to dockerd.
const VARIABLES: [&str; 3] = [
    "/etc/default/docker",
    "/etc/sysconfig/docker",
    "/etc/conf.d/docker",
];

/// Where units lie, those that count least first.
const UNITS: [&str; 3] = [
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/etc/systemd/system",
];

/// dockerd's settings.
#[derive(Debug, Default)]
pub(crate) struct Docker {
    options: Vec<Setting>,
    /// Its socket on a running machine.
    pub(crate) socket: Option<FileMode>,
}

/// One value of one setting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// The long option without its hyphens: `host`, `insecure-registry`, `icc`.
    name: String,
    /// Its value; `true` for a flag without one.
    pub(crate) value: String,
    /// The file that it stands in.
    pub(crate) source: PathBuf,
}

impl Docker {
    /// All values of a setting that may have several.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &Setting> {
        self.options
            .iter()
            .filter(move |option| option.name == name)
    }

    /// Whether a setting is on; off where nothing is said.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value == "true")
    }

    /// The last value of a setting.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.all(name).last().map(|option| option.value.as_str())
    }
}

pub(crate) fn collect(host: &Host) -> Fact<Docker> {
    if !PROGRAMS.iter().any(|path| host.exists(path)) {
        return Err(Gap::Absent("Docker is not installed".to_owned()));
    }
    let mut docker = Docker {
        socket: FileMode::of(host, "/run/docker.sock").filter(|_| host.is_running()),
        ..Docker::default()
    };
    for (path, text) in command_lines(host) {
        docker.options.extend(flags(&text, &path));
    }
    match host.text(CONFIGURATION) {
        Ok(text) if text.trim().is_empty() => {}
        Ok(text) => match serde_json::from_str(&text) {
            Ok(json) => docker
                .options
                .extend(members(&json, Path::new(CONFIGURATION))),
            Err(_) => {
                return Err(Gap::Unknown(format!("{CONFIGURATION} is not understood")));
            }
        },
        Err(error) if error.is_absent() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(docker)
}

/// The last command of `docker.service`, the variables that it may use, and where
/// `docker.socket` listens, as options.
fn command_lines(host: &Host) -> Vec<(PathBuf, String)> {
    let mut lines = Vec::new();
    let mut command = None;
    for unit in ["docker.service", "docker.socket"] {
        for directory in UNITS {
            let path = Path::new(directory).join(unit);
            let drop_ins = files_in(host, &format!("{directory}/{unit}.d"));
            for file in std::iter::once(path).chain(drop_ins) {
                let text = host.text(&file).unwrap_or_default().replace("\\\n", " ");
                for (key, value) in systemd_conf::lines(&text) {
                    match key {
                        "ExecStart" => {
                            command = (!value.is_empty()).then(|| (file.clone(), value.to_owned()));
                        }
                        "Environment" => lines.push((file.clone(), value.to_owned())),
                        "SocketMode" => {
                            lines.push((file.clone(), format!("--socket-mode={value}")));
                        }
                        "ListenStream" if !value.starts_with(['/', '%']) => {
                            lines.push((file.clone(), format!("--host=tcp://{value}")));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    lines.extend(command);
    for path in VARIABLES {
        let text = host.text(path).unwrap_or_default();
        let set = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#'));
        lines.extend(set.map(|line| (PathBuf::from(path), line.to_owned())));
    }
    lines
}

/// The options on a command line.
fn flags(line: &str, source: &Path) -> Vec<Setting> {
    let mut found = Vec::new();
    let mut words = line
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
        .filter(|word| !word.is_empty())
        .peekable();
    while let Some(word) = words.next() {
        let name = match word {
            "-H" => "host",
            _ => match word.strip_prefix("--") {
                Some(name) => name,
                None => continue,
            },
        };
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => match words.next_if(|next| !next.starts_with('-')) {
                Some(value) => (name, value.to_owned()),
                None => (name, "true".to_owned()),
            },
        };
        found.push(Setting {
            name: name.to_owned(),
            value,
            source: source.to_owned(),
        });
    }
    found
}

/// The members of `daemon.json`; those that are lists have the plural of the option's name.
fn members(json: &Value, source: &Path) -> Vec<Setting> {
    let mut found = Vec::new();
    for (key, value) in json.as_object().into_iter().flatten() {
        let (name, values) = match value {
            Value::Array(values) => {
                let name = match key.strip_suffix("ies") {
                    Some(stem) => format!("{stem}y"),
                    None => key.trim_end_matches('s').to_owned(),
                };
                (name, values.clone())
            }
            value => (key.clone(), vec![value.clone()]),
        };
        found.extend(values.into_iter().map(|value| {
            Setting {
                name: name.clone(),
                value: value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
                source: source.to_owned(),
            }
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::tree::Tree;

    #[test]
    fn file_and_command_line_give_the_same_names() {
        let mut tree = Tree::new();
        tree.file("/usr/bin/dockerd", "")
            .file(
                "/etc/docker/daemon.json",
                r#"{"hosts": ["tcp://0.0.0.0:2375"], "insecure-registries": ["r:5000"], "icc": false}"#,
            )
            .file(
                "/usr/lib/systemd/system/docker.service",
                "[Service]\nExecStart=/usr/bin/dockerd --icc\n",
            )
            .file(
                "/etc/systemd/system/docker.service.d/a.conf",
                "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// --tlsverify --insecure-registry s:5000\n",
            );
        let docker = collect(&tree.host()).unwrap();
        let all = |name| {
            docker
                .all(name)
                .map(|one| one.value.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(all("host"), ["fd://", "tcp://0.0.0.0:2375"]);
        assert_eq!(all("insecure-registry"), ["s:5000", "r:5000"]);
        assert_eq!(all("icc"), ["false"]);
        assert!(docker.is_on("tlsverify") && !docker.is_on("live-restore"));
    }

    proptest! {
        #[test]
        fn any_line_is_read(text in "(--?[a-zH]{0,6}[= \"']?|\\PC){0,20}") {
            flags(&text, Path::new("/x"));
        }

        #[test]
        fn any_json_is_read(text in "[\\[\\]{}:,\"a-z0-9]{0,30}") {
            if let Ok(json) = serde_json::from_str(&text) {
                members(&json, Path::new("/x"));
            }
        }
    }
}
