//! Looking at processes through `/proc`.

use std::time::{Duration, Instant};

/// The children of a process.
#[must_use]
pub fn children(parent: u32) -> Vec<i32> {
    let parent = parent.to_string();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let ppid = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1).map(str::to_owned));
        if ppid.as_deref() == Some(parent.as_str()) {
            found.push(pid);
        }
    }
    found
}

/// The ids of all processes whose command line contains `text`.
#[must_use]
pub fn with_command_line(text: &str) -> Vec<i32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&line)
            .replace('\0', " ")
            .contains(text)
        {
            found.push(pid);
        }
    }
    found
}

/// Waits until something is so.
///
/// # Panics
///
/// Where it is not within a minute: `what` says what was waited for.
pub fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < end, "waited a minute for this: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
