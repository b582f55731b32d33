//! Any report: any strings, any outcomes, in the order that a report has.

use std::time::Duration;

use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{
    Advisories, Boot, CheckOutcome, CheckRun, EngineId, EngineOutcome, EngineRun, Feed, Finding,
    Fix, Origin, Os, Package, Rated, Reference, Report, Scan, Score, ScoredTest, Severity, Status,
    Target, Vulnerability, Waiver,
};

/// Mostly short and plain, now and then anything.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z/=@ -]{0,12}", 1 => any::<String>()]
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

fn severity() -> impl Strategy<Value = Severity> {
    select(Severity::ALL.to_vec())
}

pub(crate) fn report() -> impl Strategy<Value = Report> {
    (
        scan(),
        target(),
        option::of(score()),
        engines(),
        vec(finding(), 0..6),
        (option::of(advisories()), vec(vulnerability(), 0..3)),
        vec(package(), 0..3),
        btree_map(text(), vec(text(), 0..3), 0..3),
    )
        .prop_map(
            |(
                mut scan,
                target,
                score,
                engines,
                findings,
                (advisories, vulnerabilities),
                packages,
                facts,
            )| {
                scan.status = status(&engines);
                match scan.status {
                    Status::Complete => scan.why.clear(),
                    Status::Partial | Status::Failed => scan.why.push("why".to_owned()),
                }
                let mut report = Report {
                    scan,
                    target,
                    score,
                    engines,
                    findings,
                    vulnerabilities: if advisories.is_some() {
                        vulnerabilities
                    } else {
                        Vec::new()
                    },
                    advisories,
                    packages,
                    facts,
                };
                // Two findings with one fingerprint may differ in severity, and only neighbours
                // are merged.
                let mut seen = std::collections::BTreeSet::new();
                let findings = std::mem::take(&mut report.findings).into_iter();
                report.findings = findings
                    .filter(|one| seen.insert(one.fingerprint.clone()))
                    .collect();
                report.sort();
                report
            },
        )
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000, 0_i32..1_000_000_000)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

/// What the engines make of the scan.
fn status(engines: &[EngineRun]) -> Status {
    let any = |word| engines.iter().any(|run| run.outcome.as_str() == word);
    match (any("ran"), any("partial"), any("failed")) {
        (false, false, _) => Status::Failed,
        (true, false, false) => Status::Complete,
        _ => Status::Partial,
    }
}

/// A scan whose status is still to come.
fn scan() -> impl Strategy<Value = Scan> {
    ("[0-9a-f]{32}", text(), time(), time(), vec(text(), 0..3)).prop_map(
        |(id, agent_version, one, other, why)| Scan {
            id,
            agent_version,
            started: one.min(other),
            finished: one.max(other),
            status: Status::Complete,
            why,
        },
    )
}

fn target() -> impl Strategy<Value = Target> {
    let words = vec(maybe(), 14);
    (words, text(), any::<(bool, bool)>(), any::<Option<bool>>()).prop_map(
        |(words, root, (live, privileged), secure_boot)| {
            let mut words = words.into_iter();
            let mut next = || words.next().unwrap();
            Target {
                ami: next(),
                instance: next(),
                account: next(),
                region: next(),
                instance_type: next(),
                arch: next(),
                hostname: next(),
                root,
                live,
                privileged,
                os: Os {
                    id: next(),
                    version_id: next(),
                    pretty_name: next(),
                },
                kernel: next(),
                boot: Boot {
                    firmware: next(),
                    secure_boot,
                    init: next(),
                    virtualization: next(),
                },
            }
        },
    )
}

fn score() -> impl Strategy<Value = Score> {
    let points = (0_u32..=300, 1_u32..=300).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let test =
        (text(), any::<u32>(), any::<u32>()).prop_map(|(id, points, max_points)| ScoredTest {
            id,
            points,
            max_points,
        });
    (
        points,
        any::<bool>(),
        text(),
        text(),
        maybe(),
        vec(test, 0..3),
    )
        .prop_map(
            |((points, max), known, lynis_version, profile, profile_sha256, tests)| Score {
                index: if points == 0 {
                    1
                } else {
                    u8::try_from(points * 100 / max).unwrap()
                },
                points: known.then_some(points),
                max_points: known.then_some(max),
                lynis_version,
                profile,
                profile_sha256,
                tests,
            },
        )
}

