//! The supervisor: starts the worker, listens to it, and outlives it.
//!
//! When the worker is killed, hangs, runs out of memory or outlives the deadline, what the
//! finished engines gave is still here, with the reason why the others gave nothing.

mod assemble;
mod descendants;
mod same_as;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use hardtarget_report::{EngineId, clean_line, v1};
use nix::sys::signal::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

pub(crate) use assemble::{Assembled, Request, assemble};

use crate::exec::{clean_command, kill_group};
use crate::message::{Ended, Message, Task};
use crate::words::{count, seconds};

/// The longest line taken from the worker: far more than any engine gives.
const LINE_LIMIT: u64 = 256 << 20;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// What was scanned, if the worker got that far.
    pub(crate) target: Option<v1::Target>,
    /// What the engines that ended gave.
    pub(crate) ended: BTreeMap<EngineId, Ended>,
    /// The engines that had begun.
    pub(crate) begun: BTreeSet<EngineId>,
    /// How far each was: steps done, of how many, and what was at work.
    pub(crate) steps: BTreeMap<EngineId, (usize, usize, String)>,
    /// Why the worker did not run to its end.
    pub(crate) trouble: Option<String>,
    /// The signal that told us to stop.
    pub(crate) interrupted: Option<i32>,
}

enum Event {
    Message(Message),
    Garbled(String),
    Closed,
    Signal(i32),
}

/// Runs the worker until it ends, is told to stop, or `limit` has passed.
pub(crate) fn run(task: &Task, limit: Duration, mut watch: impl FnMut(&Message)) -> Heard {
    let mut heard = Heard::default();
    let end = Instant::now() + limit;
    // Orphans of the worker become our children, so that none is lost sight of.
    let _stays = nix::sys::prctl::set_child_subreaper(true);
    let (sender, events) = channel();
    let signals = forward_signals(&sender);
    let (mut child, stderr) = match start(task, sender) {
        Ok(started) => started,
        Err(error) => {
            heard.trouble = Some(format!("the worker could not be started: {error}"));
            return heard;
        }
    };
    let mut groups = Vec::new();
    let stopped = listen(&events, end, &mut heard, &mut groups, &mut watch);
    // One that closed its end is on its way out: how it ends is the reason that people read.
    let ended = matches!(stopped, Stop::Closed)
        .then(|| wait(&mut child))
        .flatten();
    kill_group(&child);
    let status = ended.or_else(|| wait(&mut child));
    descendants::kill_all(&groups);
    if let Some(signals) = signals {
        signals.close();
    }
    heard.trouble = match stopped {
        Stop::Interrupted(signal) => {
            heard.interrupted = Some(signal);
            Some(format!("stopped by {}", signal_name(signal)))
        }
        Stop::Deadline => Some(format!(
            "the deadline of {} passed while {} was still at work",
            seconds(limit),
            at_work(&heard)
        )),
        Stop::Garbled(why) => Some(format!("the worker spoke gibberish: {why}")),
        Stop::Closed => death(status, &stderr.recv().unwrap_or_default()),
    };
    heard
}

enum Stop {
    Closed,
    Deadline,
    Interrupted(i32),
    Garbled(String),
}

fn listen(
    events: &Receiver<Event>,
    end: Instant,
    heard: &mut Heard,
    groups: &mut Vec<i32>,
    watch: &mut impl FnMut(&Message),
) -> Stop {
    loop {
        match events.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(Event::Message(message)) => {
                watch(&message);
                match message {
                    Message::Target(target) => heard.target = Some(*target),
                    Message::Begun(engine) => {
                        heard.begun.insert(engine.into());
                    }
                    Message::Group(leader) => groups.push(leader),
                    Message::Step {
                        engine,
                        done,
                        total,
                        what,
                    } => {
                        heard.steps.insert(engine.into(), (done, total, what));
                    }
                    Message::Ended(ended) => {
                        heard.ended.insert(ended.run.engine.into(), *ended);
                    }
                }
            }
            Ok(Event::Garbled(why)) => return Stop::Garbled(why),
            Ok(Event::Signal(signal)) => return Stop::Interrupted(signal),
            Ok(Event::Closed) | Err(RecvTimeoutError::Disconnected) => return Stop::Closed,
            Err(RecvTimeoutError::Timeout) => return Stop::Deadline,
        }
    }
}

