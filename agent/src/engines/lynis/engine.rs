//! The engine: Lynis in parts, from start to yield.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use flate2::Compression;
use hardtarget_report::{EngineId, Score, clean_line};

use super::merge::{Merged, Written, merge};
use super::part::{Left, Part};
use super::profile::Profile;
use super::report_file::parse;
use super::shards::divide;
use super::tree::Tree;
use super::{coverage, facts, findings, points};
use crate::engines::{Cx, Engine, Skip, Yield};

/// More parts than this gain nothing: each has its start-up to pay.
const MAX_PARTS: usize = 8;

/// How many tests a whole Lynis begins, about: for progress.
const USUAL_TESTS: usize = 260;

/// How often the parts are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Lynis.
#[derive(Debug)]
pub(crate) struct Lynis {
    /// Where it is, if not inside this program.
    pub(crate) directory: Option<PathBuf>,
    /// Whether it runs with its own profile.
    pub(crate) stock: bool,
}

impl Engine for Lynis {
    fn id(&self) -> EngineId {
        EngineId::Lynis
    }

    fn applies(&self, cx: &Cx<'_>) -> Result<(), Skip> {
        if cx.host.has_programs() {
            Ok(())
        } else {
            Err(Skip::NotHere(
                "Lynis can only scan the machine that it runs on".to_owned(),
            ))
        }
    }

    fn run(&self, cx: &Cx<'_>) -> anyhow::Result<Yield> {
        let tree = Tree::find(self.directory.as_deref())?;
        let profile = Profile::new(&tree, self.stock, cx.skip);
        let place = place(cx.work)?;
        let mut parts = Vec::new();
        for (number, shard) in divide(&tree, cx.cores.min(MAX_PARTS), self.stock)
            .into_iter()
            .enumerate()
        {
            let part = Part::start(
                &tree,
                &profile,
                shard,
                place.join(format!("lynis-{number}")),
            )?;
            cx.progress.group(part.group());
            parts.push(part);
        }
        watch(&mut parts, cx);
        let left: Vec<Left> = parts.into_iter().map(Part::collect).collect();
        let mut result = Yield {
            version: Some(tree.version()),
            ..Yield::default()
        };
        let written = written(left, &mut result.incomplete);
        if written.iter().all(|part| part.report.is_empty()) {
            bail!("Lynis wrote no report: {}", result.incomplete.join("; "));
        }
        let merged = merge(&written);
        if merged.points.is_none() && result.incomplete.is_empty() {
            result
                .incomplete
                .push("its log lacks some of the points: there is no score".to_owned());
        }
        fill(&mut result, &merged, &profile, self.stock);
        result.attachments = attach(&merged, &place)?;
        Ok(result)
    }
}

/// The private directory, if Lynis can take its name: its arguments may hold letters, digits and
/// `/ . _ : = -` only.
fn place(work: &Path) -> anyhow::Result<PathBuf> {
    let plain = work.to_str().is_some_and(|path| {
        path.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._:=-".contains(&byte))
    });
    if plain {
        Ok(work.to_owned())
    } else {
        bail!(
            "Lynis cannot work in {}: its name may hold letters, digits and / . _ - only",
            work.display()
        )
    }
}

/// Waits until every part has ended, or the deadline.
fn watch(parts: &mut [Part], cx: &Cx<'_>) {
    loop {
        let mut running = 0;
        let (mut tests, mut at) = (0, String::new());
        for part in parts.iter_mut() {
            part.look();
            tests += part.tests;
            if !part.has_ended() {
                running += 1;
                at.clone_from(&part.at);
            }
        }
        if running == 0 || Instant::now() >= cx.deadline {
            return;
        }
        cx.progress
            .step(EngineId::Lynis, tests.min(USUAL_TESTS), USUAL_TESTS, &at);
        std::thread::sleep(LOOK.min(cx.deadline.saturating_duration_since(Instant::now())));
    }
}

/// What the parts left, with the reasons why some did not finish.
fn written(left: Vec<Left>, incomplete: &mut Vec<String>) -> Vec<Written> {
    left.into_iter()
        .map(|left| {
            let finished = left.trouble.is_none() && parse(&left.report).finished();
            if !finished {
                let how = left
                    .trouble
                    .unwrap_or_else(|| "ended without finish=true in its report".to_owned());
                incomplete.push(clean_line(
                    &format!("the part with {} {how}", left.shard.groups.join(", ")),
                    500,
                ));
            }
            Written {
                groups: left.shard.groups,
                report: left.report,
                log: left.log,
                finished,
            }
        })
        .collect()
}

fn fill(result: &mut Yield, merged: &Merged, profile: &Profile, stock: bool) {
    let steps = merged.steps();
    result.findings = findings::findings(&merged.report);
    if !stock {
        // That a release of Lynis is older than four months moves with the calendar and says
        // nothing of the machine: the version is ours.
        result.findings.retain(|finding| finding.id != "LYNIS");
    }
    result.checks = coverage::checks(&merged.report, Some(&steps));
    if !stock {
        result.checks.retain(|check| check.id != "LYNIS");
    }
    result.packages = facts::packages(&merged.report);
    result.facts = facts::facts(&merged.report);
    result.score = merged.points.and_then(|(points, max_points)| {
        Some(Score {
            index: points::index(points, max_points)?,
            points: Some(points),
            max_points: Some(max_points),
            lynis_version: result.version.clone()?,
            profile: clean_line(&profile.name, 200),
            profile_sha256: Some(profile.sha256.clone()),
            tests: points::by_test(&steps),
        })
    });
}

/// Keeps the merged report file and log for the user.
fn attach(merged: &Merged, place: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let report = place.join("lynis-report.dat");
    std::fs::write(&report, merged.report.to_bytes())
        .with_context(|| format!("{} cannot be written", report.display()))?;
    let log = place.join("lynis.log.gz");
    std::fs::File::create(&log)
        .and_then(|file| {
            let mut encoder = flate2::write::GzEncoder::new(file, Compression::default());
            encoder.write_all(&merged.log)?;
            encoder.finish().map(drop)
        })
        .with_context(|| format!("{} cannot be written", log.display()))?;
    Ok(vec![
        ("lynis-report.dat".to_owned(), report),
        ("lynis.log.gz".to_owned(), log),
    ])
}
