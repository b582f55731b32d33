//! Ending whatever the worker left behind.

use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpid};

/// Kills the process groups that the worker told of, and every process that came to us when its
/// parent died (we are their subreaper), until none is left. Bounded: a process that cannot be
/// killed does not hold up the report.
pub(super) fn kill_all(groups: &[i32]) {
    for group in groups {
        let _gone = killpg(Pid::from_raw(*group), Signal::SIGKILL);
    }
    for _ in 0..100 {
        let children = children();
        for child in &children {
            let _gone = killpg(*child, Signal::SIGKILL);
            let _gone = kill(*child, Signal::SIGKILL);
        }
        if !reap() && children.is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Collects dead children; whether there are children left, dead or alive.
fn reap() -> bool {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// Our children, by `/proc/<pid>/stat` (proc_pid_stat(5)): the parent is the second field after
/// the command's closing parenthesis.
fn children() -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let me = getpid().to_string();
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| {
            std::fs::read(format!("/proc/{pid}/stat"))
                .ok()
                .is_some_and(|stat| {
                    String::from_utf8_lossy(&stat)
                        .rsplit_once(") ")
                        .and_then(|(_, rest)| rest.split(' ').nth(1).map(|ppid| ppid == me))
                        .unwrap_or(false)
                })
        })
        .map(Pid::from_raw)
        .collect()
}
