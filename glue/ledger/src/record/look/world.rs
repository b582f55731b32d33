//! Looks at one target as chance has them, for property tests; and what the ledger has to be after them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use hardtarget_report::{
    Advisories, CheckOutcome, CheckRun, EngineId, EngineOutcome, EngineRun, Feed, Finding, Fix,
    Origin, Package, Rated, Report, Severity, Vulnerability, Waiver, sample,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::change::{Change, Told};
use crate::entry::Sighting;
use crate::fault::Fault;
use crate::record::report::sight;
use crate::table::Memory;

pub(super) const HISTORY: SignedDuration = SignedDuration::from_hours(24 * 400);

/// What chance decides of a scan. Numbers stand for the possibilities of each.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    created: i64,
    finished: i64,
    /// Whether this is no report but a look at everything of the native engine.
    full: bool,
    /// Whether it is none of both, but the end of the target.
    end: bool,
    native: u8,
    lynis: u8,
    /// For each check how it went, and its places: not there, there, waived.
    checks: [(u8, [u8; 2]); 3],
    lynis_places: [u8; 2],
    taken_in: bool,
    advisories: u8,
    vulnerable: [u8; 2],
    upgraded: bool,
}

pub(super) fn scans(most: usize) -> impl Strategy<Value = Vec<Scan>> {
    let check = (0..4_u8, [0..3_u8, 0..3_u8]);
    let scan = (
        (
            (0..3_i64, 0..6_i64),
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.1),
        ),
        (0..6_u8, 0..6_u8, [check.clone(), check.clone(), check]),
        ([0..3_u8, 0..3_u8], prop::bool::weighted(0.1)),
        (0..4_u8, [0..3_u8, 0..3_u8], any::<bool>()),
    );
    let scan = scan.prop_map(
        |(((created, finished), full, end), engines, lynis, packages)| Scan {
            created,
            finished,
            full,
            end,
            native: engines.0,
            lynis: engines.1,
            checks: engines.2,
            lynis_places: lynis.0,
            taken_in: lynis.1,
            advisories: packages.0,
            vulnerable: packages.1,
            upgraded: packages.2,
        },
    );
    prop::collection::vec(scan, 1..=most)
}

fn at(hours: i64) -> Timestamp {
    Timestamp::constant(1_795_241_600 + hours * 3_600, 0)
}

/// What the clock says of the function that records a look: no two agree.
pub(super) fn clock(number: usize) -> Timestamp {
    let hours = number * 37 % 11;
    at(i64::try_from(hours).unwrap())
}

fn outcome(number: u8) -> EngineOutcome {
    match number {
        0 => EngineOutcome::Failed("it died".to_owned()),
        1 => EngineOutcome::Partial("its time was over".to_owned()),
        2 => EngineOutcome::Skipped("nobody wants it".to_owned()),
        _ => EngineOutcome::Ran,
    }
}

fn waiver(place: u8) -> Option<Waiver> {
    (place == 2).then(|| Waiver {
        reason: "it waits".to_owned(),
        owner: "ops".to_owned(),
        expires: jiff::civil::date(2027, 1, 1),
        expired: false,
    })
}

fn finding(engine: EngineId, id: &str, subject: &str, place: u8, number: usize) -> Finding {
    let finding = Finding {
        id: id.to_owned(),
        engine,
        title: format!("as scan {number} has it"),
        severity: Severity::High,
        category: String::new(),
        subject: subject.to_owned(),
        evidence: Vec::new(),
        remediation: String::new(),
        references: Vec::new(),
        fingerprint: String::new(),
        same_as: Vec::new(),
        waiver: waiver(place),
    };
    finding.with_fingerprint()
}

impl Scan {
    fn native(&self, number: usize) -> Vec<Finding> {
        let mut all = Vec::new();
        for (check, (_, places)) in self.checks.iter().enumerate() {
            for (subject, place) in ["/a", "/b"].into_iter().zip(places) {
                if *place > 0 {
                    let id = format!("HT-X-{check}");
                    all.push(finding(EngineId::Native, &id, subject, *place, number));
                }
            }
        }
        all
    }

