//! The scan of a throwaway instance: scan, upload, power off, with every step told on the console.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use hardtarget_report::{Report, Severity, clean_line, v1};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::scan::{self, ATTACHMENTS, Input, SBOM, Scanned};
use super::{End, UsageError, progress, terminal};
use crate::cli::{ScanArgs, ScanFormat};
use crate::clock::Clock;
use crate::console::Console;
use crate::environment;
use crate::imds::{self, Identity, is_id, is_region};
use crate::power;
use crate::sink::Sink;
use crate::supervisor::Assembled;
use crate::upload::{self, Budget, Destination, Object, Patience, s3::S3};
use crate::words::{count, seconds};

/// How long an upload may take once the machine is told to stop: systemd waits 90 seconds.
const HURRY: Duration = Duration::from_secs(45);

/// How long the metadata service may take to say who we are.
const ASKING: Duration = Duration::from_secs(30);

/// The largest attachment that is uploaded: far more than Lynis writes.
const MAX_ATTACHMENT: u64 = 64 << 20;

/// How a deadline is shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shares {
    /// From the beginning to the end of the scan, at most.
    scan: Duration,
    /// From the beginning to the end of the upload, at most.
    upload: Duration,
}

impl Shares {
    /// A fifth of it, at most three minutes, is kept for the upload; a little for powering off.
    fn of(deadline: Duration) -> Self {
        let upload = deadline.saturating_sub((deadline / 20).min(Duration::from_secs(15)));
        Self {
            scan: upload.saturating_sub((deadline / 5).min(Duration::from_secs(180))),
            upload,
        }
    }
}

/// What the threads of an upload run know of each other.
#[derive(Debug)]
struct Run {
    console: Console,
    /// What the upload may take.
    budget: Budget,
    /// How many signals to stop came in.
    signals: Arc<AtomicUsize>,
    /// What is going on, for the case that it never ends.
    phase: Mutex<String>,
    /// Whether the run is settled: the report is in S3, or it was told why not.
    settled: AtomicBool,
    /// Held by who powers off.
    powering_off: Mutex<()>,
}

impl Run {
    fn enter(&self, phase: impl Into<String>) {
        *lock(&self.phase) = phase.into();
    }

    /// Tells why there is no report, once.
    fn give_up(&self, why: &str) {
        if !self.settled.swap(true, Ordering::SeqCst) {
            self.console.gave_up(why);
        }
    }

