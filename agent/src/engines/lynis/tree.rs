//! Lynis as files: from inside the binary, from a directory, or from where a system has it; and
//! its private copy, from which it runs.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

/// The archive that `build.rs` made; empty in a plain build.
const EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lynis.tar.gz"));

/// No file of Lynis is larger than 200 kB, and all together have 2 MB.
const FILE_LIMIT: u64 = 4 << 20;
const TREE_LIMIT: u64 = 32 << 20;

/// Where systems keep Lynis: the script, the rest, the profile and the plugins.
const SYSTEM: [[&str; 4]; 2] = [
    // Debian, Fedora and others.
    [
        "/usr/sbin/lynis",
        "/usr/share/lynis",
        "/etc/lynis/default.prf",
        "/etc/lynis/plugins",
    ],
    // By upstream's advice.
    [
        "/usr/local/lynis/lynis",
        "/usr/local/lynis",
        "/usr/local/lynis/default.prf",
        "/usr/local/lynis/plugins",
    ],
];

/// Why there is no Lynis to run.
#[derive(Debug, thiserror::Error)]
pub(super) enum TreeError {
    /// None inside, none named, none installed.
    #[error(
        "this program was built without Lynis inside, and none is installed: install the package lynis, or name one with --lynis DIR"
    )]
    None,
    /// Something is missing.
    #[error("{0} is no Lynis: it has no {1}")]
    Incomplete(PathBuf, &'static str),
    /// It cannot be read or written.
    #[error("{path} cannot be used: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl TreeError {
    fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

/// All files of a Lynis, by their path in its directory.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Tree {
    /// The Lynis in `directory`, or else the one inside this program, or else the system's.
    ///
    /// The one inside comes before the system's: what is installed on the machine under scan is
    /// that machine's word.
    pub(super) fn find(directory: Option<&Path>) -> Result<Self, TreeError> {
        if let Some(directory) = directory {
            return Self::read(
                directory,
                &directory.join("lynis"),
                &directory.join("default.prf"),
                &directory.join("plugins"),
            );
        }
        if !EMBEDDED.is_empty() {
            return Self::unpack(EMBEDDED);
        }
        for [script, rest, profile, plugins] in SYSTEM {
            if Path::new(script).is_file() {
                return Self::read(
                    Path::new(rest),
                    Path::new(script),
                    Path::new(profile),
                    Path::new(plugins),
                );
            }
        }
        Err(TreeError::None)
    }

    fn unpack(archive: &[u8]) -> Result<Self, TreeError> {
        let error = || TreeError::at("the Lynis inside this program");
        #[expect(clippy::disallowed_methods, reason = "capped right here")]
        let plain = flate2::read::GzDecoder::new(archive).take(TREE_LIMIT);
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(plain).entries().map_err(error())? {
            let mut entry = entry.map_err(error())?;
            let path = entry.path().map_err(error())?.into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(error())?;
            files.insert(path, bytes);
        }
        Self { files }.checked(Path::new("the Lynis inside this program"))
    }

    fn read(
        directory: &Path,
        script: &Path,
        profile: &Path,
        plugins: &Path,
    ) -> Result<Self, TreeError> {
        let mut tree = Self {
            files: BTreeMap::new(),
        };
        tree.add(script, "lynis")?;
        tree.add(profile, "default.prf")?;
        for below in ["include", "db"] {
            tree.add_all(&directory.join(below), below, |_| true)?;
        }
        tree.add(&directory.join("db/languages/en"), "db/languages/en")?;
        tree.add_all(plugins, "plugins", |name| name.starts_with("plugin_"))?;
        tree.checked(directory)
    }

    fn add_all(
        &mut self,
        directory: &Path,
        below: &str,
        wanted: fn(&str) -> bool,
    ) -> Result<(), TreeError> {
        let entries = match directory.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(TreeError::at(directory)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(TreeError::at(directory))?;
            if let Some(name) = entry.file_name().to_str().filter(|name| wanted(name))
                && entry.path().is_file()
            {
                self.add(&entry.path(), &format!("{below}/{name}"))?;
            }
        }
        Ok(())
    }

    fn add(&mut self, from: &Path, to: &str) -> Result<(), TreeError> {
        let mut bytes = Vec::new();
        match File::open(from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(TreeError::at(from)(error)),
            Ok(file) => file
                .take(FILE_LIMIT)
                .read_to_end(&mut bytes)
                .map_err(TreeError::at(from))?,
        };
        self.files.insert(PathBuf::from(to), bytes);
        Ok(())
    }

    fn checked(self, place: &Path) -> Result<Self, TreeError> {
        for needed in [
            "lynis",
            "default.prf",
            "include/consts",
            "include/functions",
        ] {
            if !self.files.contains_key(Path::new(needed)) {
                return Err(TreeError::Incomplete(place.to_owned(), needed));
            }
        }
        Ok(self)
    }

    /// A file's text; empty if it is not there.
    pub(super) fn text(&self, path: &str) -> std::borrow::Cow<'_, str> {
        self.files
            .get(Path::new(path))
            .map_or(std::borrow::Cow::Borrowed(""), |bytes| {
                String::from_utf8_lossy(bytes)
            })
    }

    /// Whether a file is there.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.contains_key(Path::new(path))
    }

    /// `PROGRAM_VERSION` of the script.
    pub(super) fn version(&self) -> String {
        self.text("lynis")
            .lines()
            .find_map(|line| line.trim().strip_prefix("PROGRAM_VERSION=\""))
            .and_then(|rest| rest.split('"').next())
            .map_or_else(
                || "unknown".to_owned(),
                |version| hardtarget_report::clean_line(version, 40),
            )
    }

    /// Writes the private copy of one part into `directory`, which must not exist: directories of
    /// mode 0700 and files of mode 0600, as Lynis demands before it includes a file as root.
    /// What `leave_out` says of a path is not written.
    pub(super) fn write(
        &self,
        directory: &Path,
        leave_out: impl Fn(&Path) -> bool,
    ) -> Result<(), TreeError> {
        make_directory(directory)?;
        for below in ["include", "db", "db/languages", "plugins"] {
            make_directory(&directory.join(below))?;
        }
        for (path, bytes) in &self.files {
            if leave_out(path) {
                continue;
            }
            let to = directory.join(path);
            if matches!(path.to_str(), Some("lynis" | "include/functions")) {
                let own = own_files(&String::from_utf8_lossy(bytes), directory);
                write_file(&to, time_by_test(&own).as_bytes())?;
            } else {
                write_file(&to, bytes)?;
            }
        }
        Ok(())
    }
}

