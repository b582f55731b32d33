//! Which data stream is scanned with, and which of its profiles.

use std::io::Read;
use std::path::PathBuf;

use super::xml::{Document, Node, XmlError};
use crate::facts::os_release::OsRelease;
use crate::host::Host;
use hardtarget_report::clean_line;

/// Where SCAP Security Guide is installed.
const DIRECTORY: &str = "/usr/share/xml/scap/ssg/content";

/// How much of a data stream is read for its profiles, which stand before its rules: 64 MiB.
const READ_LIMIT: u64 = 64 << 20;

/// More profiles than this are not read; the largest guide has 30.
const MAX_PROFILES: usize = 200;

/// The profiles that are chosen by themselves, best first, by the short ids that SCAP Security Guide gives them:
/// the CIS benchmark's level 1 for servers (Debian and Ubuntu, then Red Hat and SUSE), its level 2 where
/// there is no other, the guide's own, and ANSSI's least.
const PREFERRED: [&str; 6] = [
    "cis_level1_server",
    "cis_server_l1",
    "cis",
    "standard",
    "anssi_bp28_minimal",
    "anssi_np_nt28_minimal",
];

/// A profile of a data stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    /// Its full id, e.g. `xccdf_org.ssgproject.content_profile_cis_level1_server`.
    pub(super) id: String,
    /// How many rules it selects by itself; one that extends another has more.
    pub(super) rules: usize,
}

impl Profile {
    /// The id without what all ids of a guide begin with.
    pub(super) fn short(&self) -> &str {
        short(&self.id, "_profile_")
    }
}

/// The part of an XCCDF 1.2 id (`xccdf_<reverse DNS>_<kind>_<name>`) that tells it from others.
pub(super) fn short<'a>(id: &'a str, kind: &str) -> &'a str {
    match id.split_once(kind) {
        Some((before, name)) if before.starts_with("xccdf_") && !name.is_empty() => name,
        _ => id,
    }
}

/// The data stream of the machine's own release, or the name of what is not there.
pub(super) fn installed(host: &Host, os: &OsRelease) -> Result<PathBuf, String> {
    let Some(names) = names(os) else {
        return Err("SCAP Security Guide has nothing for this system".to_owned());
    };
    names
        .iter()
        .map(|name| PathBuf::from(format!("{DIRECTORY}/ssg-{name}-ds.xml")))
        .find(|path| host.exists(path))
        .ok_or_else(|| {
            let name = names.first().map_or("", String::as_str);
            format!("{DIRECTORY}/ssg-{name}-ds.xml is not there")
        })
}