fn start(task: &Task, sender: Sender<Event>) -> std::io::Result<(Child, Receiver<String>)> {
    let mut child = clean_command(&this_program())
        .arg("worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    // The pipe stays open while we live: its end tells the worker that we died.
    if let Some(stdin) = child.stdin.as_mut() {
        let mut line = serde_json::to_vec(task)?;
        line.push(b'\n');
        // Should the worker be dead already, its end tells more than this error.
        let _dead = stdin.write_all(&line);
    }
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || read_messages(stdout, &sender));
    }
    let (last_words, stderr) = channel();
    if let Some(pipe) = child.stderr.take() {
        std::thread::spawn(move || last_words.send(last_line(pipe)));
    }
    Ok((child, stderr))
}

/// The program that runs, to be run once more. Without `/proc` there is only its name.
fn this_program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| {
        PathBuf::from(
            std::env::args_os()
                .next()
                .unwrap_or_else(|| OsString::from("hardtarget-agent")),
        )
    })
}

fn read_messages(stdout: impl Read, sender: &Sender<Event>) {
    let mut reader = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let event = match reader
            .by_ref()
            .take(LINE_LIMIT)
            .read_until(b'\n', &mut line)
        {
            Ok(0) | Err(_) => Event::Closed,
            // A line that its writer did not live to finish.
            Ok(_) if line.last() != Some(&b'\n') => Event::Closed,
            Ok(_) => match serde_json::from_slice(&line) {
                Ok(message) => Event::Message(message),
                Err(error) => Event::Garbled(error.to_string()),
            },
        };
        let last = matches!(event, Event::Closed | Event::Garbled(_));
        if sender.send(event).is_err() || last {
            return;
        }
    }
}

/// The last line of what the worker printed on stderr, for the reason in the report.
fn last_line(pipe: impl Read) -> String {
    let mut last = String::new();
    for line in BufReader::new(pipe.take(1 << 20))
        .split(b'\n')
        .map_while(Result::ok)
    {
        let line = clean_line(String::from_utf8_lossy(&line).trim(), 300);
        if !line.is_empty() {
            last = line;
        }
    }
    last
}

fn forward_signals(sender: &Sender<Event>) -> Option<signal_hook::iterator::Handle> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).ok()?;
    let handle = signals.handle();
    let sender = sender.clone();
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if sender.send(Event::Signal(signal)).is_err() {
                return;
            }
        }
    });
    Some(handle)
}

/// Waits for a child that was killed. One that the kernel cannot end (stuck in a device) is given
/// up on: the report matters more.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    for _ in 0..200 {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

fn death(status: Option<ExitStatus>, last_words: &str) -> Option<String> {
    let status = status?;
    let said = if last_words.is_empty() {
        String::new()
    } else {
        format!(": {last_words}")
    };
    match (status.code(), status.signal()) {
        (Some(0), _) => None,
        (Some(code), _) => Some(format!("the worker ended with exit code {code}{said}")),
        (None, Some(signal)) => Some(format!(
            "the worker was killed by {}{}{said}",
            signal_name(signal),
            if signal == Signal::SIGKILL as i32 {
                " (out of memory?)"
            } else {
                ""
            }
        )),
        (None, None) => Some(format!("the worker was lost{said}")),
    }
}

fn signal_name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |s| s.as_str().to_owned())
}

fn at_work(heard: &Heard) -> String {
    let names: Vec<String> = heard
        .begun
        .iter()
        .filter(|engine| !heard.ended.contains_key(engine))
        .map(|engine| match heard.steps.get(engine) {
            Some((done, total, what)) => {
                format!("{engine} ({done} of {}, at {what})", count(*total, "step"))
            }
            None => engine.to_string(),
        })
        .collect();
    if names.is_empty() {
        "the worker".to_owned()
    } else {
        clean_line(&names.join(" and "), 300)
    }
}
