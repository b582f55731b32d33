//! Running a program of the machine: absolute path, clean environment, no stdin, a time limit for
//! its whole process group, and a cap on what it may print.

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::host::Host;

/// Where programs are looked for: the directories that only root can write to.
const DIRECTORIES: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// How much of a program's output is kept.
const OUTPUT_LIMIT: u64 = 8 << 20;

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// It is not there, or may not be run for this host.
    #[error("{0} is not installed")]
    NotInstalled(String),
    /// It could not be started.
    #[error("{program} could not be started: {source}")]
    Start {
        /// The program's path.
        program: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It did not end in time and was killed.
    #[error("{program} gave no answer within {}", crate::words::seconds(*.limit))]
    TimedOut {
        /// The program's path.
        program: PathBuf,
        /// The limit.
        limit: Duration,
    },
    /// It printed more than is read.
    #[error("{program} printed more than {OUTPUT_LIMIT} bytes")]
    TooMuch {
        /// The program's path.
        program: PathBuf,
    },
    /// It ended with an error.
    #[error("{program} failed ({status}): {stderr}")]
    Failed {
        /// The program's path.
        program: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// The last line that it printed on stderr.
        stderr: String,
    },
}

/// A program of the machine, about to be run.
#[derive(Debug, Clone)]
pub struct Tool {
    path: PathBuf,
    args: Vec<std::ffi::OsString>,
    limit: Duration,
}

/// What a program printed.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed on stdout.
    pub stdout: Vec<u8>,
    /// What it printed on stderr.
    pub stderr: Vec<u8>,
}

impl Tool {
    /// Finds a program by name in the system's own directories. Only the running machine has
    /// programs: an unpacked root's are never run.
    pub fn find(host: &Host, name: &str) -> Result<Self, ExecError> {
        if host.has_programs() {
            Self::of_this_machine(name)
        } else {
            Err(ExecError::NotInstalled(name.to_owned()))
        }
    }

    /// Finds a program of the machine that the scan runs on, to read a copy of a file of the root
    /// under scan (rpm's database) that nothing else can read.
    ///
    /// Only for such reading: what the program says must come from that file alone, never from the
    /// machine it runs on, and it must change nothing.
    pub fn of_this_machine(name: &str) -> Result<Self, ExecError> {
        let path = DIRECTORIES
            .iter()
            .map(|directory| PathBuf::from(directory).join(name))
            .find(|path| path.is_file())
            .ok_or_else(|| ExecError::NotInstalled(name.to_owned()))?;
        Ok(Self {
            path,
            args: Vec::new(),
            limit: Duration::from_secs(10),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: Into<std::ffi::OsString>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets the time limit (10 seconds unless said).
    #[must_use]
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it and returns what it printed; an exit status other than 0 is an error.
    pub fn run(self) -> Result<Output, ExecError> {
        let program = self.path.clone();
        let output = self.run_any_status()?;
        if output.status.success() {
            return Ok(output);
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(ExecError::Failed {
            program,
            status: output.status,
            stderr: hardtarget_report::clean_line(
                stderr.trim().lines().next_back().unwrap_or(""),
                200,
            ),
        })
    }

    /// Runs it and returns what it printed, whatever its exit status.
    pub fn run_any_status(self) -> Result<Output, ExecError> {
        let started = Instant::now();
        let mut child = clean_command(&self.path)
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|source| ExecError::Start {
                program: self.path.clone(),
                source,
            })?;
        let stdout = read_in_background(child.stdout.take());
        let stderr = read_in_background(child.stderr.take());
        // The readers end when every holder of the pipe has ended, or the cap is reached; a
        // grandchild that keeps a pipe open is caught by the same limit.
        let result = collect(&self, started, &stdout, &stderr);
        kill_group(&child);
        let status = child.wait().map_err(|source| ExecError::Start {
            program: self.path.clone(),
            source,
        })?;
        let (stdout, stderr) = result?;
        Ok(Output {
            status,
            stdout,
            stderr,
        })
    }
}

/// A command with nothing of our environment in it: the caller's `PATH`, `LD_PRELOAD` or locale
/// must not decide what a program says.
pub fn clean_command(program: &std::path::Path) -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is what everything else uses instead"
    )]
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/root")
        .env("LC_ALL", "C");
    command
}

/// Kills the process group that a child leads (it was started with `process_group(0)`).
pub fn kill_group(child: &Child) {
    if let Ok(pid) = i32::try_from(child.id()) {
        // The group may be gone already, and that is as good.
        let _gone = killpg(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

type Reading = mpsc::Receiver<io::Result<Vec<u8>>>;

fn read_in_background(pipe: Option<impl Read + Send + 'static>) -> Reading {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = pipe.map_or(Ok(0), |pipe| {
            pipe.take(OUTPUT_LIMIT + 1).read_to_end(&mut bytes)
        });
        // The receiver may have given up.
        let _gone = sender.send(result.map(|_| bytes));
    });
    receiver
}

fn collect(
    tool: &Tool,
    started: Instant,
    stdout: &Reading,
    stderr: &Reading,
) -> Result<(Vec<u8>, Vec<u8>), ExecError> {
    let one = |reading: &Reading| {
        let left = tool.limit.saturating_sub(started.elapsed());
        let bytes = match reading.recv_timeout(left) {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(source)) => {
                return Err(ExecError::Start {
                    program: tool.path.clone(),
                    source,
                });
            }
            Err(_) => {
                return Err(ExecError::TimedOut {
                    program: tool.path.clone(),
                    limit: tool.limit,
                });
            }
        };
        if bytes.len() as u64 > OUTPUT_LIMIT {
            return Err(ExecError::TooMuch {
                program: tool.path.clone(),
            });
        }
        Ok(bytes)
    };
    Ok((one(stdout)?, one(stderr)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Tool {
        Tool::find(&Host::running(), "sh")
            .unwrap()
            .args(["-c", script])
    }

    #[test]
    fn the_environment_is_clean() {
        let output = shell("env").run().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("LC_ALL=C"), "{text}");
        assert!(!text.contains("CARGO"), "{text}");
    }

    #[test]
    fn a_program_that_hangs_is_killed_with_its_children() {
        let error = shell("sleep 1000 & sleep 1000")
            .limit(Duration::from_millis(200))
            .run()
            .unwrap_err();
        assert!(matches!(error, ExecError::TimedOut { .. }), "{error}");
    }

    #[test]
    fn a_program_that_floods_is_cut_off() {
        let error = shell("yes").run().unwrap_err();
        assert!(matches!(error, ExecError::TooMuch { .. }), "{error}");
    }

    #[test]
    fn a_failure_says_what_the_program_said() {
        let error = shell("echo one >&2; echo two >&2; exit 3")
            .run()
            .unwrap_err();
        assert!(error.to_string().contains("two"), "{error}");
    }

    #[test]
    fn programs_of_an_unpacked_root_are_not_run() {
        let dir = tempfile::tempdir().unwrap();
        let host = Host::rooted(dir.path()).unwrap();
        assert!(Tool::find(&host, "sh").is_err());
    }
}
