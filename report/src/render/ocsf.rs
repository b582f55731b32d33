//! The findings as events of the Open Cybersecurity Schema Framework 1.5 (<https://schema.ocsf.io/1.5.0/>),
//! for security data lakes.
//!
//! - A finding is a *Compliance Finding* (class 2003) with `compliance.status` Fail.
//! - What could not be looked at is one with status Unknown, so that it is not taken for a pass.
//! - A vulnerability is a *Vulnerability Finding* (class 2002); where nobody looked for any,
//!   that is one of the unknown, and so is that the advisories are old.
//! - What is waived has the status Suppressed, and its waiver as comment; what has a waiver that expired is
//!   New, with the comment.
//! - A finding that is merged with another engine's has that engine's test as related analytic.
//!
//! The form is one JSON array, as Prowler writes it, an event a line: `[]` says that nothing was
//! found, an empty file would not. `jq -c '.[]'` makes it a stream.

use serde_json::{Value, json};

use crate::{
    EngineId, Finding, Rated, Report, Severity, Vulnerability, Waiver, clean_line, clean_text,
};

use super::advisories::stale;
use super::coverage::{Unseen, unseen};
use super::pages::page_of;
use super::words::{self, repair};
use super::{LINE, RenderError, TEXT};

/// The version of the schema.
const VERSION: &str = "1.5.0";

/// Writes the findings, the vulnerabilities and what was not looked at as a JSON array of events.
pub fn ocsf(report: &Report) -> Result<String, RenderError> {
    let findings = report.findings.iter().map(|one| failed(report, one));
    let unknown = report.engines.iter().flat_map(|run| {
        let events = unseen(run).into_iter();
        events.map(|one| unknown(report, run.engine, &one))
    });
    let vulnerable = report.vulnerabilities.iter();
    let vulnerable = vulnerable.map(|one| vulnerability(report, one));
    let stale = stale(report).map(|text| old(report, &text));
    let events = findings
        .chain(unknown)
        .chain(stale)
        .chain(vulnerable)
        .map(|event| serde_json::to_string(&event))
        .collect::<Result<Vec<String>, _>>()
        .map_err(RenderError::Json)?;
    Ok(match events.is_empty() {
        true => "[]\n".to_owned(),
        false => format!("[\n{}\n]\n", events.join(",\n")),
    })
}

/// A finding.
fn failed(report: &Report, finding: &Finding) -> Value {
    let title = clean_line(&finding.title, LINE);
    let (severity, severity_id) = severity(finding.severity);
    let evidence: Vec<String> = finding.evidence.iter().map(|one| line(one)).collect();
    let mut event = event(report, Class::Compliance, severity, severity_id);
    merge(
        &mut event,
        json!({
            "message": title,
            "compliance": {
                "category": line(&finding.category),
                "checks": [{
                    "name": title,
                    "severity": severity,
                    "severity_id": severity_id,
                    "status": "Fail",
                    "status_id": 3,
                    "uid": line(&finding.id),
                }],
                "control": line(&finding.id),
                "requirements": requirements(finding),
                "standards": [standard(finding.engine)],
                "status": "Fail",
                "status_id": 3,
            },
            "evidences": [{ "data": { "subject": line(&finding.subject), "seen": evidence } }],
            "finding_info": {
                "analytic": analytic(finding.engine, &finding.id, &title),
                "created_time": report.scan.finished.as_millisecond(),
                "desc": title,
                "title": title,
                "types": [line(&finding.category)],
                "uid": line(&finding.fingerprint),
            },
            "remediation": {
                "desc": clean_text(&finding.remediation, TEXT),
                "references": finding.references.iter().filter_map(|one| one.url.as_deref().map(line)).collect::<Vec<_>>(),
            },
        }),
    );
    if !finding.same_as.is_empty() {
        let related = finding.same_as.iter().map(|id| {
            let mut runs = report.engines.iter();
            let run = runs.find(|run| run.checks.iter().any(|check| check.id == *id));
            let engine = run.map_or(EngineId::Lynis, |run| run.engine);
            analytic(engine, id, &line(id))
        });
        let related: Vec<Value> = related.collect();
        if let Some(info) = event.get_mut("finding_info") {
            merge(info, json!({ "related_analytics": related }));
        }
    }
    waived(&mut event, finding.waiver.as_ref());
    event
}

/// What a waiver changes in an event.
fn waived(event: &mut Value, waiver: Option<&Waiver>) {
    let Some(waiver) = waiver else {
        return;
    };
    merge(event, json!({ "comment": words::waiver(waiver) }));
    if !waiver.expired {
        merge(event, json!({ "status": "Suppressed", "status_id": 3 }));
    }
}