    fn stopped(&self) -> bool {
        self.signals.load(Ordering::SeqCst) > 0
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Scans, uploads the report, and powers off if that was asked for, whatever happened before.
pub(super) fn upload(args: &ScanArgs, clock: &dyn Clock) -> anyhow::Result<End> {
    let began = Instant::now();
    let run = Arc::new(Run {
        console: Console::open(),
        budget: Budget::until(began + Shares::of(args.deadline).upload),
        signals: Arc::new(AtomicUsize::new(0)),
        phase: Mutex::new("starting".to_owned()),
        settled: AtomicBool::new(false),
        powering_off: Mutex::new(()),
    });
    heed_signals(&run);
    if args.power_off {
        watch_the_clock(&run, began, args.deadline);
    }
    let ended = catch_unwind(AssertUnwindSafe(|| attempt(args, clock, &run, began)))
        .unwrap_or_else(|_| Err(anyhow!("an internal error")));
    let ended = match ended {
        Err(error) => {
            run.give_up(&format!("{error:#}"));
            match error.downcast::<UsageError>() {
                // Somebody typed this: they are told at their terminal as well.
                Ok(usage) => Err(usage.into()),
                Err(_) => Ok(End::GaveUp),
            }
        }
        ended => ended,
    };
    run.settled.store(true, Ordering::SeqCst);
    if args.power_off {
        power_off(&run);
    }
    ended
}

/// A signal to stop leaves the upload a short time. (The supervisor hears it as well, and ends the
/// scan.) It is never the end of the run itself.
fn heed_signals(run: &Arc<Run>) {
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    let run = Arc::clone(run);
    std::thread::spawn(move || {
        for _ in signals.forever() {
            run.signals.fetch_add(1, Ordering::SeqCst);
            run.budget.shorten(HURRY);
        }
    });
}

/// Powers off at the deadline, should what is under way never end by itself.
fn watch_the_clock(run: &Arc<Run>, began: Instant, deadline: Duration) {
    let run = Arc::clone(run);
    std::thread::spawn(move || {
        std::thread::sleep(deadline.saturating_sub(began.elapsed()));
        let phase = lock(&run.phase).clone();
        run.give_up(&format!(
            "the deadline of {} passed while it was still {phase}",
            seconds(deadline)
        ));
        power_off(&run);
    });
}

/// Nothing comes after this but the end of the program.
fn power_off(run: &Run) {
    // The program must not end while another thread is at it.
    let _turn = lock(&run.powering_off);
    run.enter("powering off");
    run.console.say("powering off");
    let mut machine = power::ThisMachine {
        signals: Arc::clone(&run.signals),
    };
    if let Err(why) = power::off(&mut machine, &|note| run.console.say(note)) {
        run.console
            .say(&format!("the machine could not be powered off: {why}"));
    }
}

fn attempt(args: &ScanArgs, clock: &dyn Clock, run: &Run, began: Instant) -> anyhow::Result<End> {
    let destination = destination(args)?;
    scan::check(args)?;
    let console = &run.console;
    console.say(&format!(
        "agent {} scans this machine and uploads to {destination}, within {}",
        env!("CARGO_PKG_VERSION"),
        seconds(args.deadline)
    ));
    run.enter("scanning");
    let mut sink = open_sink(args, console);
    let shares = Shares::of(args.deadline);
    let limit = shares.scan.saturating_sub(began.elapsed());
    let scan = |input| {
        let place = args.output.as_deref();
        scan::run(args, input, clock, limit, place, |message| {
            if let Some(line) = progress::ended(message) {
                console.say(&line);
            }
        })
    };
    let mut scanned = Input::of(args).and_then(scan).or_else(|error| {
        if error.is::<UsageError>() {
            return Err(error);
        }
        let why = clean_line(&format!("{error:#}"), 500);
        Ok(scan::failed(args, clock, why))
    })?;
    if run.stopped() {
        // The time began with the signal, and ending the scan took some of it: the upload has all.
        run.budget
            .restart((began + shares.upload).min(Instant::now() + HURRY));
    }
    if !scanned.unknown_waivers.is_empty() {
        console.say(&format!(
            "warning: the waivers name what no check has as its id: {}",
            scanned.unknown_waivers.join(", ")
        ));
    }
    let short = in_short(&scanned.assembled.report);
    console.say(&short);
    run.enter(format!("uploading; {short}"));
    let delivered = catch_unwind(AssertUnwindSafe(|| {
        deliver(args, run, &destination, &mut scanned, sink.as_mut())
    }));
    let report = &scanned.assembled.report;
    let ended = match delivered.unwrap_or_else(|_| Err(anyhow!("an internal error"))) {
        Ok(()) => {
            run.settled.store(true, Ordering::SeqCst);
            Ok(scan::end(report, args.fail_under))
        }
        Err(error) => {
            // The console is all that will be known of the scan.
            run.give_up(&format!("{error:#}; {short}"));
            Ok(End::GaveUp)
        }
    };
    // Last: a reader that never reads must cost nothing but itself.
    if args.format == ScanFormat::Json && !args.quiet {
        let _closed = terminal::print_raw(&v1::to_json(report)?);
    }
    ended
}

fn destination(args: &ScanArgs) -> Result<Destination, UsageError> {
    let url = args.upload.as_deref().unwrap_or_default();
    if let Some(region) = &args.region
        && !is_region(region)
    {
        return Err(UsageError(format!(
            "--region {}: that is no region's name; they look like eu-central-1",
            clean_line(region, 40)
        )));
    }
    if let Some(ami) = &args.expect_ami
        && !is_id("ami-", ami)
    {
        return Err(UsageError(format!(
            "--expect-ami {}: that is no AMI's id; they look like ami-0123456789abcdef0",
            clean_line(ami, 40)
        )));
    }
    Destination::parse(url)
        .map_err(|error| UsageError(format!("--upload {}: {error}", clean_line(url, 100))))
}

/// Where to keep the files as well, if that was asked for. The upload does not depend on it.
fn open_sink(args: &ScanArgs, console: &Console) -> Option<Sink> {
    args.output
        .as_deref()
        .and_then(|directory| match Sink::open(directory) {
            Ok(sink) => Some(sink),
            Err(error) => {
                console.say(&format!("warning: nothing is kept here: {error}"));
                None
            }
        })
}

/// Brings it to S3.
fn deliver(
    args: &ScanArgs,
    run: &Run,
    destination: &Destination,
    scanned: &mut Scanned,
    sink: Option<&mut Sink>,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the upload cannot be started")?;
    let delivered = runtime.block_on(async {
        let metadata = imds::client(upload::http::plain())?;
        let limit = ASKING.min(run.budget.left() / 3);
        let identity = imds::identity(&metadata, limit).await;
        if let Ok(identity) = &identity
            && scanned.assembled.report.target.live
        {
            identity.tell(&mut scanned.assembled.report.target);
        }
        let json = v1::to_json(&scanned.assembled.report)?;
        if let Some(sink) = sink
            && let Err(error) = scan::write_files(sink, &scanned.assembled, &json)
        {
            run.console.say(&format!("warning: {error:#}"));
        }
        let identity = match identity {
            Ok(identity) => identity,
            Err(fault) if destination.needs_instance() => bail!(
                "nobody says which instance this is, and the report's place depends on that: {fault}"
            ),
            Err(fault) => {
                run.console.say(&format!("warning: {fault}"));
                Identity::default()
            }
        };
        let (place, region) = place(args, destination, &identity)?;
        let store = S3::new(
            place.clone(),
            region,
            metadata,
            upload::http::tls()?,
            run.budget.left(),
        );
        upload::deliver(
            &store,
            &attachments(&scanned.assembled, &run.console),
            &Object {
                name: "report.json".to_owned(),
                content_type: "application/json",
                body: json.into_bytes(),
            },
            &run.budget,
            &Patience::USUAL,
            &|line| run.console.say(line),
        )
        .await
        .with_context(|| format!("the report could not be put into {place}"))?;
        run.console.say(&format!("the report is in {place}"));
        Ok(())
    });
    // A name server that does not answer holds a thread: it is not waited for.
    runtime.shutdown_background();
    delivered
}

/// Where to, and in which region.
fn place(
    args: &ScanArgs,
    destination: &Destination,
    identity: &Identity,
) -> anyhow::Result<(Destination, String)> {
    if let (Some(expected), Some(ami)) = (&args.expect_ami, &identity.ami)
        && expected != ami
    {
        bail!(
            "this instance was started from {ami}, and not from {expected}, which was to be scanned"
        );
    }
    let place = destination
        .of_instance(identity.instance.as_deref())
        .context("the report's place depends on the instance's id, which is not known")?;
    let region = args
        .region
        .clone()
        .or_else(|| environment::variable("AWS_REGION"))
        .or_else(|| identity.region.clone())
        .context("the bucket's region is not known: --region or AWS_REGION names it")?;
    Ok((place, region))
}

/// What goes beside the report, in the order of its going.
fn attachments(assembled: &Assembled, console: &Console) -> Vec<Object> {
    let sbom = scan::sbom(&assembled.report).map(|sbom| Object {
        name: SBOM.to_owned(),
        content_type: content_type(SBOM),
        body: sbom.into_bytes(),
    });
    ATTACHMENTS
        .iter()
        .filter_map(|name| {
            let (_, path) = assembled
                .attachments
                .iter()
                .find(|(given, _)| given == name)?;
            let size = std::fs::metadata(path).map(|file| file.len());
            let body = match size {
                Ok(size) if size > MAX_ATTACHMENT => Err(format!("it has {size} bytes")),
                Ok(_) => std::fs::read(path).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match body {
                Ok(body) => Some(Object {
                    name: (*name).to_owned(),
                    content_type: content_type(name),
                    body,
                }),
                Err(why) => {
                    console.say(&format!("warning: {name} was not uploaded: {why}"));
                    None
                }
            }
        })
        .chain(sbom)
        .collect()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("json") => "application/json",
        Some("gz") => "application/gzip",
        Some("dat") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A report in one line: `score 67 (Lynis 3.1.4), 0 critical, 2 high, …`.
fn in_short(report: &Report) -> String {
    let score = report.score.as_ref().map_or_else(
        || "no score".to_owned(),
        |score| format!("score {} (Lynis {})", score.index, score.lynis_version),
    );
    let counts = report.counts();
    let severities = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
    ]
    .map(|severity| format!("{} {}", counts.get(severity), severity.as_str()));
    let why = if report.scan.why.is_empty() {
        String::new()
    } else {
        format!(
            "; the scan is {} ({})",
            report.scan.status.as_str(),
            clean_line(&report.scan.why.join("; "), 200)
        )
    };
    format!(
        "{score}, {} of {}{why}",
        severities.join(", "),
        count(report.findings.len(), "finding")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upload_has_its_share_of_any_deadline() {
        for deadline in [10, 60, 300, 1200, 86_400].map(Duration::from_secs) {
            let shares = Shares::of(deadline);
            assert!(shares.scan >= deadline * 7 / 10, "{shares:?}");
            assert!(
                shares.upload - shares.scan >= Duration::from_secs(2),
                "{shares:?}"
            );
            assert!(shares.upload < deadline, "{shares:?}");
        }
    }

    #[test]
    fn a_report_in_short_names_the_score_and_what_is_missing() {
        let lines = [
            hardtarget_report::sample::typical(),
            hardtarget_report::sample::partial(),
        ]
        .map(|report| in_short(&report));
        insta::assert_snapshot!(lines.join("\n"));
    }
}
