//! What sshd's configuration comes to, sshd_config(5).
//!
//! On the running machine sshd itself is asked (`sshd -T`, which needs root and host keys);
//! otherwise, and for the Match blocks, its files are read.

pub(crate) mod config;
mod defaults;
mod files;
mod paths;

use std::collections::BTreeMap;

pub(crate) use config::{Block, Config};
pub(crate) use paths::{Guarded, Role};

use super::os_release::OsRelease;
use super::{Fact, Gap};
use crate::exec::{ExecError, Tool};
use crate::host::Host;

/// Where sshd may be.
const PROGRAMS: [&str; 4] = [
    "/usr/sbin/sshd",
    "/sbin/sshd",
    "/usr/bin/sshd",
    "/usr/local/sbin/sshd",
];

/// What sshd does.
#[derive(Debug)]
pub(crate) struct Sshd {
    /// What sshd says itself, by keyword in lower case, if it could be asked.
    asked: Option<BTreeMap<String, String>>,
    /// What its files say; a reason where they could not all be read.
    files: Fact<Config>,
    /// What must not be open to others: configuration, host keys, places of authorized keys.
    pub(crate) paths: Fact<Vec<Guarded>>,
    /// Whether there is a key of the machine for Kerberos, `/etc/krb5.keytab`.
    pub(crate) keytab: bool,
    /// Whether the file that `Banner` names has text in it; `None` where none is named.
    pub(crate) banner: Option<bool>,
    /// What holds where the files are silent and older releases differ.
    root_login_default: &'static str,
}

/// One setting as it takes effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effective {
    /// Its value as sshd prints it, or as it is written; several arguments with one blank between.
    pub(crate) value: String,
    /// Where that is known from: `sshd -T`, a file, or `default`.
    pub(crate) source: String,
}

impl Effective {
    /// The value without regard to case.
    pub(crate) fn is(&self, value: &str) -> bool {
        self.value.eq_ignore_ascii_case(value)
    }

    /// As evidence: `permitrootlogin yes (/etc/ssh/sshd_config)`.
    pub(crate) fn line(&self, keyword: &str) -> String {
        format!("{keyword} {} ({})", self.value, self.source)
    }
}

impl Sshd {
    /// What holds for a keyword (lower case) outside all Match blocks. The gap says why it is not
    /// known; a keyword without a default that nobody sets is unknown as well.
    pub(crate) fn effective(&self, keyword: &str) -> Fact<Effective> {
        if let Some(value) = self.asked.as_ref().and_then(|asked| asked.get(keyword)) {
            return Ok(Effective {
                value: value.clone(),
                source: "sshd -T".to_owned(),
            });
        }
        let files = self.files.as_ref().map_err(Clone::clone)?;
        if let Some(setting) = files.first(keyword) {
            return Ok(Effective {
                value: setting.value.clone(),
                source: setting.source.clone(),
            });
        }
        let default = if keyword == "permitrootlogin" {
            Some(self.root_login_default)
        } else {
            defaults::of(keyword)
        };
        default.map_or_else(
            || {
                Err(Gap::Unknown(format!(
                    "sshd could not be asked, and its files do not set {keyword}"
                )))
            },
            |value| {
                Ok(Effective {
                    value: value.to_owned(),
                    source: "default".to_owned(),
                })
            },
        )
    }

    /// A keyword (lower case) that has no default, outside all Match blocks; nothing where nobody
    /// sets it. `sshd -T` leaves such keywords out.
    pub(crate) fn set(&self, keyword: &str) -> Fact<Option<Effective>> {
        let of = |value: &str, source: &str| Effective {
            value: value.to_owned(),
            source: source.to_owned(),
        };
        if let Some(asked) = &self.asked {
            return Ok(asked.get(keyword).map(|value| of(value, "sshd -T")));
        }
        let files = self.files.as_ref().map_err(Clone::clone)?;
        Ok(files
            .first(keyword)
            .map(|setting| of(&setting.value, &setting.source)))
    }

    /// The Match blocks, in order.
    pub(crate) fn matches(&self) -> Fact<&[Block]> {
        self.files
            .as_ref()
            .map(|files| files.matches.as_slice())
            .map_err(Clone::clone)
    }

    /// The setting outside all Match blocks is one of `values`; with its evidence.
    pub(crate) fn any_of(&self, keyword: &str, values: &[&str]) -> Fact<Option<String>> {
        let effective = self.effective(keyword)?;
        Ok(values
            .iter()
            .any(|value| effective.is(value))
            .then(|| effective.line(keyword)))
    }
}

/// What holds by sshd's files alone, without asking it: every keyword that they set or that has a
/// known default, outside all Match blocks or inside the one with this number. For tests that compare
/// it with what sshd says itself; the error says what could not be read.
pub fn by_files(host: &Host, block: Option<usize>) -> Result<BTreeMap<String, String>, String> {
    let sshd = Sshd {
        asked: None,
        files: files::read(host),
        paths: Ok(Vec::new()),
        keytab: false,
        banner: None,
        root_login_default: defaults::root_login(super::os_release::collect(host).ok().as_ref()),
    };
    let files = sshd
        .files
        .as_ref()
        .map_err(|(Gap::Absent(why) | Gap::Unknown(why))| why.clone())?;
    let mut settings = BTreeMap::new();
    if let Some(block) = block.and_then(|number| files.matches.get(number)) {
        for setting in &block.settings {
            settings
                .entry(setting.keyword.clone())
                .or_insert_with(|| setting.value.clone());
        }
    }
    let set = files.main.iter().map(|setting| setting.keyword.as_str());
    let known = defaults::DEFAULTS.iter().map(|(keyword, _)| *keyword);
    for keyword in set.chain(known).chain(["permitrootlogin"]) {
        if let Ok(effective) = sshd.effective(keyword) {
            settings
                .entry(keyword.to_owned())
                .or_insert(effective.value);
        }
    }
    Ok(settings)
}

