//! One part: a Lynis with its own directory and its own process group.

use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};

use super::profile::Profile;
use super::shards::Shard;
use super::tree::{Tree, TreeError, write_file};
use crate::exec::{clean_command, kill_group};

/// How large one file of Lynis may grow, in the 512-byte blocks of `ulimit -f`: 64 MiB. A test
/// that floods ends its part, not the memory of the machine.
const FILE_BLOCKS: u32 = 131_072;

/// The profile that Lynis finds by itself.
const PROFILE: &str = "default.prf";

/// How much is read of what a part wrote.
const READ_LIMIT: u64 = 96 << 20;

/// A part at work.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) shard: Shard,
    directory: PathBuf,
    child: Child,
    ended: Option<ExitStatus>,
    log_read: u64,
    half_line: Vec<u8>,
    /// How many tests have begun.
    pub(super) tests: usize,
    /// The test at work.
    pub(super) at: String,
}

/// What a part left behind.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) shard: Shard,
    pub(super) report: Vec<u8>,
    pub(super) log: Vec<u8>,
    /// How it ended, where that was not well.
    pub(super) trouble: Option<String>,
}

impl Part {
    /// Writes the private copy into `directory` and starts Lynis in it.
    pub(super) fn start(
        tree: &Tree,
        profile: &Profile,
        shard: Shard,
        directory: PathBuf,
    ) -> Result<Self, TreeError> {
        // With --usecwd Lynis takes default.prf from its directory in any case; naming a profile as
        // well would make it read both, a second of work in every part.
        tree.write(&directory, |path| {
            path == Path::new(PROFILE) || shard.leaves_out(path)
        })?;
        write_file(&directory.join(PROFILE), profile.text.as_bytes())?;
        let place = directory.display();
        let child = clean_command(Path::new("/bin/sh"))
            .arg("-c")
            .arg(format!(
                "ulimit -f {FILE_BLOCKS}; exec /bin/sh ./lynis \"$@\""
            ))
            .args(["lynis", "audit", "system", "--usecwd"])
            .args(["--plugindir", &format!("{place}/plugins")])
            .args(["--quick", "--quiet", "--no-colors"])
            .args(["--report-file", &format!("{place}/report.dat")])
            .args(["--logfile", &format!("{place}/lynis.log")])
            // Tools that Lynis asks may keep files at home: Debian's rpm makes a database there.
            .env("HOME", &directory)
            .current_dir(&directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|source| TreeError::Io {
                path: PathBuf::from("/bin/sh"),
                source,
            })?;
        Ok(Self {
            shard,
            directory,
            child,
            ended: None,
            log_read: 0,
            half_line: Vec::new(),
            tests: 0,
            at: "start-up".to_owned(),
        })
    }

    /// The process group's id.
    pub(super) fn group(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended.is_some()
    }

    /// Reads on in its log, for progress.
    pub(super) fn look(&mut self) {
        // What cannot be read is not needed: this is for show.
        let _unseen = self.read_on();
    }

    fn read_on(&mut self) -> io::Result<()> {
        let mut file = std::fs::File::open(self.directory.join("lynis.log"))?;
        file.seek(SeekFrom::Start(self.log_read))?;
        let mut new = Vec::new();
        file.take(1 << 20).read_to_end(&mut new)?;
        self.log_read += new.len() as u64;
        self.half_line.extend(new);
        let lines = std::mem::take(&mut self.half_line);
        let mut lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').collect();
        self.half_line = lines.pop().unwrap_or_default().to_vec();
        for line in lines {
            let line = String::from_utf8_lossy(line);
            if let Some((_, rest)) = line.split_once(" Performing test ID ") {
                self.tests += 1;
                self.at = rest.split(' ').next().unwrap_or_default().to_owned();
            }
        }
        Ok(())
    }

    /// Ends it if need be, and collects what it left.
    pub(super) fn collect(mut self) -> Left {
        let in_time = self.has_ended();
        self.look();
        // Also what it may have left in the background.
        kill_group(&self.child);
        let status = self.ended.or_else(|| self.child.wait().ok());
        let trouble = if in_time {
            status.filter(|status| !status.success()).map(|status| {
                let how = status.code().map_or_else(
                    || format!("was killed by signal {}", status.signal().unwrap_or(0)),
                    |code| format!("ended with exit code {code}"),
                );
                format!("{how} at {}", self.at)
            })
        } else {
            Some(format!("was still at work at the deadline, at {}", self.at))
        };
        Left {
            report: read(&self.directory.join("report.dat")),
            log: read(&self.directory.join("lynis.log")),
            shard: self.shard.clone(),
            trouble,
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        kill_group(&self.child);
        let _reaped = self.child.wait();
    }
}

fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A file that is not there is an empty one: then the part did not finish, and that is told.
    if let Ok(file) = std::fs::File::open(path) {
        let _short = file.take(READ_LIMIT).read_to_end(&mut bytes);
    }
    bytes
}
