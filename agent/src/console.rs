//! The machine's console: the one place where an instance that cannot upload can still be heard
//! (`aws ec2 get-console-output`).

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use hardtarget_report::clean_line;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// console(4).
const DEVICE: &str = "/dev/console";

/// What every line begins with; the glue looks for it.
const PREFIX: &str = "hardtarget: ";

/// The longest line, in characters: EC2 keeps the last 64 KB of a console.
const MAX_LINE: usize = 700;

/// How long a console that takes nothing is waited for, in milliseconds.
const PATIENCE: u16 = 1000;

/// Says lines on the console, or on stderr where there is none.
#[derive(Debug)]
pub(crate) struct Console {
    device: Option<File>,
    stderr: bool,
}

impl Console {
    /// Opens `/dev/console`. Somebody who looks on at another terminal is told as well.
    pub(crate) fn open() -> Self {
        let device = open(Path::new(DEVICE)).ok();
        let stderr = device.is_none() || (io::stderr().is_terminal() && !stderr_is_console());
        Self { device, stderr }
    }

    /// Says how things go, in one line.
    pub(crate) fn say(&self, line: &str) {
        let line = format!("{PREFIX}{}\n", clean_line(line, MAX_LINE));
        if let Some(device) = &self.device {
            // A console that takes nothing must not hold up what it is to tell of.
            let _stuck = write(device, line.as_bytes());
        }
        if self.stderr {
            let _closed = io::stderr().write_all(line.as_bytes());
        }
    }

    /// Says that no report could be delivered, and why: the line that the glue puts on the AMI.
    pub(crate) fn gave_up(&self, why: &str) {
        self.say(&format!("gave up: {why}"));
    }
}

/// Opens for writing, without waiting for a modem (`O_NONBLOCK`) and without making it our
/// controlling terminal, whose hang-up would end us (`O_NOCTTY`).
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(path)
}

fn stderr_is_console() -> bool {
    let device = |path: &str| std::fs::metadata(path).map(|file| file.rdev()).ok();
    device("/proc/self/fd/2").is_some_and(|stderr| Some(stderr) == device(DEVICE))
}

/// Writes all of it, as long as the console takes some within the time it is given.
fn write(mut device: &File, mut line: &[u8]) -> io::Result<()> {
    while !line.is_empty() {
        match device.write(line) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => line = line.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let mut ready = [PollFd::new(device.as_fd(), PollFlags::POLLOUT)];
                if poll(&mut ready, PollTimeout::from(PATIENCE))? == 0 {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::stat::Mode;

    fn console(path: &Path) -> Console {
        Console {
            device: open(path).ok(),
            stderr: false,
        }
    }

    #[test]
    fn lines_are_whole_clean_and_short() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("console");
        std::fs::write(&path, "boot\n").unwrap();
        let console = console(&path);
        console.say("scanning");
        console.gave_up(&format!("a\nb\u{1b}[2J {}", "x".repeat(2000)));
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert_eq!(lines[1], "hardtarget: scanning");
        assert!(lines[2].starts_with("hardtarget: gave up: a\u{FFFD}b"));
        assert!(lines[2].chars().count() < 800);
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_console_that_is_stuck_holds_nobody_up() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap();
        // Held open and never read: after 64 KiB it takes nothing more.
        let _reader = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        let console = console(&path);
        let device = console.device.as_ref().unwrap();
        while (&*device).write(&[b'x'; 4096]).is_ok() {}
        while (&*device).write(b"x").is_ok() {}
        console.say("nobody reads this");
    }
}
