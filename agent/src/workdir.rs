//! The private directory in which a scan works, removed when it ends.

use std::io;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;
use nix::unistd::mkdtemp;

/// How much room a scan wants: the unpacked Lynis once a part, its logs and reports.
const ROOM: u64 = 64 << 20;

/// A directory of mode 0700 that only this user can enter; removed on drop.
#[derive(Debug)]
pub(crate) struct WorkDir {
    path: PathBuf,
}

/// No place to work in.
#[derive(Debug, thiserror::Error)]
#[error("no private directory can be made in any of {tried}: {source}")]
pub(crate) struct NoWorkDir {
    tried: String,
    source: io::Error,
}

impl WorkDir {
    /// Makes it in the first of `places` that has room, or else in the roomiest.
    ///
    /// A scan leaves no trace on disks: places in memory come first.
    pub(crate) fn create(places: &[PathBuf]) -> Result<Self, NoWorkDir> {
        let mut by_room: Vec<(u64, &PathBuf)> = places
            .iter()
            .map(|place| (room(place).min(ROOM), place))
            .collect();
        // Stable: places with enough room keep their order.
        by_room.sort_by_key(|(room, _)| std::cmp::Reverse(*room));
        let mut error = io::Error::from(io::ErrorKind::NotFound);
        for (_, place) in by_room {
            match mkdtemp(&place.join("hardtarget-XXXXXX")) {
                Ok(path) => return Ok(Self { path }),
                Err(errno) => error = errno.into(),
            }
        }
        Err(NoWorkDir {
            tried: places
                .iter()
                .map(|place| place.display().to_string())
                .collect::<Vec<_>>()
                .join(", "),
            source: error,
        })
    }

    /// Where it is.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        // There is nobody left to tell, and nothing else to try.
        let _left = std::fs::remove_dir_all(&self.path);
    }
}

/// Where a scan may work, best first.
#[must_use]
pub(crate) fn usual_places(privileged: bool, output: Option<&Path>) -> Vec<PathBuf> {
    let mut places = Vec::new();
    if privileged {
        places.push(PathBuf::from("/run"));
    } else if let Some(runtime) = std::env::var_os("XDG_RUNTIME_DIR") {
        places.push(PathBuf::from(runtime));
    }
    places.push(PathBuf::from("/dev/shm"));
    places.push(PathBuf::from("/tmp"));
    places.extend(output.map(Path::to_owned));
    places
}

fn room(place: &Path) -> u64 {
    statvfs(place).map_or(0, |stat| {
        stat.blocks_available().saturating_mul(stat.fragment_size())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_is_private_and_goes_away() {
        let outside = tempfile::tempdir().unwrap();
        let missing = outside.path().join("missing");
        let work = WorkDir::create(&[missing, outside.path().to_owned()]).unwrap();
        let path = work.path().to_owned();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::write(path.join("file"), "x").unwrap();
        drop(work);
        assert!(!path.exists());
    }

    #[test]
    fn no_place_is_an_error_that_names_them() {
        let error = WorkDir::create(&[PathBuf::from("/nonexistent")]).unwrap_err();
        assert!(error.to_string().contains("/nonexistent"), "{error}");
    }
}
