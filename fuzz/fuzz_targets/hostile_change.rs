//! A change all of whose words come from outside, for the targets that tell of it.

use hardtarget_ledger::change::{Change, ScoreMove, Source, Told, counts};
use hardtarget_ledger::fault::Fault;
use hardtarget_ledger::target::Target;
use hardtarget_report::{Severity, image_status};
use jiff::Timestamp;

/// When all of it was seen.
const AT: Timestamp = Timestamp::constant(1_795_241_690, 0);

/// The most faults that are new.
const MOST: usize = 400;

/// The change that a text tells of. Its parts are separated by NUL: how many faults are new, the target's name, the
/// AMI's name, why the scores do not compare, and then for each fault its title, subject, id and engine. If more are
/// to be new than there are, they come again under other keys.
pub fn change(text: &str) -> Change {
    let mut parts = text.split('\0');
    let mut next = || parts.next();
    let many: usize = next()
        .and_then(|many| many.parse().ok())
        .unwrap_or_default();
    let name: String = next().unwrap_or_default().chars().take(128).collect();
    let ami_name = image_status::name(next().unwrap_or_default());
    let reason: String = next().unwrap_or_default().chars().take(1000).collect();
    let mut faults = Vec::new();
    while let (Some(title), subject, id, engine) = (next(), next(), next(), next()) {
        let severity = Severity::ALL[faults.len() % Severity::ALL.len()];
        faults.push((
            severity,
            [
                title,
                subject.unwrap_or_default(),
                id.unwrap_or_default(),
                engine.unwrap_or_default(),
            ],
        ));
    }
    let told = |at: usize, (severity, [title, subject, id, engine]): (Severity, [&str; 4])| Told {
        fault: Fault {
            key: Fault::md5_key(&at.to_string(), title),
            id: id.to_owned(),
            title: title.to_owned(),
            severity,
            subject: subject.to_owned(),
            engine: engine.to_owned(),
        }
        // As the ledger does with all faults.
        .cut(),
        first_seen: AT,
        last_seen: AT,
        changed: Some(AT),
    };
    let all = || {
        faults
            .iter()
            .copied()
            .enumerate()
            .map(|(at, one)| told(at, one))
            .collect::<Vec<_>>()
    };
    let many = many.clamp(faults.len().min(MOST), MOST);
    let new: Vec<Told> = faults
        .iter()
        .copied()
        .cycle()
        .take(many)
        .enumerate()
        .map(|(at, one)| told(at, one))
        .collect();
    let name = if name.is_empty() {
        "-".to_owned()
    } else {
        name
    };
    Change {
        version: 1,
        id: "5a7c2f0e9d3b".to_owned(),
        target: if many % 2 == 0 {
            Target::Family(name)
        } else {
            Target::Instance(name)
        },
        source: Source::Report,
        at: AT,
        first: false,
        ami: Some("ami-0abc1234def567890".to_owned()),
        ami_name: Some(ami_name),
        instance: None,
        report: Some("reports/web/ami-0abc1234def567890/20261121T061450Z/report.json".to_owned()),
        score: Some(ScoreMove {
            old: Some(67),
            new: Some(71),
            reasons: if reason.is_empty() {
                vec![]
            } else {
                vec![reason]
            },
        }),
        open: counts(new.iter().map(|one| &one.fault.severity)),
        new,
        returned: all(),
        fixed: all(),
        waived: vec![],
        gone: vec![],
        quietly_opened: vec![],
        quietly_closed: vec![],
        snoozed: 1,
    }
}
