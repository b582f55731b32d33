//! The scan: supervisor, report, files, summary.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use hardtarget_report::render::cyclonedx::cyclonedx;
use hardtarget_report::render::html;
use hardtarget_report::render::text::{TextStyle, text};
use hardtarget_report::waivers::Waivers;
use hardtarget_report::{
    EngineId, EngineOutcome, EngineRun, Report, Status, Target, clean_line, v1,
};
use jiff::Timestamp;

use super::progress::Display;
use super::{End, UsageError, terminal, waivers};
use crate::checks::CATALOGUE;
use crate::cli::{ScanArgs, ScanFormat};
use crate::clock::Clock;
use crate::message::{Message, Task};
use crate::sink::Sink;
use crate::supervisor::{self, Assembled, Heard, Request};
use crate::workdir::{WorkDir, usual_places};

/// Where files go unless `--output` says otherwise.
const DEFAULT_OUTPUT: &str = "hardtarget-report";

/// How much of the deadline is kept for ending what hangs and writing the report.
fn margin(deadline: Duration) -> Duration {
    (deadline / 10).min(Duration::from_secs(10))
}

/// The files of a scan that may not come out of every one.
pub(super) const ATTACHMENTS: [&str; 2] = ["lynis-report.dat", "lynis.log.gz"];

/// The packages as a software bill of materials.
pub(super) const SBOM: &str = "sbom.cdx.json";

/// A scan that ran, for better or worse.
#[derive(Debug)]
pub(super) struct Scanned {
    /// The report, and where its attachments are.
    pub(super) assembled: Assembled,
    /// The ids in the file of waivers that no check has.
    pub(super) unknown_waivers: Vec<String>,
    /// The signal that stopped it.
    pub(super) interrupted: Option<i32>,
    /// The private directory, which the attachments are in.
    _work: Option<WorkDir>,
}

/// A dry run: scans, writes the files, prints.
pub(super) fn scan(args: &ScanArgs, clock: &dyn Clock) -> anyhow::Result<End> {
    check(args)?;
    let input = Input::of(args)?;
    let output = output(args);
    let mut sink = output.as_deref().map(Sink::open).transpose()?;
    let mut display = Display::new(args.quiet, args.verbose);
    let place = output.as_deref();
    let scanned = run(args, input, clock, args.deadline, place, |message| {
        display.hear(message);
    })?;
    display.end();
    if let Some(signal) = scanned.interrupted {
        terminal::note("interrupted: nothing was written");
        return Ok(End::Interrupted(u8::try_from(signal).unwrap_or(0)));
    }
    let end = finish(args, &scanned.assembled, sink.as_mut())?;
    waivers::refuse(args.waivers.as_deref(), &scanned.unknown_waivers)?;
    Ok(end)
}

/// The directories that the options name, which are there.
#[derive(Debug)]
pub(super) struct Input {
    /// The root to scan; `None` for the running machine.
    root: Option<PathBuf>,
    /// The Lynis to use instead of the embedded one.
    lynis: Option<PathBuf>,
    /// The file of advisories.
    advisories: Option<PathBuf>,
    /// What to live with.
    waivers: Option<Waivers>,
    /// The data stream that OpenSCAP scans with, if not the machine's own.
    scap: Option<PathBuf>,
}

impl Input {
    pub(super) fn of(args: &ScanArgs) -> anyhow::Result<Self> {
        let lynis = args.lynis.as_ref().map(|directory| {
            directory
                .canonicalize()
                .with_context(|| format!("there is no Lynis in {}", directory.display()))
        });
        let advisories = args.advisories.as_ref().map(|file| {
            file.canonicalize()
                .with_context(|| format!("--advisories {} cannot be read", file.display()))
        });
        let scap = args.scap.as_ref().map(|file| {
            file.canonicalize()
                .with_context(|| format!("there is no data stream {}", file.display()))
        });
        Ok(Self {
            root: root(args)?,
            lynis: lynis.transpose()?,
            advisories: advisories.transpose()?,
            waivers: args.waivers.as_deref().map(waivers::read).transpose()?,
            scap: scap.transpose()?,
        })
    }
}