fn engines() -> impl Strategy<Value = Vec<EngineRun>> {
    let run = (
        0_usize..4,
        text(),
        maybe(),
        any::<u64>(),
        vec(check(), 0..4),
    );
    vec(run, 0..=4).prop_map(|runs| {
        runs.into_iter()
            .zip(EngineId::ALL)
            .map(
                |((outcome, why, version, millis, checks), engine)| EngineRun {
                    engine,
                    version,
                    outcome: match outcome {
                        0 => EngineOutcome::Ran,
                        1 => EngineOutcome::Partial(why),
                        2 => EngineOutcome::Skipped(why),
                        _ => EngineOutcome::Failed(why),
                    },
                    duration: Duration::from_millis(millis),
                    checks,
                },
            )
            .collect()
    })
}

fn check() -> impl Strategy<Value = CheckRun> {
    (text(), 0_usize..5, text()).prop_map(|(id, outcome, why)| CheckRun {
        id,
        outcome: match outcome {
            0 => CheckOutcome::Pass,
            1 => CheckOutcome::Fail,
            2 => CheckOutcome::NotApplicable(why),
            3 => CheckOutcome::Unknown(why),
            _ => CheckOutcome::Skipped(why),
        },
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let reference = (text(), maybe()).prop_map(|(name, url)| Reference { name, url });
    (
        (text(), select(EngineId::ALL.to_vec()), text(), severity()),
        (text(), text(), vec(text(), 0..3), text()),
        vec(reference, 0..3),
        vec(text(), 0..3),
        option::of(waiver()),
    )
        .prop_map(
            |(
                (id, engine, title, severity),
                (category, subject, evidence, remediation),
                references,
                same_as,
                waiver,
            )| {
                Finding {
                    id,
                    engine,
                    title,
                    severity,
                    category,
                    subject,
                    evidence,
                    remediation,
                    references,
                    fingerprint: String::new(),
                    same_as,
                    waiver,
                }
                .with_fingerprint()
            },
        )
}

fn waiver() -> impl Strategy<Value = Waiver> {
    (text(), text(), 0_i16..9999, any::<bool>()).prop_map(|(reason, owner, year, expired)| Waiver {
        reason,
        owner,
        expires: jiff::civil::date(year + 1, 2, 28),
        expired,
    })
}

fn advisories() -> impl Strategy<Value = Advisories> {
    let feed = (text(), option::of(time()), any::<u64>()).prop_map(|(name, as_of, entries)| Feed {
        name,
        as_of,
        entries,
    });
    (any::<bool>(), option::of(time()), maybe(), vec(feed, 0..3)).prop_map(
        |(file, built, sha256, feeds)| Advisories {
            origin: if file {
                Origin::File
            } else {
                Origin::Repositories
            },
            built,
            sha256,
            feeds,
        },
    )
}

fn vulnerability() -> impl Strategy<Value = Vulnerability> {
    let fix = prop_oneof![
        text().prop_map(Fix::Available),
        Just(Fix::None),
        Just(Fix::WontFix)
    ];
    let rated = select(vec![Rated::Vendor, Rated::Cvss, Rated::Unrated]);
    (
        (text(), text(), text(), text(), maybe()),
        (fix, severity(), rated, maybe(), maybe()),
        option::of(waiver()),
    )
        .prop_map(
            |(
                (id, package, kind, installed, source),
                (fix, severity, rated, cvss, advisory),
                waiver,
            )| Vulnerability {
                id,
                package,
                kind,
                installed,
                source,
                fix,
                severity,
                rated,
                cvss,
                advisory,
                waiver,
            },
        )
}

fn package() -> impl Strategy<Value = Package> {
    (
        (text(), text(), maybe(), text()),
        (maybe(), maybe(), maybe(), maybe()),
    )
        .prop_map(
            |((name, version, arch, kind), (source, source_version, module, location))| Package {
                name,
                version,
                arch,
                kind,
                source,
                source_version,
                module,
                location,
            },
        )
}