/// The sections of benchmarks that ask for what is wrong.
fn requirements(finding: &Finding) -> Vec<String> {
    let names = finding.references.iter().map(|one| &one.name);
    names
        .filter(|name| name.starts_with("CIS ") || name.starts_with("STIG "))
        .map(|name| line(name))
        .collect()
}

/// That the advisories are old: what became known since was not looked at.
fn old(report: &Report, text: &str) -> Value {
    let unseen = Unseen {
        engine: EngineId::Packages,
        check: Some("advisories".to_owned()),
        failed: false,
        text: text.to_owned(),
    };
    unknown(report, EngineId::Packages, &unseen)
}

/// Something that was not looked at.
fn unknown(report: &Report, engine: EngineId, unseen: &Unseen) -> Value {
    let id = unseen.check.clone().unwrap_or_else(|| engine.to_string());
    let mut event = event(report, Class::Compliance, "Unknown", 0);
    merge(
        &mut event,
        json!({
            "message": unseen.text,
            "compliance": {
                "checks": [{ "name": id, "status": "Unknown", "status_id": 0, "uid": id }],
                "control": id,
                "standards": [standard(engine)],
                "status": "Unknown",
                "status_detail": unseen.text,
                "status_id": 0,
            },
            "finding_info": {
                "analytic": analytic(engine, &id, &id),
                "created_time": report.scan.finished.as_millisecond(),
                "desc": unseen.text,
                "title": unseen.text,
                "types": ["coverage"],
                "uid": format!("coverage:{engine}:{id}"),
            },
        }),
    );
    event
}

/// A known vulnerability of a package.
fn vulnerability(report: &Report, one: &Vulnerability) -> Value {
    let Vulnerability {
        id,
        package,
        installed,
        ..
    } = one;
    let title = clean_line(&format!("{package} {installed} has {id}"), LINE);
    let (severity, severity_id) = severity(one.severity);
    let pages: Vec<String> = [Some(id), one.advisory.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|id| page_of(id))
        .collect();
    let advisory = one.advisory.as_ref();
    let todo = advisory.map_or_else(
        || repair(one),
        |advisory| format!("{} Advisory: {}.", repair(one), line(advisory)),
    );
    let mut affected = json!({
        "name": line(package),
        "package_manager": line(manager(&one.kind)),
        "version": line(installed),
    });
    if let Some(fixed) = one.fixed() {
        merge(&mut affected, json!({ "fixed_in_version": line(fixed) }));
    }
    let mut detail = json!({
        "affected_packages": [affected],
        "desc": rating(one),
        "references": pages,
        "remediation": { "desc": todo, "references": pages },
        "severity": severity,
        "title": title,
    });
    let number = if id.starts_with("CVE-") {
        json!({ "cve": { "uid": line(id) } })
    } else {
        json!({ "advisory": { "uid": line(id) } })
    };
    merge(&mut detail, number);
    let mut event = event(report, Class::Vulnerability, severity, severity_id);
    merge(
        &mut event,
        json!({
            "message": title,
            "finding_info": {
                "created_time": report.scan.finished.as_millisecond(),
                "desc": title,
                "title": title,
                "types": ["vulnerability"],
                "uid": one.fingerprint(),
            },
            "vulnerabilities": [detail],
        }),
    );
    waived(&mut event, one.waiver.as_ref());
    event
}

/// Who says how bad it is. The schema's own place for a score wants the version of CVSS with it.
fn rating(one: &Vulnerability) -> String {
    let rated = match one.rated {
        Rated::Vendor => "Rated by the distribution.",
        Rated::Cvss => "Rated by its CVSS base score.",
        Rated::Unrated => "Rated by nobody: it counts as medium.",
    };
    one.cvss.as_ref().map_or_else(
        || rated.to_owned(),
        |score| format!("{rated} CVSS base score {}.", line(score)),
    )
}

/// The program that keeps packages of a kind.
fn manager(kind: &str) -> &str {
    match kind {
        "deb" => "dpkg",
        "pypi" => "pip",
        "golang" => "go",
        other => other,
    }
}

/// The two classes of event.
#[derive(Clone, Copy)]
enum Class {
    Vulnerability,
    Compliance,
}

/// What all events have.
fn event(report: &Report, class: Class, severity: &str, severity_id: u8) -> Value {
    let (name, uid) = match class {
        Class::Vulnerability => ("Vulnerability Finding", 2002),
        Class::Compliance => ("Compliance Finding", 2003),
    };
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": name,
        "class_uid": uid,
        "metadata": {
            "correlation_uid": line(&report.scan.id),
            "product": {
                "name": "Hard Target",
                "uid": "hardtarget",
                "url_string": env!("CARGO_PKG_REPOSITORY"),
                "vendor_name": "Hard Target",
                "version": line(&report.scan.agent_version),
            },
            "version": VERSION,
        },
        "resources": [resource(report)],
        "severity": severity,
        "severity_id": severity_id,
        "status": "New",
        "status_id": 1,
        "time": report.scan.finished.as_millisecond(),
        "type_name": format!("{name}: Create"),
        "type_uid": uid * 100 + 1,
    })
}

