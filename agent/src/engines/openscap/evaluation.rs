//! One run of `oscap xccdf eval`, in its own process group and within the deadline.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use hardtarget_report::{EngineId, clean_line};

use super::content::{Profile, short};
use crate::engines::Cx;
use crate::exec::{clean_command, kill_group};

/// How large one of its files may grow, in the 512-byte blocks of `ulimit -f`: 64 MiB. Results have 10, and
/// the place to work in may be the machine's memory.
const FILE_BLOCKS: u32 = 131_072;

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How much of what it prints is read: 16 MiB; four lines a rule.
const OUTPUT_LIMIT: u64 = 16 << 20;

/// How long its pipes may stay open after its end.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// More rules than this are not kept of what it prints.
const MAX_RULES: usize = 5_000;

/// Where oscap makes its own directories, whatever the environment says, and how it calls them.
const SCRATCH: (&str, &str) = ("/tmp", "oscap.");

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The results file, if it got to writing one.
    pub(super) results: Option<File>,
    /// What it printed of each rule, by full id: all there is of a run that was ended.
    pub(super) printed: BTreeMap<String, String>,
    /// Why it did not end well.
    pub(super) trouble: Option<String>,
}

/// Scans with a profile of a data stream.
pub(super) fn evaluate(
    cx: &Cx<'_>,
    oscap: &Path,
    content: &Path,
    profile: &Profile,
) -> anyhow::Result<Ended> {
    let directory = cx.work.join("openscap");
    std::fs::create_dir(&directory)
        .with_context(|| format!("{} cannot be made", directory.display()))?;
    let results = directory.join("results.xml");
    let before = scratch();
    let mut child = clean_command(Path::new("/bin/sh"))
        .arg("-c")
        .arg(format!("ulimit -f {FILE_BLOCKS}; exec \"$@\""))
        .arg("sh")
        .arg(oscap)
        .args(["xccdf", "eval", "--profile", &profile.id, "--results"])
        .arg(&results)
        .arg(content)
        .env("HOME", &directory)
        .current_dir(&directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .context("oscap could not be started")?;
    cx.progress.group(child.id());
    let heard = Arc::new(Mutex::new(Heard::default()));
    let listeners = [
        listen(child.stdout.take(), &heard, Heard::printed),
        listen(child.stderr.take(), &heard, Heard::complained),
    ];
    let status = wait(&mut child, cx, profile.rules, &heard);
    kill_group(&child);
    if status.is_none() {
        let _reaped = child.wait();
    }
    // Its last words. What left its group and still holds a pipe is not waited for.
    let end = Instant::now() + LAST_WORDS;
    while Instant::now() < end && !listeners.iter().flatten().all(JoinHandle::is_finished) {
        std::thread::sleep(Duration::from_millis(5));
    }
    remove_new(&before);
    let heard = lock(&heard);
    Ok(Ended {
        trouble: trouble(status, &heard),
        printed: heard.results.clone(),
        results: File::open(&results).ok(),
    })
}

/// Waits for its end, or the deadline; nothing where that came first.
fn wait(child: &mut Child, cx: &Cx<'_>, rules: usize, heard: &Mutex<Heard>) -> Option<ExitStatus> {
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        let left = cx.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        {
            let heard = lock(heard);
            let (done, at) = (heard.results.len(), short(&heard.rule, "_rule_"));
            let total = rules.max(done).max(1);
            cx.progress.step(EngineId::OpenScap, done, total, at);
        }
        std::thread::sleep(LOOK.min(left));
    }
}

/// oscap(8): 0 is that all rules passed, 2 that one failed or is unknown, 1 an error.
fn trouble(status: Option<ExitStatus>, heard: &Heard) -> Option<String> {
    let said = if heard.complaint.is_empty() {
        String::new()
    } else {
        format!(": {}", heard.complaint)
    };
    match status.map(|status| (status.code(), status.signal())) {
        Some((Some(0 | 2), _)) => None,
        Some((Some(code), _)) => Some(format!("oscap ended with exit code {code}{said}")),
        Some((None, signal)) => Some(format!(
            "oscap was killed by signal {}{said}",
            signal.unwrap_or(0)
        )),
        None => Some(format!(
            "oscap was still at work at the deadline, at {}",
            if heard.rule.is_empty() {
                "its start-up"
            } else {
                short(&heard.rule, "_rule_")
            }
        )),
    }
}

