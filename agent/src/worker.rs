//! The worker: runs the engines and tells the supervisor line by line.
//!
//! Whatever may hang, crash or eat memory happens in here; the supervisor survives it.

use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use hardtarget_report::{EngineId, EngineOutcome, clean_line};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpid};

use crate::clock::Clock;
use crate::engines::{Cx, Engine, Progress, Skip, all};
use crate::host::Host;
use crate::message::{Ended, Message, Task};
use crate::target;

/// Runs one task from `input` and tells on `output` how it goes.
pub(crate) fn run(
    mut input: impl BufRead + Send + 'static,
    output: impl Write + Send,
    clock: &dyn Clock,
) -> anyhow::Result<()> {
    offer_to_the_oom_killer();
    let mut line = String::new();
    input
        .read_line(&mut line)
        .context("the task cannot be read")?;
    let task: Task = serde_json::from_str(&line).context("the task is not understood")?;
    let host = match &task.root {
        None => Host::running(),
        Some(root) => Host::rooted(root)?,
    };
    let groups = Arc::new(Mutex::new(Vec::new()));
    let tell = Tell {
        output: Mutex::new(output),
        groups: Arc::clone(&groups),
    };
    let work = task.work.clone();
    std::thread::spawn(move || end_with_supervisor(input, &groups, &work));
    tell.message(&Message::Target(Box::new((&target::collect(&host)).into())));
    let cx = Cx {
        host: &host,
        clock,
        work: &task.work,
        deadline: Instant::now() + task.limit,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        skip: &task.skip,
        walk: Arc::default(),
        progress: &tell,
    };
    let wanted: Vec<EngineId> = task.engines.iter().map(|id| (*id).into()).collect();
    let engines = all(&task);
    std::thread::scope(|scope| {
        for engine in &engines {
            if wanted.contains(&engine.id()) {
                let (cx, tell) = (&cx, &tell);
                scope.spawn(move || run_engine(engine.as_ref(), cx, tell));
            }
        }
    });
    Ok(())
}

/// Offers ourselves first should memory run out: the supervisor has to tell of it.
fn offer_to_the_oom_killer() {
    // Not needed for a scan to succeed.
    let _unadjusted = std::fs::write("/proc/self/oom_score_adj", "900");
}

/// Waits for the end of `input`, which comes when the supervisor dies, however it dies; then ends
/// everything and leaves nothing behind.
fn end_with_supervisor(mut input: impl BufRead, groups: &Mutex<Vec<Pid>>, work: &Path) {
    let _end = io::copy(&mut input, &mut io::sink());
    for group in lock(groups).iter() {
        let _gone = killpg(*group, Signal::SIGKILL);
    }
    let _left = std::fs::remove_dir_all(work);
    let _dead = kill(getpid(), Signal::SIGKILL);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run_engine(engine: &dyn Engine, cx: &Cx<'_>, tell: &Tell<impl Write + Send>) {
    let id = engine.id();
    let started = Instant::now();
    tell.message(&Message::Begun(id.into()));
    let result = match engine.applies(cx) {
        Err(Skip::NotHere(why)) => Err(EngineOutcome::Skipped(clean_line(&why, 500))),
        Err(Skip::Unable(why)) => Err(EngineOutcome::Failed(clean_line(&why, 500))),
        Ok(()) => match catch_unwind(AssertUnwindSafe(|| engine.run(cx))) {
            Ok(Ok(given)) => Ok(given),
            Ok(Err(error)) => Err(EngineOutcome::Failed(clean_line(
                &format!("{error:#}"),
                500,
            ))),
            Err(_) => Err(EngineOutcome::Failed("an internal error".to_owned())),
        },
    };
    tell.message(&Message::Ended(Box::new(Ended::new(
        id,
        started.elapsed(),
        result,
    ))));
}

/// The way to the supervisor.
struct Tell<W> {
    output: Mutex<W>,
    /// The process groups that engines started.
    groups: Arc<Mutex<Vec<Pid>>>,
}

impl<W> std::fmt::Debug for Tell<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tell")
    }
}

impl<W: Write> Tell<W> {
    fn message(&self, message: &Message) {
        let sent = serde_json::to_vec(message)
            .map_err(io::Error::from)
            .and_then(|mut line| {
                line.push(b'\n');
                let mut output = lock(&self.output);
                output.write_all(&line)?;
                output.flush()
            });
        // Nobody listens any more: the supervisor is gone, and so will we be.
        let _deaf = sent;
    }
}

impl<W: Write + Send> Progress for Tell<W> {
    fn step(&self, engine: EngineId, done: usize, total: usize, what: &str) {
        self.message(&Message::Step {
            engine: engine.into(),
            done,
            total,
            what: what.to_owned(),
        });
    }

    fn group(&self, leader: u32) {
        if let Ok(leader) = i32::try_from(leader) {
            lock(&self.groups).push(Pid::from_raw(leader));
            self.message(&Message::Group(leader));
        }
    }
}