/// Asks sshd, and reads its files.
pub(crate) fn collect(host: &Host, os: &Fact<OsRelease>) -> Fact<Sshd> {
    installed(host)?;
    let mut sshd = Sshd {
        asked: ask(host),
        files: files::read(host),
        paths: Ok(Vec::new()),
        keytab: host.exists("/etc/krb5.keytab"),
        banner: None,
        root_login_default: defaults::root_login(os.as_ref().ok()),
    };
    sshd.paths = paths::read(host, &sshd);
    let banner = sshd.effective("banner").ok();
    let banner = banner.filter(|file| file.value.starts_with('/'));
    sshd.banner = banner.map(|file| {
        host.read_start(&file.value, 4096)
            .is_ok_and(|text| !text.trim_ascii().is_empty())
    });
    Ok(sshd)
}

/// Fails where no sshd is installed, and where it cannot be said.
fn installed(host: &Host) -> Fact<()> {
    let mut gap = Gap::Absent("sshd is not installed".to_owned());
    for path in PROGRAMS {
        match host.metadata(path) {
            Ok(_) => return Ok(()),
            Err(error) if error.is_absent() => {}
            Err(error) => gap = Gap::Unknown(error.to_string()),
        }
    }
    Err(gap)
}

fn ask(host: &Host) -> Option<BTreeMap<String, String>> {
    // Releases before 8.9 refuse to answer without a connection where there are Match blocks;
    // addresses of RFC 5737 and a user that is nobody's match none that is meant for someone.
    let connection =
        "user=hardtarget-nobody,host=client.invalid,addr=192.0.2.1,laddr=192.0.2.2,lport=22";
    let run = |args: &[&str]| -> Result<String, ExecError> {
        let output = Tool::find(host, "sshd")?.args(args.iter().copied()).run()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let printed = run(&["-T"])
        .or_else(|_| run(&["-T", "-C", connection]))
        .ok()?;
    let answers = answers(&printed);
    answers.contains_key("permitrootlogin").then_some(answers)
}

/// What `sshd -T` prints: a keyword and its value a line; of repeated ones the first counts.
fn answers(printed: &str) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for line in printed.lines() {
        let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
        answers
            .entry(keyword.to_ascii_lowercase())
            .or_insert_with(|| value.trim().to_owned());
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;

    fn value(tree: &Tree, keyword: &str) -> String {
        let facts = tree.facts();
        facts.sshd.unwrap().effective(keyword).unwrap().value
    }

    #[test]
    fn what_sshd_prints_is_read() {
        let answers = answers("port 22\nPermitRootLogin without-password\nport 23\nbanner\n");
        assert_eq!(answers["port"], "22");
        assert_eq!(answers["permitrootlogin"], "without-password");
        assert_eq!(answers["banner"], "");
    }

    #[test]
    fn defaults_hold_where_the_files_are_silent() {
        let mut tree = Tree::new();
        tree.sshd("");
        assert_eq!(value(&tree, "permitrootlogin"), "prohibit-password");
        assert_eq!(value(&tree, "passwordauthentication"), "yes");
        tree.file("/etc/os-release", "ID=\"amzn\"\nVERSION_ID=\"2\"\n");
        assert_eq!(value(&tree, "permitrootlogin"), "yes");
    }

    /// "glob(7) wildcards … will be expanded and processed in lexical order"
    #[test]
    fn drop_ins_come_first_where_they_are_included_first() {
        let mut tree = Tree::new();
        tree.sshd("Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n")
            .file(
                "/etc/ssh/sshd_config.d/60-b.conf",
                "PasswordAuthentication no\n",
            )
            .file(
                "/etc/ssh/sshd_config.d/50-cloud-init.conf",
                "PasswordAuthentication yes\n",
            );
        assert_eq!(value(&tree, "passwordauthentication"), "yes");
    }

    #[test]
    fn a_configuration_that_cannot_be_read_is_unknown() {
        let mut tree = Tree::new();
        tree.file("/usr/sbin/sshd", "").dir("/etc/ssh/sshd_config");
        let facts = tree.facts();
        assert!(matches!(
            facts.sshd.unwrap().effective("permitrootlogin"),
            Err(Gap::Unknown(_))
        ));
    }

    #[test]
    fn a_directory_that_cannot_be_entered_may_hold_a_configuration() {
        let mut tree = Tree::new();
        tree.file("/usr/sbin/sshd", "").link("/etc/ssh", "/etc/ssh");
        assert!(matches!(
            tree.facts().sshd.unwrap().effective("permitrootlogin"),
            Err(Gap::Unknown(_))
        ));
    }

    #[test]
    fn a_program_that_cannot_be_looked_at_may_be_there() {
        let mut tree = Tree::new();
        tree.link("/usr/sbin", "/usr/sbin");
        assert!(matches!(tree.facts().sshd, Err(Gap::Unknown(_))));
    }

    #[test]
    fn no_program_is_no_sshd() {
        let mut tree = Tree::new();
        tree.file("/etc/ssh/sshd_config", "PermitRootLogin yes\n");
        assert!(matches!(tree.facts().sshd, Err(Gap::Absent(_))));
    }
}
