//! When the machine was booted.

use jiff::Timestamp;

use super::{Fact, Gap};
use crate::host::Host;

/// `btime` of `/proc/stat`: the time of boot in seconds since the epoch (proc_stat(5)).
pub(crate) fn booted(host: &Host) -> Fact<Timestamp> {
    if !host.is_running() {
        return Err(Gap::Absent("not a running machine".to_owned()));
    }
    let stat = host.text("/proc/stat")?;
    stat.lines()
        .find_map(|line| line.strip_prefix("btime "))
        .and_then(|seconds| seconds.trim().parse().ok())
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or_else(|| Gap::Unknown("/proc/stat has no btime".to_owned()))
}