    fn report(&self, number: usize) -> Report {
        let mut report = sample::failed();
        report.findings = self.native(number);
        let lynis = ["x", "y"].into_iter().zip(self.lynis_places);
        for (subject, place) in lynis.filter(|(_, place)| *place > 0) {
            let one = finding(EngineId::Lynis, "SSH-1", subject, place, number);
            match report.findings.first_mut() {
                Some(ours) if self.taken_in => ours.take_in(&one, []),
                _ => report.findings.push(one),
            }
        }
        let check = |(check, (how, places)): (usize, &(u8, [u8; 2]))| {
            let outcome = match (how, places) {
                (_, [0, 0]) => [CheckOutcome::Pass, CheckOutcome::Unknown(String::new())]
                    .into_iter()
                    .nth(usize::from(how % 2))?,
                (0, _) => return None,
                _ => CheckOutcome::Fail,
            };
            let id = format!("HT-X-{check}");
            Some(CheckRun { id, outcome })
        };
        let run = |engine, number, checks| EngineRun {
            engine,
            version: None,
            outcome: outcome(number),
            duration: std::time::Duration::ZERO,
            checks,
        };
        let checks = self.checks.iter().enumerate().filter_map(check).collect();
        report.engines = vec![
            run(EngineId::Lynis, self.lynis, Vec::new()),
            run(EngineId::Native, self.native, checks),
            run(EngineId::Packages, self.native, Vec::new()),
        ];
        let feed = |name: &str| Feed {
            name: name.to_owned(),
            as_of: None,
            entries: 1,
        };
        report.advisories = (self.advisories > 0).then(|| Advisories {
            origin: [Origin::Repositories, Origin::File][usize::from(self.advisories > 1)],
            built: None,
            sha256: None,
            feeds: ["main", "extra"]
                .into_iter()
                .take(usize::from(self.advisories.min(3) - 1))
                .map(feed)
                .collect(),
        });
        let version = ["1", "2"][usize::from(self.upgraded)];
        for (package, place) in ["p", "q"].into_iter().zip(self.vulnerable) {
            if package == "p" || !self.upgraded {
                report.packages.push(Package {
                    name: package.to_owned(),
                    version: version.to_owned(),
                    arch: None,
                    kind: "deb".to_owned(),
                    source: None,
                    source_version: None,
                    module: None,
                    location: None,
                });
            }
            if place > 0 && self.advisories > 0 {
                report.vulnerabilities.push(Vulnerability {
                    id: "CVE-1".to_owned(),
                    package: package.to_owned(),
                    kind: "deb".to_owned(),
                    installed: version.to_owned(),
                    source: None,
                    fix: [Fix::None, Fix::Available("9".to_owned())][usize::from(self.lynis % 2)]
                        .clone(),
                    severity: Severity::Critical,
                    rated: Rated::Vendor,
                    cvss: None,
                    advisory: None,
                    waiver: waiver(place),
                });
            }
        }
        report
    }

    /// The same, as a look at everything of the native engine.
    pub(super) fn of_everything(self) -> Self {
        Self {
            full: true,
            end: false,
            ..self
        }
    }

    pub(super) fn look(&self, number: usize) -> LookAt {
        let id = format!("look-{number:02}");
        if self.end {
            return LookAt {
                target: "family:web".parse().unwrap(),
                source: Source::Ec2,
                order: Order::of_end(at(self.finished), id),
                report: None,
                sight: Sight::ended(),
            };
        }
        let sight = if self.full {
            let native = self.native(number);
            let seen = native
                .iter()
                .map(|one| Sighting::new(Fault::of_finding(one), one.is_waived()));
            // It finds in order what Lynis tells of as well, always the same.
            let theirs = finding(EngineId::Lynis, "SSH-1", "x", 1, number);
            let passed = Fault::of_finding(&theirs).key;
            Sight::new(seen, LookedFor::engine("native", [passed.as_str()]))
        } else {
            sight(&self.report(number))
        };
        LookAt {
            target: "family:web".parse().unwrap(),
            source: Source::Report,
            order: Order::new(at(self.created), at(self.finished), id),
            report: Some(number.to_string()),
            sight,
        }
    }
}

pub(super) fn looks(scans: &[Scan]) -> Vec<LookAt> {
    let numbered = scans.iter().enumerate();
    numbered.map(|(number, scan)| scan.look(number)).collect()
}

/// The bucket of reports.
pub(super) struct Bucket<'a>(pub(super) &'a [LookAt]);

impl Reread for Bucket<'_> {
    async fn again(&self, looked: &Looked) -> anyhow::Result<Option<Sight>> {
        let one = self.0.iter().find(|one| one.order == looked.order);
        Ok(one.map(|one| one.sight.clone()))
    }
}

