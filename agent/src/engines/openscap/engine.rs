//! The engine: whether there is something to scan with, the scan, and what came of it.

use std::path::{Path, PathBuf};

use anyhow::bail;
use hardtarget_report::{EngineId, clean_line};

use super::content::{self, Profile};
use super::evaluation::{Ended, evaluate};
use super::findings;
use super::results::{self, Outcome, Results};
use crate::engines::{Cx, Engine, Skip, Yield};
use crate::exec::Tool;
use crate::facts::{Gap, os_release};

/// OpenSCAP.
#[derive(Debug)]
pub(crate) struct OpenScap {
    /// The data stream that was given.
    pub(crate) content: Option<PathBuf>,
    /// The id of the profile that was given, short or full.
    pub(crate) profile: Option<String>,
}

impl Engine for OpenScap {
    fn id(&self) -> EngineId {
        EngineId::OpenScap
    }

    fn applies(&self, cx: &Cx<'_>) -> Result<(), Skip> {
        // oscap has a mode for roots (OSCAP_PROBE_ROOT), but not all of its probes know it: some would judge
        // the machine that scans, and its links lead out of the root.
        if !cx.host.has_programs() {
            return Err(Skip::NotHere(
                "OpenSCAP can only judge the machine that it runs on".to_owned(),
            ));
        }
        self.content(cx).map(drop)
    }

    fn run(&self, cx: &Cx<'_>) -> anyhow::Result<Yield> {
        let (content, profile) = match self.content(cx) {
            Ok(found) => found,
            Err(Skip::NotHere(why) | Skip::Unable(why)) => bail!(why),
        };
        let oscap = Tool::find(cx.host, "oscap")?;
        let ended = evaluate(cx, oscap.path(), &content, &profile)?;
        let trouble = ended.trouble.clone();
        let mut results = collect(cx, ended, &content);
        results.incomplete = results
            .incomplete
            .into_iter()
            .map(|why| format!("OpenSCAP's results: {why}"))
            .collect();
        if results.outcomes.is_empty() {
            let mut why = trouble.into_iter().chain(results.incomplete);
            bail!(
                why.next()
                    .unwrap_or_else(|| "OpenSCAP gave no results".to_owned())
            );
        }
        Ok(filled(results, trouble, &profile, version(cx)))
    }
}

impl OpenScap {
    /// The data stream and the profile to scan with.
    fn content(&self, cx: &Cx<'_>) -> Result<(PathBuf, Profile), Skip> {
        // What was asked for by name is missed when it is not there.
        let asked = self.content.is_some() || self.profile.is_some();
        let skip = |why: String| {
            if asked {
                Skip::Unable(why)
            } else {
                Skip::NotHere(why)
            }
        };
        Tool::find(cx.host, "oscap").map_err(|error| skip(error.to_string()))?;
        let path = match &self.content {
            Some(path) => path.clone(),
            None => {
                let os = os_release::collect(cx.host).map_err(|gap| match gap {
                    Gap::Absent(why) | Gap::Unknown(why) => skip(why),
                })?;
                content::installed(cx.host, &os).map_err(skip)?
            }
        };
        let file = cx
            .host
            .open(&path)
            .map_err(|error| skip(error.to_string()))?;
        let about = |why: &str| format!("the data stream {} {why}", path.display());
        let profiles = content::profiles(file)
            .map_err(|error| skip(about(&format!("has no profile to choose: {error}"))))?;
        let profile =
            content::choose(profiles, self.profile.as_deref()).map_err(|why| skip(about(&why)))?;
        Ok((path, profile))
    }
}

/// The results file, or of a run that wrote none what it printed, with what the data stream says of its
/// rules.
fn collect(cx: &Cx<'_>, ended: Ended, content: &Path) -> Results {
    let mut results = ended.results.map(results::read).unwrap_or_default();
    if !results.outcomes.is_empty() {
        return results;
    }
    if let Ok(file) = cx.host.open(content) {
        results.rules = results::read(file).rules;
    }
    for (id, result) in ended.printed {
        let outcome = Outcome {
            result,
            ..Outcome::default()
        };
        results.outcomes.insert(id, outcome);
    }
    results
}

fn filled(
    mut results: Results,
    trouble: Option<String>,
    profile: &Profile,
    version: Option<String>,
) -> Yield {
    let name = clean_line(profile.short(), 200);
    let mut found = Yield {
        version,
        findings: findings::findings(&mut results, &name),
        checks: findings::checks(&results),
        ..Yield::default()
    };
    found.incomplete.extend(trouble);
    found.incomplete.append(&mut results.incomplete);
    let applicable = |outcome: &Outcome| outcome.result != "notapplicable";
    if !results.outcomes.values().any(applicable) {
        found.incomplete.push(
            "none of the profile's rules applies here: its data stream is made for another system"
                .to_owned(),
        );
    }
    let counts = findings::counts(&results);
    found
        .facts
        .insert("openscap.profile".to_owned(), vec![name]);
    found.facts.insert("openscap.results".to_owned(), counts);
    if let Some(score) = results.score {
        found.facts.insert("openscap.score".to_owned(), vec![score]);
    }
    found
}

/// The version, of `OpenSCAP command line tool (oscap) 1.3.7`.
fn version(cx: &Cx<'_>) -> Option<String> {
    let printed = Tool::find(cx.host, "oscap")
        .ok()?
        .args(["--version"])
        .run()
        .ok()?;
    let text = String::from_utf8_lossy(&printed.stdout).into_owned();
    let version = text.lines().next()?.rsplit_once(' ')?.1;
    Some(clean_line(version, 40))
}
