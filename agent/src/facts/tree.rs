//! Fixture roots for tests: a temporary directory that plays a machine.

use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Facts, mounts, walk};
use crate::clock::FixedClock;
use crate::host::Host;

/// A fixture root. Modes are 0644 for files and 0755 for directories unless said; owners are
/// root's where the tests run as root.
#[derive(Debug)]
pub(crate) struct Tree {
    directory: tempfile::TempDir,
    running: bool,
    now: Timestamp,
}

impl Tree {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        Self {
            directory,
            running: false,
            now: "2026-11-21T12:00:00Z".parse().unwrap(),
        }
    }

    /// Makes the tree play a running machine: its `/proc` and `/sys` count.
    pub(crate) fn running(&mut self) -> &mut Self {
        self.running = true;
        self
    }

    /// Sets the time at which facts are read (2026-11-21 12:00 UTC unless said).
    pub(crate) fn at(&mut self, now: &str) -> &mut Self {
        self.now = now.parse().unwrap();
        self
    }

    fn real(&self, path: &str) -> PathBuf {
        let real = self.directory.path().join(path.trim_start_matches('/'));
        std::fs::create_dir_all(real.parent().unwrap()).unwrap();
        real
    }

    /// Writes a file, with the directories above it.
    pub(crate) fn file(&mut self, path: &str, content: impl AsRef<[u8]>) -> &mut Self {
        let real = self.real(path);
        std::fs::write(&real, content).unwrap();
        std::fs::set_permissions(&real, PermissionsExt::from_mode(0o644)).unwrap();
        self
    }

    /// Installs sshd with this configuration.
    pub(crate) fn sshd(&mut self, config: &str) -> &mut Self {
        self.file("/usr/sbin/sshd", "")
            .file("/etc/ssh/sshd_config", config)
    }

    /// Makes a directory.
    pub(crate) fn dir(&mut self, path: &str) -> &mut Self {
        std::fs::create_dir_all(self.real(path)).unwrap();
        self
    }

    /// Makes a symbolic link.
    pub(crate) fn link(&mut self, path: &str, target: &str) -> &mut Self {
        symlink(target, self.real(path)).unwrap();
        self
    }

    /// Sets the mode of what is there.
    pub(crate) fn mode(&mut self, path: &str, mode: u32) -> &mut Self {
        std::fs::set_permissions(self.real(path), PermissionsExt::from_mode(mode)).unwrap();
        self
    }

    /// Sets owner and group of what is there; needs root.
    pub(crate) fn owner(&mut self, path: &str, uid: u32, gid: u32) -> &mut Self {
        chown(self.real(path), Some(uid), Some(gid)).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn host(&self) -> Host {
        if self.running {
            Host::pretend_running(self.path())
        } else {
            Host::rooted(self.path()).unwrap()
        }
    }

    /// Reads the facts the way a scan does.
    pub(crate) fn facts(&self) -> Facts {
        let host = self.host();
        Facts::collect(&host, &FixedClock(self.now), || {
            walk::collect(&host, &mounts::collect(&host)).map(Arc::new)
        })
    }
}