/// What it said so far.
#[derive(Debug, Default)]
struct Heard {
    /// The rule at work.
    rule: String,
    results: BTreeMap<String, String>,
    /// The error that it told of first, or else the last line on stderr.
    complaint: String,
}

impl Heard {
    /// `Rule\r\t<id>`, and when it is judged, `Result\r\t<word>`; some versions leave the `\r` out.
    fn printed(&mut self, line: &str) {
        let parts = line.split_once('\t');
        match parts.map(|(key, value)| (key.trim_end(), value)) {
            Some(("Rule", id)) => self.rule = clean_line(id.trim(), 400),
            Some(("Result", word)) if self.results.len() < MAX_RULES => {
                self.results
                    .insert(self.rule.clone(), clean_line(word.trim(), 40));
            }
            _ => {}
        }
    }

    fn complained(&mut self, line: &str) {
        if !line.is_empty() && !self.complaint.starts_with("OpenSCAP Error") {
            self.complaint = clean_line(line, 300);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a pipe line by line to its end; what is over the limit is thrown away, as a full pipe would stop the
/// program.
fn listen(
    pipe: Option<impl Read + Send + 'static>,
    heard: &Arc<Mutex<Heard>>,
    hear: fn(&mut Heard, &str),
) -> Option<JoinHandle<()>> {
    let mut pipe = pipe?;
    let heard = Arc::clone(heard);
    Some(std::thread::spawn(move || {
        let mut lines = BufReader::new(pipe.by_ref().take(OUTPUT_LIMIT));
        let mut line = Vec::new();
        while matches!(
            lines.by_ref().take(4096).read_until(b'\n', &mut line),
            Ok(1..)
        ) {
            hear(
                &mut lock(&heard),
                String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']),
            );
            line.clear();
        }
        let _rest = std::io::copy(&mut pipe, &mut std::io::sink());
    }))
}

/// The directories that oscap made in `/tmp` and that are ours.
fn scratch() -> BTreeSet<PathBuf> {
    let Ok(entries) = std::fs::read_dir(SCRATCH.0) else {
        return BTreeSet::new();
    };
    let me = nix::unistd::geteuid().as_raw();
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(SCRATCH.1))
        .map(|entry| entry.path())
        .filter(|path| {
            path.symlink_metadata()
                .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == me)
        })
        .collect()
}

/// Removes what a run left there, as oscap 1.3 does even when it ends well: a scan leaves nothing on the
/// machine.
fn remove_new(before: &BTreeSet<PathBuf>) {
    for path in scratch().difference(before) {
        let _left = std::fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_prints_is_followed() {
        let mut heard = Heard::default();
        for line in [
            "--- Starting Evaluation ---",
            "",
            "Title\r\tEnsure it",
            "Rule\r\txccdf_a_rule_b",
            "Ident\r\tCCE-1",
            "Result\r\tfail",
            "Rule\txccdf_a_rule_c",
        ] {
            heard.printed(line);
        }
        assert_eq!(heard.results["xccdf_a_rule_b"], "fail");
        assert_eq!(heard.rule, "xccdf_a_rule_c");
        for line in ["W: oscap: x", "OpenSCAP Error: no such file", "more"] {
            heard.complained(line);
        }
        let ended = ExitStatus::from_raw(1 << 8);
        assert_eq!(
            trouble(Some(ended), &heard).unwrap(),
            "oscap ended with exit code 1: OpenSCAP Error: no such file"
        );
        assert_eq!(trouble(Some(ExitStatus::from_raw(2 << 8)), &heard), None);
        let late = trouble(None, &heard).unwrap();
        assert!(late.ends_with("at the deadline, at c"), "{late}");
    }
}