/// Scans, and is done before `limit` has passed.
pub(super) fn run(
    args: &ScanArgs,
    input: Input,
    clock: &dyn Clock,
    limit: Duration,
    output: Option<&Path>,
    watch: impl FnMut(&Message),
) -> anyhow::Result<Scanned> {
    let work = WorkDir::create(&usual_places(privileged(), output))?;
    let started = clock.now();
    let task = Task {
        root: input.root,
        engines: engines(args).into_iter().map(Into::into).collect(),
        skip: args.skip.iter().cloned().collect(),
        stock_lynis: args.stock_lynis,
        lynis: input.lynis,
        advisories: input.advisories,
        scap: input.scap,
        scap_profile: args.scap_profile.clone(),
        limit: limit.saturating_sub(margin(limit)),
        work: work.path().to_owned(),
    };
    let heard = supervisor::run(&task, limit, watch);
    let interrupted = heard.interrupted;
    let mut assembled = supervisor::assemble(request(args, started, clock.now()), heard);
    let unknown_waivers = input.waivers.map_or_else(Vec::new, |given| {
        let finished = assembled.report.scan.finished;
        waivers::apply(&given, &mut assembled.report, finished)
    });
    Ok(Scanned {
        interrupted,
        assembled,
        unknown_waivers,
        _work: Some(work),
    })
}

/// What is told of a scan that could not even begin.
pub(super) fn failed(args: &ScanArgs, clock: &dyn Clock, why: String) -> Scanned {
    let heard = Heard {
        trouble: Some(why),
        ..Heard::default()
    };
    Scanned {
        interrupted: None,
        assembled: supervisor::assemble(request(args, clock.now(), clock.now()), heard),
        unknown_waivers: Vec::new(),
        _work: None,
    }
}

fn request(args: &ScanArgs, started: Timestamp, finished: Timestamp) -> Request {
    let root = root(args).unwrap_or_default();
    Request {
        id: uuid::Uuid::new_v4().simple().to_string(),
        engines: engines(args),
        started,
        finished,
        target: Target {
            root: root
                .as_deref()
                .unwrap_or_else(|| Path::new("/"))
                .display()
                .to_string(),
            live: root.is_none(),
            privileged: privileged(),
            ..Target::default()
        },
    }
}

fn privileged() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Writes the files, prints, and says how it ended.
fn finish(args: &ScanArgs, assembled: &Assembled, sink: Option<&mut Sink>) -> anyhow::Result<End> {
    let report = &assembled.report;
    let json = v1::to_json(report)?;
    let files = sink.map(|sink| write_files(sink, assembled, &json));
    let shown = match &files {
        Some(Ok(files)) => files.as_slice(),
        _ => &[],
    };
    // Printed before a failure to write is told: what was found is never lost to a full disk.
    let printed = if args.quiet {
        Ok(())
    } else {
        match args.format {
            ScanFormat::Json => terminal::print_raw(&json),
            ScanFormat::Text => terminal::print(&text(
                report,
                &TextStyle {
                    color: terminal::wants_colour(),
                    width: terminal::width(),
                    verbose: args.verbose,
                    files: shown,
                },
            )),
        }
    };
    files.transpose()?;
    // A reader that went away changes nothing about how the scan ended.
    printed.or_else(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })?;
    Ok(end(report, args.fail_under))
}

/// The software bill of materials of a scan; nothing if no package database was read: an empty
/// one would read as a machine without packages.
pub(super) fn sbom(report: &Report) -> Option<String> {
    let read = |run: &EngineRun| {
        run.engine == EngineId::Packages
            && matches!(run.outcome, EngineOutcome::Ran | EngineOutcome::Partial(_))
    };
    report
        .engines
        .iter()
        .any(read)
        .then(|| cyclonedx(report).ok())
        .flatten()
}

/// Attachments and page first, the report last: its arrival means that the rest is there.
pub(super) fn write_files(
    sink: &mut Sink,
    assembled: &Assembled,
    json: &str,
) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for name in ATTACHMENTS {
        match assembled
            .attachments
            .iter()
            .find(|(given, _)| given == name)
        {
            Some((_, from)) => {
                // The report can do without them; the user should know.
                match sink.copy(name, from) {
                    Ok(()) => files.push((name.to_owned(), sink.path(name).display().to_string())),
                    Err(error) => {
                        terminal::note(&format!("warning: {error}"));
                        sink.remove(name);
                    }
                }
            }
            // One of an earlier scan would be taken for this one's.
            None => sink.remove(name),
        }
    }
    match sbom(&assembled.report).map(|sbom| sink.write(SBOM, sbom.as_bytes())) {
        Some(Ok(())) => files.push((SBOM.to_owned(), sink.path(SBOM).display().to_string())),
        Some(Err(error)) => {
            terminal::note(&format!("warning: {error}"));
            sink.remove(SBOM);
        }
        None => sink.remove(SBOM),
    }
    let page = html::html(&assembled.report);
    match sink.write("report.html", page.as_bytes()) {
        Ok(()) => files.insert(
            0,
            (
                "page".to_owned(),
                sink.path("report.html").display().to_string(),
            ),
        ),
        Err(error) => {
            terminal::note(&format!("warning: {error}"));
            sink.remove("report.html");
        }
    }
    let path = sink.write_report(json.as_bytes()).context(
        "the report could not be kept; --output names another place, --format json prints it",
    )?;
    files.insert(0, ("report".to_owned(), path.display().to_string()));
    Ok(files)
}