/// The machine that was scanned: the AMI where it is known, else the instance or host.
fn resource(report: &Report) -> Value {
    let target = &report.target;
    let (kind, uid) = match (&target.ami, &target.instance) {
        (Some(ami), _) => ("AwsEc2Image", Some(ami)),
        (None, Some(instance)) => ("AwsEc2Instance", Some(instance)),
        (None, None) => ("Host", target.hostname.as_ref()),
    };
    let mut resource = json!({
        "type": kind,
        "data": {
            "account": target.account.as_deref().map(line),
            "arch": target.arch.as_deref().map(line),
            "instance": target.instance.as_deref().map(line),
            "kernel": target.kernel.as_deref().map(line),
            "os": target.os.pretty_name.as_deref().map(line),
            "root": line(&target.root),
        },
    });
    for (key, value) in [
        ("uid", uid),
        (
            "name",
            Some(target.hostname.as_ref().unwrap_or(&target.root)),
        ),
        ("region", target.region.as_ref()),
    ] {
        if let Some(value) = value {
            merge(&mut resource, json!({ key: line(value) }));
        }
    }
    resource
}

fn analytic(engine: EngineId, id: &str, name: &str) -> Value {
    json!({
        "category": engine.as_str(),
        "name": name,
        "type": "Rule",
        "type_id": 1,
        "uid": line(id),
    })
}

/// What the checks of an engine are measured against; the schema wants at least one.
const fn standard(engine: EngineId) -> &'static str {
    match engine {
        EngineId::Lynis => "Lynis",
        EngineId::Native | EngineId::Packages => "Hard Target",
        EngineId::OpenScap => "OpenSCAP",
    }
}

/// The schema's word and number of a severity.
const fn severity(severity: Severity) -> (&'static str, u8) {
    match severity {
        Severity::Critical => ("Critical", 5),
        Severity::High => ("High", 4),
        Severity::Medium => ("Medium", 3),
        Severity::Low => ("Low", 2),
        Severity::Info => ("Informational", 1),
    }
}

fn line(text: &str) -> String {
    clean_line(text, LINE)
}

/// Adds the members of one object to another.
fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn events(report: &Report) -> Vec<Value> {
        serde_json::from_str(&ocsf(report).unwrap()).unwrap()
    }

    #[test]
    fn every_finding_fails_under_its_fingerprint() {
        let report = sample::typical();
        let events = events(&report);
        for finding in &report.findings {
            let event = events
                .iter()
                .find(|event| event["finding_info"]["uid"] == finding.fingerprint.as_str())
                .unwrap();
            assert_eq!(event["compliance"]["status"], "Fail");
            assert_eq!(event["class_uid"], 2003);
            assert_eq!(event["time"], report.scan.finished.as_millisecond());
        }
    }

    #[test]
    fn what_was_not_looked_at_is_unknown() {
        let events = events(&sample::failed());
        assert_eq!(events.len(), 2);
        assert!(
            events
                .iter()
                .all(|event| event["compliance"]["status_id"] == 0)
        );
    }

    #[test]
    fn a_vulnerability_is_an_event_of_its_own_class() {
        let report = sample::vulnerable();
        let found = events(&report)
            .into_iter()
            .filter(|event| event["class_uid"] == 2002 && event["type_uid"] == 200_201)
            .count();
        assert_eq!(found, report.vulnerabilities.len());
    }

    #[test]
    fn what_is_waived_is_suppressed_and_says_by_whom() {
        let report = sample::vulnerable();
        let events = events(&report);
        let suppressed = events.iter().filter(|event| event["status_id"] == 3);
        assert_eq!(suppressed.count() as u64, report.waived());
        let of = |fingerprint: &str| {
            let found = events
                .iter()
                .find(|event| event["finding_info"]["uid"] == fingerprint);
            found.unwrap()["comment"].as_str().unwrap().to_owned()
        };
        for one in &report.vulnerabilities {
            if let Some(waiver) = &one.waiver {
                let comment = of(&one.fingerprint());
                assert!(comment.contains(&waiver.owner) && comment.contains(&waiver.reason));
                assert_eq!(comment.contains("counts again"), waiver.expired);
            }
        }
    }

    #[test]
    fn old_advisories_are_unknown() {
        let events = events(&sample::stale());
        let old = events
            .iter()
            .find(|event| event["compliance"]["control"] == "advisories")
            .unwrap();
        assert_eq!(old["compliance"]["status_id"], 0);
    }

    #[test]
    fn nothing_found_is_an_empty_array() {
        let mut report = sample::spotless();
        report.engines.clear();
        assert_eq!(ocsf(&report).unwrap(), "[]\n");
    }
}