/// What SCAP Security Guide calls a release, the usual name first. Nothing for a name that is no
/// plain word: it becomes part of a path.
fn names(os: &OsRelease) -> Option<Vec<String>> {
    let id = os.id()?;
    let version = os.version_id().unwrap_or("");
    let plain = |word: &str| {
        word.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    if !plain(version) || !plain(&id.replace('-', "")) {
        return None;
    }
    let major = version.split('.').next().unwrap_or_default();
    Some(match id {
        "ubuntu" => vec![format!("ubuntu{}", version.replace('.', ""))],
        "almalinux" => vec![format!("almalinux{major}"), format!("rhel{major}")],
        "rocky" => vec![format!("rl{major}"), format!("rhel{major}")],
        "centos" => vec![format!("cs{major}"), format!("centos{major}")],
        "amzn" => vec![format!("al{version}"), format!("amzn{version}")],
        "sles" | "sled" | "sles_sap" => vec![format!("sle{major}")],
        "fedora" => vec!["fedora".to_owned()],
        id if id.starts_with("opensuse") => vec!["opensuse".to_owned()],
        _ => vec![format!("{id}{major}")],
    })
}

/// The profiles of a data stream or benchmark, in its order.
pub(super) fn profiles(source: impl Read) -> Result<Vec<Profile>, XmlError> {
    let mut document = Document::new(source, READ_LIMIT);
    let mut profiles: Vec<Profile> = Vec::new();
    loop {
        match document.next()? {
            Node::Start(tag) => match tag.name() {
                "Profile" => {
                    let id = clean_line(&tag.attribute("id").unwrap_or_default(), 300);
                    profiles.push(Profile { id, rules: 0 });
                }
                "select" if tag.attribute("selected").as_deref() == Some("true") => {
                    if let Some(profile) = profiles.last_mut() {
                        profile.rules += 1;
                    }
                }
                "Group" | "Rule" if !profiles.is_empty() => return Ok(profiles),
                _ => {}
            },
            Node::Eof => return Ok(profiles),
            Node::End | Node::Text(_) => {}
        }
        if profiles.len() > MAX_PROFILES {
            return Ok(profiles);
        }
    }
}

/// The profile to scan with: the one that was asked for by its id, short or full, or else the best
/// of those that are chosen by themselves, or else the only one.
pub(super) fn choose(profiles: Vec<Profile>, wanted: Option<&str>) -> Result<Profile, String> {
    let mut short: Vec<&str> = profiles.iter().map(Profile::short).collect();
    short.truncate(20);
    let there = clean_line(&short.join(", "), 400);
    let find = |name: &str| {
        profiles
            .iter()
            .find(|profile| profile.id == name || profile.short() == name)
            .cloned()
    };
    if profiles.is_empty() {
        return Err("has no profile".to_owned());
    }
    if let Some(wanted) = wanted {
        return find(wanted)
            .ok_or_else(|| format!("has no profile {}, but {there}", clean_line(wanted, 100)));
    }
    if let Some(found) = PREFERRED.iter().find_map(|name| find(name)) {
        return Ok(found);
    }
    match profiles.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(format!(
            "has none of the profiles that are chosen by themselves; name one with --scap-profile: {there}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::os_release::parse;
    use crate::facts::tree::Tree;

    fn profile(id: &str) -> Profile {
        Profile {
            id: format!("xccdf_org.ssgproject.content_profile_{id}"),
            rules: 1,
        }
    }

    #[test]
    fn each_release_has_its_data_stream() {
        for (id, version, expected) in [
            ("debian", "12", "debian12"),
            ("ubuntu", "22.04", "ubuntu2204"),
            ("almalinux", "9.4", "almalinux9"),
            ("rocky", "9.4", "rl9"),
            ("rhel", "8.10", "rhel8"),
            ("amzn", "2023", "al2023"),
            ("sles", "15.6", "sle15"),
            ("opensuse-leap", "15.6", "opensuse"),
            ("ol", "9.1", "ol9"),
        ] {
            let os = parse(&format!("ID={id}\nVERSION_ID={version}\n"));
            assert_eq!(names(&os).unwrap()[0], expected);
        }
        for hostile in ["ID=../../x\n", "ID=debian\nVERSION_ID=../..\n", "ID=a/b\n"] {
            assert_eq!(names(&parse(hostile)), None, "{hostile}");
        }
    }

    #[test]
    fn only_the_stream_of_the_release_is_taken() {
        let mut tree = Tree::new();
        let os = parse("ID=debian\nVERSION_ID=12\n");
        tree.file(&format!("{DIRECTORY}/ssg-debian11-ds.xml"), "<a/>");
        assert!(
            installed(&tree.host(), &os)
                .unwrap_err()
                .contains("debian12")
        );
        tree.file(&format!("{DIRECTORY}/ssg-debian12-ds.xml"), "<a/>");
        assert!(installed(&tree.host(), &os).is_ok());
    }

    #[test]
    fn profiles_are_read_with_what_they_select() {
        let found = profiles(
            b"<x:Benchmark><x:Profile id='xccdf_a_profile_b'><x:select idref='r' selected='true'/>\
              <x:select idref='s' selected='false'/></x:Profile><x:Profile id='c'/><x:Group><x:Profile id='no'/>"
                .as_slice(),
        )
        .unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].short(), found[0].rules), ("b", 1));
        assert_eq!(found[1].short(), "c");
    }

    #[test]
    fn the_best_profile_is_chosen_unless_one_is_named() {
        let all = || {
            ["anssi_bp28_high", "standard", "cis_level1_server"]
                .map(profile)
                .to_vec()
        };
        assert_eq!(choose(all(), None).unwrap().short(), "cis_level1_server");
        assert_eq!(choose(all(), Some("standard")).unwrap().short(), "standard");
        let full = profile("standard").id;
        assert_eq!(choose(all(), Some(&full)).unwrap().short(), "standard");
        let error = choose(all(), Some("stig")).unwrap_err();
        assert!(error.contains("anssi_bp28_high, standard"), "{error}");
        assert_eq!(choose(vec![profile("x")], None).unwrap().short(), "x");
        assert!(choose(vec![profile("x"), profile("y")], None).is_err());
        assert!(choose(Vec::new(), None).is_err());
    }
}