/// Entries without what depends on the order in which looks come.
pub(super) fn state(entries: impl IntoIterator<Item = Entry>) -> BTreeMap<String, Entry> {
    entries
        .into_iter()
        .map(|entry| {
            let key = entry.fault.key.clone();
            let entry = Entry {
                was: None,
                changed_by: String::new(),
                quietly_by: String::new(),
                changed_at: None,
                held_back: false,
                opened_after: Vec::new(),
                ..entry
            };
            (key, entry)
        })
        .collect()
}

pub(super) async fn stored(table: &Memory) -> BTreeMap<String, Entry> {
    let rows = table.query("family:web", PREFIX).await.unwrap();
    state(rows.into_iter().map(|row| entry(row).unwrap()))
}

/// What the ledger has to be: all looks, one after the other in their order.
pub(super) fn model(looks: &[LookAt]) -> BTreeMap<String, Entry> {
    let mut looks: Vec<&LookAt> = looks.iter().collect();
    looks.sort_by(|a, b| a.order.cmp(&b.order));
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for LookAt {
        target,
        order,
        sight,
        ..
    } in looks
    {
        for (key, entry) in &mut entries {
            let closed = match sight.says(key, Some(entry)) {
                Says::NotThere | Says::TakenIn => State::Fixed,
                Says::Ended => State::Gone,
                Says::Seen(_) | Says::Nothing => continue,
            };
            if !entry.is_closed() {
                entry.newest.state = closed;
                entry.newest.order = order.clone();
            }
        }
        for key in sight.keys() {
            let Sighting {
                fault,
                waived,
                same_as,
                package,
            } = sight.sighting(key).unwrap().clone();
            let before = entries.get(key);
            let first_seen = before.map_or(order.finished, |one| one.first_seen);
            let last_seen = before.map_or(order.finished, |one| one.last_seen);
            let state = if waived { State::Waived } else { State::Open };
            let entry = Entry {
                target: target.clone(),
                fault,
                first_seen: first_seen.min(order.finished),
                last_seen: last_seen.max(order.finished),
                seen: order.clone(),
                newest: crate::entry::Look {
                    order: order.clone(),
                    state,
                },
                same_as,
                package,
                was: None,
                changed_by: String::new(),
                quietly_by: String::new(),
                changed_at: None,
                held_back: false,
                opened_after: Vec::new(),
            };
            entries.insert(key.clone(), entry);
        }
    }
    entries
}

/// Who reads what is told: of a look the first telling counts, as its object is written once.
#[derive(Default)]
pub(super) struct Reader {
    told: Mutex<Vec<(String, Outcome)>>,
}

impl Reader {
    pub(super) fn hears(&self, look: &LookAt, outcome: &Outcome) {
        let id = look.order.id.clone();
        let mut told = self.told.lock().unwrap();
        let known = told.iter().any(|(other, _)| *other == id);
        if !known && outcome.clone().into_change(look).is_some() {
            told.push((id, outcome.clone()));
        }
    }

    /// What was told, in no order that matters.
    pub(super) fn changes(&self, looks: &[LookAt]) -> Vec<Change> {
        let told = self.told.lock().unwrap();
        let change = |(id, outcome): &(String, Outcome)| {
            let look = looks.iter().find(|one| one.order.id == *id)?;
            outcome.clone().into_change(look)
        };
        told.iter().filter_map(change).collect()
    }

    /// The keys of what is open by all that was told, which came in order.
    pub(super) fn believes(&self) -> BTreeSet<String> {
        let mut open = BTreeSet::new();
        for (_, one) in self.told.lock().unwrap().iter() {
            open.extend(keys(one.new.iter().chain(&one.returned)));
            let gone = keys(one.fixed.iter().chain(&one.waived).chain(&one.gone));
            open.retain(|key| !gone.contains(key));
        }
        open
    }

    /// The keys of what was ever told as open.
    pub(super) fn open(&self) -> BTreeSet<String> {
        let told = self.told.lock().unwrap();
        let lists = told.iter().flat_map(|(_, one)| [&one.new, &one.returned]);
        keys(lists.flatten())
    }
}

pub(super) fn keys<'a>(told: impl IntoIterator<Item = &'a Told>) -> BTreeSet<String> {
    told.into_iter().map(|one| one.fault.key.clone()).collect()
}
