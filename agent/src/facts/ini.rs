//! Files of sections with settings, as Samba and rsync's daemon read them, smb.conf(5),
//! rsyncd.conf(5).

use std::collections::BTreeMap;

/// One section.
#[derive(Debug, Default)]
pub(crate) struct Section {
    /// Its name; empty for what stands before the first one.
    pub(crate) name: String,
    settings: BTreeMap<String, String>,
}

impl Section {
    /// A setting's value; of several names for one thing the first that is set.
    pub(crate) fn get(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.settings.get(*name))
            .map(String::as_str)
    }

    /// Whether a setting says yes; nothing where it is not set.
    pub(crate) fn is_on(&self, names: &[&str]) -> Option<bool> {
        self.get(names).map(|value| {
            matches!(
                value.to_ascii_lowercase().as_str(),
                "yes" | "true" | "1" | "on"
            )
        })
    }
}

/// The sections of a file in their order; keys are in lower case, a single blank between words.
pub(crate) fn parse(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    for line in text.replace("\\\n", " ").lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            sections.push(Section {
                name: name.trim_end_matches(']').trim().to_owned(),
                ..Section::default()
            });
        } else if let (Some((key, value)), Some(section)) =
            (line.split_once('='), sections.last_mut())
        {
            let words: Vec<&str> = key.split_whitespace().collect();
            let key = words.join(" ").to_ascii_lowercase();
            section.settings.insert(key, value.trim().to_owned());
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sections_and_their_settings() {
        let sections = parse("a = 1\n# c\n[ One ]\n Read  Only = No\n;x=1\n[two]\nx\n");
        let names: Vec<&str> = sections.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["", "One", "two"]);
        assert_eq!(sections[1].is_on(&["missing", "read only"]), Some(false));
        assert_eq!(sections[0].get(&["a"]), Some("1"));
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text: String) {
            parse(&text);
        }
    }
}
