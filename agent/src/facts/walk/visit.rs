//! The threads that walk, sharing one stack of directories still to be read.

use std::ffi::{CStr, OsStr};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, Stat, openat, stat, statat};
use rustix::io::Errno;

use super::accounts::Accounts;
use super::found::Found;
use super::package_files::may_name_package;
use super::places::{Enter, Places};
use super::settings::{is_for_settings, is_setting};
use super::telling::is_telling;
use super::{Entry, Walk};

/// More threads than this wait for one another.
const MAX_THREADS: usize = 4;

/// How many directories may wait; beyond that they are read at once, deeper and deeper, so that a
/// directory with a million others in it costs no memory.
const MAX_WAITING: usize = 50_000;

/// Room for what one getdents64(2) returns.
const BUFFER: usize = 32 << 10;

/// The same below a full stack, where one is needed at each depth.
const SMALL_BUFFER: usize = 4 << 10;

/// A directory still to be read.
#[derive(Debug)]
struct Job {
    /// The path as the machine sees it.
    path: PathBuf,
    device: u64,
    /// Whether it is for programs and libraries, see [`is_for_programs`].
    programs: bool,
    /// Whether files below it may be configuration, see [`is_for_settings`].
    settings: bool,
    /// Whether owner or group of the directory are no account's.
    unowned: bool,
    /// Whether only one user can get into it: then it does not matter that a file in it is open to
    /// everyone.
    closed: bool,
}

#[derive(Debug)]
struct Stack {
    waiting: Vec<Job>,
    /// How many threads are reading a directory, and so may add others.
    busy: usize,
}

#[derive(Debug)]
struct Shared<'a> {
    root: &'a Path,
    places: &'a Places,
    accounts: &'a Accounts,
    stack: Mutex<Stack>,
    changed: Condvar,
}

/// Walks everything below `root`.
pub(super) fn all(root: &Path, places: &Places, accounts: &Accounts) -> Walk {
    let Ok(top) = stat(root) else {
        return Walk {
            unreadable: vec![PathBuf::from("/")],
            ..Walk::default()
        };
    };
    let shared = Shared {
        root,
        places,
        accounts,
        stack: Mutex::new(Stack {
            waiting: vec![Job {
                path: PathBuf::from("/"),
                device: top.st_dev,
                programs: false,
                settings: false,
                unowned: false,
                closed: false,
            }],
            busy: 0,
        }),
        changed: Condvar::new(),
    };
    let threads =
        std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS));
    let mut found = Found::default();
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads)
            .filter_map(|_| {
                std::thread::Builder::new()
                    .spawn_scoped(scope, || shared.work())
                    .ok()
            })
            .collect();
        found.append(shared.work());
        for helper in helpers {
            if let Ok(more) = helper.join() {
                found.append(more);
            }
        }
    });
    found.finish()
}

