//! The kubelet's configuration, <https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/>:
//! YAML or JSON, of which only plain maps are read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Fact, Gap};
use crate::host::Host;

const PLACES: [&str; 4] = [
    "/var/lib/kubelet/config.yaml",
    "/etc/kubernetes/kubelet/kubelet-config.json",
    "/etc/kubernetes/kubelet/config.json",
    "/etc/kubernetes/kubelet-config.yaml",
];

/// How deep maps are followed.
const DEEPEST: usize = 20;

/// The settings of one file, by dotted path: `authentication.anonymous.enabled`.
#[derive(Debug)]
pub(crate) struct Kubelet {
    /// The file.
    pub(crate) path: PathBuf,
    /// What it sets.
    pub(crate) values: BTreeMap<String, String>,
}

pub(crate) fn collect(host: &Host) -> Fact<Vec<Kubelet>> {
    let mut found = Vec::new();
    for path in PLACES {
        match host.text(path) {
            Ok(text) => found.push(Kubelet {
                path: Path::new(path).to_owned(),
                values: parse(&text)
                    .ok_or_else(|| Gap::Unknown(format!("{path} is not understood")))?,
            }),
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    if found.is_empty() {
        Err(Gap::Absent("no kubelet is set up".to_owned()))
    } else {
        Ok(found)
    }
}

fn parse(text: &str) -> Option<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    if text.trim_start().starts_with('{') {
        let json = serde_json::from_str(text).ok()?;
        flatten(&json, "", 0, &mut values);
        return Some(values);
    }
    // The keys above a line, with how far each is indented.
    let mut above: Vec<(usize, &str)> = Vec::new();
    for line in text.lines() {
        let body = line.trim_start();
        let Some((key, value)) = body.split_once(':') else {
            continue;
        };
        if body.starts_with(['#', '-']) {
            continue;
        }
        let indent = line.len() - body.len();
        while above.last().is_some_and(|(outer, _)| *outer >= indent) {
            above.pop();
        }
        let value = value.split(" #").next().unwrap_or_default();
        let value = value.trim().trim_matches(['"', '\'']);
        if value.is_empty() {
            if above.len() < DEEPEST {
                above.push((indent, key.trim()));
            }
        } else {
            let path = above.iter().map(|(_, key)| *key).chain([key.trim()]);
            values.insert(path.collect::<Vec<_>>().join("."), value.to_owned());
        }
    }
    Some(values)
}

fn flatten(
    value: &serde_json::Value,
    path: &str,
    depth: usize,
    values: &mut BTreeMap<String, String>,
) {
    match value {
        serde_json::Value::Object(map) if depth < DEEPEST => {
            for (key, value) in map {
                let below = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                flatten(value, &below, depth + 1, values);
            }
        }
        value => {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            values.insert(path.to_owned(), text);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml = "kind: KubeletConfiguration\nauthentication:\n  anonymous:\n    enabled: true # x\n  webhook:\n    enabled: false\nreadOnlyPort: 10255\n";
        let json = r#"{"kind": "KubeletConfiguration", "authentication": {"anonymous": {"enabled": true}, "webhook": {"enabled": false}}, "readOnlyPort": 10255}"#;
        let values = parse(yaml).unwrap();
        assert_eq!(parse(json).unwrap(), values);
        assert_eq!(values["authentication.anonymous.enabled"], "true");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([{}:\n \"#-]|a|\\PC){0,40}") {
            parse(&text);
        }
    }
}