/// Lets Lynis keep its PID file and temporary files in its own directory: parts that run side by
/// side must not fight over one PID file, Lynis must not remove that of somebody else's Lynis, and
/// a scan writes nowhere but in its private directory.
fn own_files(script: &str, directory: &Path) -> String {
    script
        .replace("/var/run/lynis.pid", "./lynis.pid")
        .replace("${MYHOMEDIR}/lynis.pid", "./lynis.pid")
        .replace(
            "mktemp /tmp/lynis.",
            &format!("mktemp {}/lynis.", directory.display()),
        )
}

/// Lets the log tell the time once a test instead of once a line.
///
/// Lynis starts `date` for each of its 7,500 lines, a tenth of all the work it does. Its log is the
/// only thing that changes: a line has the time at which its test began.
fn time_by_test(script: &str) -> String {
    const NOW: &str = r#"CDATE=$(date "+%Y-%m-%d %H:%M:%S")"#;
    const TEST_BEGINS: &str = "Register() {\n";
    if !script.contains(TEST_BEGINS) {
        return script.to_owned();
    }
    let kept = NOW.replace("$(", "${CDATE:-$(").replace(")", ")}");
    script
        .replace(NOW, &kept)
        .replacen(TEST_BEGINS, &format!("{TEST_BEGINS}{NOW}\n"), 1)
}

fn make_directory(path: &Path) -> Result<(), TreeError> {
    DirBuilder::new()
        .mode(0o700)
        .create(path)
        .map_err(TreeError::at(path))
}

/// Writes a new file of mode 0600; root's belong to the group 0, whatever group it runs with.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), TreeError> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| {
            if nix::unistd::geteuid().is_root() {
                chown(path, Some(0), Some(0))
            } else {
                Ok(())
            }
        });
    written.map_err(TreeError::at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_outside_the_private_directory() {
        let script = "PIDFILE=\"/var/run/lynis.pid\"\nrm -f \"${MYHOMEDIR}/lynis.pid\"\nTEMP_FILE=$(mktemp /tmp/lynis.XXXXXXXXXX) || exit 1\n";
        let own = own_files(script, Path::new("/run/hardtarget-x/part-1"));
        assert_eq!(
            own,
            "PIDFILE=\"./lynis.pid\"\nrm -f \"./lynis.pid\"\nTEMP_FILE=$(mktemp /run/hardtarget-x/part-1/lynis.XXXXXXXXXX) || exit 1\n"
        );
    }

    #[test]
    fn the_log_has_the_time_at_which_a_test_began() {
        let script = "LogText() {\nCDATE=$(date \"+%Y-%m-%d %H:%M:%S\"); echo \"${CDATE} $1\"\n}\nRegister() {\nshift\n}\n";
        assert_eq!(
            time_by_test(script),
            "LogText() {\nCDATE=${CDATE:-$(date \"+%Y-%m-%d %H:%M:%S\")}; echo \"${CDATE} $1\"\n}\nRegister() {\nCDATE=$(date \"+%Y-%m-%d %H:%M:%S\")\nshift\n}\n"
        );
        // The launcher has no tests of its own: its times stay as they are.
        assert_eq!(
            time_by_test("CDATE=$(date \"+%F\")\n"),
            "CDATE=$(date \"+%F\")\n"
        );
    }

    #[test]
    fn a_directory_without_lynis_is_told_so() {
        let directory = tempfile::tempdir().unwrap();
        let error = Tree::find(Some(directory.path())).unwrap_err();
        assert!(error.to_string().contains("is no Lynis"), "{error}");
    }
}
