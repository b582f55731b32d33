//! Writing a scan's files: each in one piece or not at all, the report last.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::posix_fallocate;

/// What is kept free for the report while the scan runs, so that a disk that fills up meanwhile
/// does not cost the report: 4 MiB, several times an ordinary one.
const RESERVED: i64 = 4 << 20;

/// A report tells an attacker what to try: not for everyone on the machine.
const FILE_MODE: u32 = 0o640;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written: {source}")]
pub(crate) struct SinkError {
    path: PathBuf,
    source: io::Error,
}

impl SinkError {
    fn new(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

/// The directory that a scan writes to.
#[derive(Debug)]
pub(crate) struct Sink {
    directory: PathBuf,
    reserve: Option<(PathBuf, File)>,
}

impl Sink {
    /// Makes the directory if need be, and reserves room for the report: an unwritable place is
    /// told before the scan, not after it.
    pub(crate) fn open(directory: &Path) -> Result<Self, SinkError> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o750)
            .create(directory)
            .map_err(SinkError::new(directory))?;
        let path = directory.join(part("report.json"));
        let file = create(&path).map_err(SinkError::new(&path))?;
        let reserve = match posix_fallocate(file.as_fd(), 0, RESERVED) {
            // Some file systems cannot reserve; then the report takes its chance at the end.
            Ok(()) | Err(nix::Error::EOPNOTSUPP | nix::Error::EINVAL) => Some((path, file)),
            Err(errno) => {
                let _gone = std::fs::remove_file(&path);
                return Err(SinkError {
                    path,
                    source: errno.into(),
                });
            }
        };
        Ok(Self {
            directory: directory.to_owned(),
            reserve,
        })
    }

    /// Where a file of this name is.
    #[must_use]
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes a file in one piece.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), SinkError> {
        self.put(name, |file| file.write_all(content))
    }

    /// Copies a file in one piece.
    pub(crate) fn copy(&self, name: &str, from: &Path) -> Result<(), SinkError> {
        self.put(name, |file| {
            io::copy(&mut File::open(from)?, file).map(drop)
        })
    }

    fn put(
        &self,
        name: &str,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), SinkError> {
        let path = self.path(name);
        let part = self.path(&part(name));
        let written = create(&part)
            .and_then(|mut file| {
                fill(&mut file)?;
                file.sync_all()
            })
            .and_then(|()| std::fs::rename(&part, &path));
        if written.is_err() {
            let _gone = std::fs::remove_file(&part);
        }
        written.map_err(SinkError::new(&path))
    }

    /// Removes a file of an earlier scan that this one has no successor for.
    pub(crate) fn remove(&self, name: &str) {
        let _gone = std::fs::remove_file(self.path(name));
    }

    /// Writes the report into the room that was reserved for it: the last thing a scan does.
    pub(crate) fn write_report(&mut self, json: &[u8]) -> Result<PathBuf, SinkError> {
        let path = self.path("report.json");
        if let Some((part, mut file)) = self.reserve.take() {
            let written = file
                .write_all(json)
                .and_then(|()| file.set_len(json.len() as u64))
                .and_then(|()| file.sync_all())
                .and_then(|()| std::fs::rename(&part, &path));
            if written.is_err() {
                let _gone = std::fs::remove_file(&part);
            }
            written.map_err(SinkError::new(&path))?;
        }
        Ok(path)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some((part, _)) = self.reserve.take() {
            let _gone = std::fs::remove_file(part);
        }
    }
}

/// The name of a file that is not whole yet. Two scans that write to one directory each have their
/// own; the later one's files stay.
fn part(name: &str) -> String {
    format!(".{name}.{}.part", std::process::id())
}

fn create(path: &Path) -> io::Result<File> {
    // A leftover of a killed scan, or somebody's link: never written through.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = directory
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_appear_whole_and_nothing_else_stays() {
        let directory = tempfile::tempdir().unwrap();
        let mut sink = Sink::open(&directory.path().join("a/b")).unwrap();
        sink.write("report.html", b"page").unwrap();
        sink.write_report(b"{}").unwrap();
        let place = directory.path().join("a/b");
        assert_eq!(names(&place), ["report.html", "report.json"]);
        assert_eq!(std::fs::read(place.join("report.json")).unwrap(), b"{}");
    }

    #[test]
    fn a_scan_that_gives_up_leaves_an_earlier_report_alone() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("report.json"), "old").unwrap();
        drop(Sink::open(directory.path()).unwrap());
        assert_eq!(names(directory.path()), ["report.json"]);
    }

    #[test]
    fn a_link_in_the_way_is_not_written_through() {
        let directory = tempfile::tempdir().unwrap();
        let victim = directory.path().join("victim");
        std::fs::write(&victim, "mine").unwrap();
        let place = directory.path().join("out");
        std::fs::create_dir(&place).unwrap();
        for name in [
            part("report.json"),
            "report.json".to_owned(),
            part("report.html"),
        ] {
            std::os::unix::fs::symlink(&victim, place.join(name)).unwrap();
        }
        let mut sink = Sink::open(&place).unwrap();
        sink.write("report.html", b"page").unwrap();
        sink.write_report(b"{}").unwrap();
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "mine");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_first() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(Sink::open(&file).is_err());
    }
}