impl Shared<'_> {
    fn lock(&self) -> MutexGuard<'_, Stack> {
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads directories until none waits and no other thread could add one.
    fn work(&self) -> Found {
        let mut found = Found::default();
        let mut buffer = Vec::with_capacity(BUFFER);
        let mut deeper = Vec::new();
        let mut stack = self.lock();
        loop {
            if let Some(job) = stack.waiting.pop() {
                stack.busy += 1;
                let room = MAX_WAITING.saturating_sub(stack.waiting.len());
                drop(stack);
                self.read(
                    &job,
                    buffer.spare_capacity_mut(),
                    room,
                    &mut deeper,
                    &mut found,
                );
                stack = self.lock();
                stack.busy -= 1;
                if !deeper.is_empty() || stack.busy == 0 {
                    stack.waiting.append(&mut deeper);
                    self.changed.notify_all();
                }
            } else if stack.busy == 0 {
                return found;
            } else {
                stack = self
                    .changed
                    .wait(stack)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Looks at everything in one directory; directories in it go to `deeper` while there is room.
    fn read(
        &self,
        job: &Job,
        buffer: &mut [MaybeUninit<u8>],
        room: usize,
        deeper: &mut Vec<Job>,
        found: &mut Found,
    ) {
        let directory = match open(self.root, &job.path) {
            Ok(directory) => directory,
            // Gone since it was seen.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return,
            Err(_) => return found.unreadable(&job.path),
        };
        let mut entries = RawDir::new(&directory, buffer);
        while let Some(entry) = entries.next() {
            let Ok(entry) = entry else {
                return found.unreadable(&job.path);
            };
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            found.seen += 1;
            match entry.file_type() {
                FileType::RegularFile | FileType::Directory | FileType::Unknown => {}
                _ => continue,
            }
            if entry.file_type() == FileType::Directory {
                let path = join(&job.path, name);
                if !self.places.may_touch(&path) {
                    let _not_entered = self.leave_out(path, false, found);
                    continue;
                }
            }
            let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
            let Ok(status) = statat(&directory, name, flags) else {
                continue;
            };
            match FileType::from_raw_mode(status.st_mode) {
                FileType::RegularFile => self.file(job, name, &status, found),
                FileType::Directory => {
                    let Some(below) = self.directory(job, name, &status, found) else {
                        continue;
                    };
                    if deeper.len() < room {
                        deeper.push(below);
                    } else {
                        let mut small = Vec::with_capacity(SMALL_BUFFER);
                        self.read(&below, small.spare_capacity_mut(), room, deeper, found);
                    }
                }
                _ => {}
            }
        }
    }

    fn file(&self, job: &Job, name: &CStr, status: &Stat, found: &mut Found) {
        let mode = status.st_mode;
        let entry = || new_entry(join(&job.path, name), status);
        if mode & 0o6000 != 0 {
            found.set_id.push(entry());
        }
        if mode & 0o0002 != 0 && !job.closed {
            found.world_writable_files.push(entry());
        }
        if job.programs && (status.st_uid != 0 || (mode & 0o0020 != 0 && status.st_gid != 0)) {
            found.loose_programs.push(entry());
        }
        if !job.unowned && !self.accounts.knows(status.st_uid, status.st_gid) {
            found.unowned.push(entry());
        }
        if is_telling(&job.path, name.to_bytes()) {
            found.telling.push(entry());
        }
        if job.settings && is_setting(&job.path, name.to_bytes(), status.st_size) {
            found.settings.push(entry());
        }
        let size = u64::try_from(status.st_size).unwrap_or(0);
        if may_name_package(&job.path, name.to_bytes(), mode, size) {
            found.package_files.push(entry());
        }
    }

    /// Gives the path back if the directory is to be entered, and notes why if it is not.
    fn leave_out(&self, path: PathBuf, other_device: bool, found: &mut Found) -> Option<PathBuf> {
        match self.places.enter(&path, other_device) {
            Enter::Yes => return Some(path),
            Enter::Silently => {}
            Enter::No(why) => found.left_out.push((path, why)),
        }
        None
    }

    /// Looks at a directory and says whether it is to be read.
    fn directory(&self, job: &Job, name: &CStr, status: &Stat, found: &mut Found) -> Option<Job> {
        let path = join(&job.path, name);
        if status.st_mode & 0o1002 == 0o0002 && !job.closed {
            found
                .unsticky_directories
                .push(new_entry(path.clone(), status));
        }
        let path = self.leave_out(path, status.st_dev != job.device, found)?;
        let unowned = !self.accounts.knows(status.st_uid, status.st_gid);
        if unowned && !job.unowned {
            found.unowned.push(new_entry(path.clone(), status));
        }
        Some(Job {
            device: status.st_dev,
            programs: job.programs || is_for_programs(&path),
            settings: is_for_settings(&path, job.settings),
            unowned,
            closed: job.closed || status.st_mode & 0o0011 == 0,
            path,
        })
    }
}

/// Whether a directory holds programs and libraries that everyone, root included, runs.
fn is_for_programs(path: &Path) -> bool {
    matches!(
        path.as_os_str().as_bytes(),
        b"/bin"
            | b"/sbin"
            | b"/lib"
            | b"/lib32"
            | b"/lib64"
            | b"/libx32"
            | b"/boot"
            | b"/usr/bin"
            | b"/usr/sbin"
            | b"/usr/lib"
            | b"/usr/lib32"
            | b"/usr/lib64"
            | b"/usr/libx32"
            | b"/usr/libexec"
            | b"/usr/local/bin"
            | b"/usr/local/sbin"
            | b"/usr/local/lib"
            | b"/usr/local/lib64"
            | b"/usr/local/libexec"
    )
}

/// Opens a directory without marking it as read, where that is allowed (open(2), `O_NOATIME`).
fn open(root: &Path, path: &Path) -> rustix::io::Result<OwnedFd> {
    let flags =
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let real;
    let place = if root == Path::new("/") {
        path
    } else {
        real = root.join(path.strip_prefix("/").unwrap_or(path));
        &real
    };
    openat(CWD, place, flags | OFlags::NOATIME, Mode::empty()).or_else(|error| match error {
        Errno::PERM => openat(CWD, place, flags, Mode::empty()),
        error => Err(error),
    })
}

fn join(directory: &Path, name: &CStr) -> PathBuf {
    directory.join(OsStr::from_bytes(name.to_bytes()))
}

fn new_entry(path: PathBuf, status: &Stat) -> Entry {
    Entry {
        path,
        mode: status.st_mode,
        uid: status.st_uid,
        gid: status.st_gid,
        size: u64::try_from(status.st_size).unwrap_or(0),
        ctime: status.st_ctime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tree::Tree;
    use std::os::unix::ffi::OsStringExt;

    fn walk(tree: &Tree) -> Walk {
        all(tree.path(), &Places::default(), &Accounts::default())
    }

    fn paths(entries: &[Entry]) -> Vec<&Path> {
        entries.iter().map(|entry| entry.path.as_path()).collect()
    }

    #[test]
    fn names_of_any_bytes_are_found() {
        let mut tree = Tree::new();
        tree.dir("/srv");
        let name = std::ffi::OsString::from_vec(b"new\nline \xff".to_vec());
        let path = tree.path().join("srv").join(&name);
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o666))
            .unwrap();
        assert_eq!(
            paths(&walk(&tree).world_writable_files),
            [Path::new("/srv").join(name)]
        );
    }

    #[test]
    fn links_fifos_and_loops_are_passed_by() {
        let mut tree = Tree::new();
        tree.link("/a/loop", "..")
            .link("/a/self", "self")
            .dir("/a/b");
        nix::unistd::mkfifo(
            &tree.path().join("a/fifo"),
            nix::sys::stat::Mode::from_bits_truncate(0o666),
        )
        .unwrap();
        tree.file("/a/b/su", "").mode("/a/b/su", 0o4755);
        let walk = walk(&tree);
        assert_eq!(paths(&walk.set_id), [Path::new("/a/b/su")]);
        assert!(walk.world_writable_files.is_empty());
        assert_eq!(walk.seen, 6);
    }

    #[test]
    fn a_huge_directory_and_a_deep_one_are_read_to_the_end() {
        let mut tree = Tree::new();
        tree.dir("/many");
        for number in 0..10_000 {
            std::fs::write(tree.path().join(format!("many/{number:05}")), "").unwrap();
        }
        let deep = "/d".repeat(300);
        tree.file(&format!("{deep}/last"), "")
            .mode(&format!("{deep}/last"), 0o4755);
        tree.mode("/many/09999", 0o666);
        let walk = walk(&tree);
        assert_eq!(walk.seen, 1 + 10_000 + 300 + 1);
        assert_eq!(walk.set_id.len(), 1);
        assert_eq!(
            paths(&walk.world_writable_files),
            [Path::new("/many/09999")]
        );
    }

    #[test]
    fn with_a_full_stack_directories_are_read_at_once() {
        let mut tree = Tree::new();
        tree.file("/a/b/c/su", "")
            .mode("/a/b/c/su", 0o4755)
            .dir("/a/x/y");
        let (places, accounts) = (Places::default(), Accounts::default());
        let shared = Shared {
            root: tree.path(),
            places: &places,
            accounts: &accounts,
            stack: Mutex::new(Stack {
                waiting: Vec::new(),
                busy: 0,
            }),
            changed: Condvar::new(),
        };
        let top = Job {
            path: "/".into(),
            device: stat(tree.path()).unwrap().st_dev,
            programs: false,
            settings: false,
            unowned: false,
            closed: false,
        };
        let mut found = Found::default();
        let mut buffer = Vec::with_capacity(BUFFER);
        shared.read(
            &top,
            buffer.spare_capacity_mut(),
            0,
            &mut Vec::new(),
            &mut found,
        );
        assert_eq!(found.seen, 6);
        assert_eq!(paths(&found.finish().set_id), [Path::new("/a/b/c/su")]);
    }

    #[test]
    fn what_lies_in_a_closed_directory_is_open_to_nobody() {
        let mut tree = Tree::new();
        tree.file("/home/a/x/file", "")
            .mode("/home/a/x/file", 0o666)
            .mode("/home/a/x", 0o777)
            .mode("/home/a", 0o700);
        let found = walk(&tree);
        assert!(found.world_writable_files.is_empty() && found.unsticky_directories.is_empty());
        tree.mode("/home/a", 0o755);
        let found = walk(&tree);
        assert_eq!(
            (
                found.world_writable_files.len(),
                found.unsticky_directories.len()
            ),
            (1, 1)
        );
    }
}