/// How a scan ended, as an exit code tells it.
pub(super) fn end(report: &Report, fail_under: Option<u8>) -> End {
    if report.scan.status == Status::Failed {
        return End::Failed;
    }
    if let Some(limit) = fail_under {
        let index = report.score.as_ref().map(|score| score.index);
        if index.is_none_or(|index| index < limit) {
            let is = index.map_or_else(
                || "there is no score".to_owned(),
                |index| format!("the score is {index}"),
            );
            terminal::note(&format!("{is}, and --fail-under asks for {limit}"));
            return End::Below;
        }
    }
    match report.scan.status {
        Status::Complete => End::Fine,
        Status::Partial => End::Partial,
        Status::Failed => End::Failed,
    }
}

/// What the definition of the options cannot check.
pub(super) fn check(args: &ScanArgs) -> Result<(), UsageError> {
    if !args.dry_run && args.upload.is_none() {
        return Err(UsageError(
            "say where the report is to go: --dry-run keeps it here, --upload s3://BUCKET/PREFIX/ sends it to S3 (--help shows more)".to_owned(),
        ));
    }
    for id in &args.skip {
        let known = CATALOGUE.iter().any(|check| check.id == id);
        let well_formed = !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
        if !well_formed || (id.starts_with("HT-") && !known) {
            return Err(UsageError(format!(
                "--skip {}: there is no such check; `hardtarget-agent checks` lists ours, Lynis's look like SSH-7408",
                clean_line(id, 40)
            )));
        }
    }
    let engines = engines(args);
    let unused = only_one_engine(args)
        .into_iter()
        .find(|(_, given, engine)| *given && !engines.contains(engine));
    if let Some((option, _, engine)) = unused {
        return Err(UsageError(format!(
            "{option} is for the engine {engine}, which --engine leaves out"
        )));
    }
    Ok(())
}

/// The options that only one engine reads, and whether they are given.
fn only_one_engine(args: &ScanArgs) -> [(&'static str, bool, EngineId); 6] {
    [
        ("--fail-under", args.fail_under.is_some(), EngineId::Lynis),
        ("--stock-lynis", args.stock_lynis, EngineId::Lynis),
        ("--lynis", args.lynis.is_some(), EngineId::Lynis),
        (
            "--advisories",
            args.advisories.is_some(),
            EngineId::Packages,
        ),
        ("--scap", args.scap.is_some(), EngineId::OpenScap),
        (
            "--scap-profile",
            args.scap_profile.is_some(),
            EngineId::OpenScap,
        ),
    ]
}

fn engines(args: &ScanArgs) -> BTreeSet<EngineId> {
    if args.engines.is_empty() {
        EngineId::ALL.into_iter().collect()
    } else {
        args.engines.iter().copied().collect()
    }
}

fn output(args: &ScanArgs) -> Option<PathBuf> {
    match (&args.output, args.format) {
        (Some(directory), _) => Some(directory.clone()),
        (None, ScanFormat::Text) => Some(PathBuf::from(DEFAULT_OUTPUT)),
        (None, ScanFormat::Json) => None,
    }
}

/// The root to scan; `None` for the running machine.
fn root(args: &ScanArgs) -> anyhow::Result<Option<PathBuf>> {
    let Some(root) = &args.root else {
        return Ok(None);
    };
    let real = root
        .canonicalize()
        .with_context(|| format!("--root {} cannot be scanned", root.display()))?;
    if !real.is_dir() {
        return Err(UsageError(format!(
            "--root {} is not a directory: mount or unpack the image first",
            root.display()
        ))
        .into());
    }
    Ok((real != Path::new("/")).then_some(real))
}
