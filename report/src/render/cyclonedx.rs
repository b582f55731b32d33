//! The installed packages as a software bill of materials, `CycloneDX` 1.6
//! (<https://cyclonedx.org/docs/1.6/json/>), with the known vulnerabilities where they were looked for.
//!
//! - A package found at several places is one component with several occurrences.
//! - Licences are not told: no package database has them in a form to rely on.
//! - What is missing is in `compositions` and in the properties of `metadata`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::purl::purl;
use crate::{EngineId, EngineOutcome, Fix, Package, Report, Vulnerability, clean_line};

use super::{LINE, RenderError};

/// The reference of the operating system within the document.
const OS: &str = "os";

/// Writes the packages as one JSON object.
pub fn cyclonedx(report: &Report) -> Result<String, RenderError> {
    let components = Components::of(report);
    let mut bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial_number(&report.scan.id),
        "version": 1,
        "metadata": metadata(report),
        "components": components.all(),
        "compositions": [{ "aggregate": aggregate(report), "assemblies": [OS] }],
    });
    if report.advisories.is_some() {
        let known = report.vulnerabilities.iter();
        put(
            &mut bom,
            "vulnerabilities",
            known.map(|one| vulnerability(one, &components)).collect(),
        );
    }
    let mut text = serde_json::to_string(&bom).map_err(RenderError::Json)?;
    text.push('\n');
    Ok(text)
}

/// A UUID that is the same for the same scan: the scan's id, which is one, or else a digest of it.
fn serial_number(id: &str) -> String {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let digits = if id.len() == 32 && id.bytes().all(is_hex) {
        id.to_owned()
    } else {
        data_encoding::HEXLOWER.encode(&Sha256::digest(id.as_bytes()))
    };
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("");
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

/// When, by what, and of what.
fn metadata(report: &Report) -> Value {
    let (target, os) = (&report.target, &report.target.os);
    let mut system = json!({
        "type": "operating-system",
        "bom-ref": OS,
        "name": os.id.as_deref().map_or_else(|| "linux".to_owned(), line),
    });
    if let Some(version) = &os.version_id {
        put(&mut system, "version", line(version).into());
    }
    if let Some(name) = &os.pretty_name {
        put(&mut system, "description", line(name).into());
    }
    let engine = report
        .engines
        .iter()
        .find(|run| run.engine == EngineId::Packages);
    let why = match engine.map(|run| &run.outcome) {
        Some(EngineOutcome::Ran) => None,
        Some(EngineOutcome::Partial(why)) => Some(format!("not all packages are here: {why}")),
        Some(EngineOutcome::Skipped(why) | EngineOutcome::Failed(why)) => {
            Some(format!("no package database was read: {why}"))
        }
        None => Some("no package database was read".to_owned()),
    };
    let unsought = report
        .advisories
        .is_none()
        .then(|| "vulnerabilities were not looked for".to_owned());
    let named = [
        ("hardtarget:scan", Some(report.scan.id.clone())),
        ("hardtarget:ami", target.ami.clone()),
        ("hardtarget:instance", target.instance.clone()),
        ("hardtarget:account", target.account.clone()),
        ("hardtarget:region", target.region.clone()),
        ("hardtarget:arch", target.arch.clone()),
        ("hardtarget:incomplete", why),
        ("hardtarget:vulnerabilities", unsought),
    ];
    json!({
        "timestamp": report.scan.finished.to_string(),
        "tools": { "components": [{
            "type": "application",
            "name": "hardtarget-agent",
            "version": line(&report.scan.agent_version),
        }] },
        "component": system,
        "properties": properties(&named),
    })
}

/// Whether this is all there is: nobody knows of what no package manager put there.
fn aggregate(report: &Report) -> &'static str {
    let ran = |run: &crate::EngineRun| {
        run.engine == EngineId::Packages && run.outcome == EngineOutcome::Ran
    };
    if report.engines.iter().any(ran) {
        "unknown"
    } else {
        "incomplete"
    }
}

/// The packages by their reference within the document.
#[derive(Debug, Default)]
struct Components<'a> {
    by_reference: BTreeMap<String, Component<'a>>,
    references: BTreeMap<(&'a str, &'a str, &'a str), BTreeSet<String>>,
}

#[derive(Debug)]
struct Component<'a> {
    package: &'a Package,
    purl: Option<String>,
    locations: BTreeSet<&'a str>,
}

impl<'a> Components<'a> {
    fn of(report: &'a Report) -> Self {
        let mut components = Self::default();
        for package in &report.packages {
            let purl = purl(package, &report.target.os);
            // Go's module path, for one, has capitals that its package URL has not: what is another
            // package here stays another.
            let reference = line(&format!(
                "{}:{}@{}{}",
                package.kind,
                package.name,
                package.version,
                package
                    .arch
                    .as_ref()
                    .map_or_else(String::new, |arch| format!("?arch={arch}"))
            ));
            components
                .references
                .entry((&package.kind, &package.name, &package.version))
                .or_default()
                .insert(reference.clone());
            components
                .by_reference
                .entry(reference)
                .or_insert(Component {
                    package,
                    purl,
                    locations: BTreeSet::new(),
                })
                .locations
                .extend(package.location.as_deref());
        }
        components
    }

    fn all(&self) -> Vec<Value> {
        self.by_reference
            .iter()
            .map(|(reference, component)| component.value(reference))
            .collect()
    }
}

impl Component<'_> {
    fn value(&self, reference: &str) -> Value {
        let package = self.package;
        let mut value = json!({
            "type": "library",
            "bom-ref": reference,
            "name": line(&package.name),
            "version": line(&package.version),
        });
        match &self.purl {
            Some(purl) => put(&mut value, "purl", purl.clone().into()),
            None => {
                let kind = Some(package.kind.clone());
                let named = properties(&[("hardtarget:kind", kind)]);
                put(&mut value, "properties", named);
            }
        }
        if !self.locations.is_empty() {
            let places = self.locations.iter();
            let places: Value = places
                .map(|path| json!({ "location": line(path) }))
                .collect();
            put(&mut value, "evidence", json!({ "occurrences": places }));
        }
        value
    }
}

fn vulnerability(known: &Vulnerability, components: &Components<'_>) -> Value {
    let mut rating = json!({ "severity": known.severity.as_str() });
    if let Some(score) = known
        .cvss
        .as_ref()
        .and_then(|score| score.parse::<f64>().ok())
    {
        put(&mut rating, "score", score.into());
    }
    let key = (&*known.kind, &*known.package, &*known.installed);
    let affected = components.references.get(&key).into_iter().flatten();
    let waived = known.waiver.as_ref().filter(|waiver| !waiver.expired);
    let mut value = json!({
        "id": line(&known.id),
        "ratings": [rating],
        "affects": affected.map(|reference| json!({ "ref": reference })).collect::<Value>(),
        "properties": properties(&[
            ("hardtarget:fingerprint", Some(known.fingerprint())),
            ("hardtarget:rated", Some(known.rated.as_str().to_owned())),
            ("hardtarget:advisory", known.advisory.clone()),
            ("hardtarget:fix", (known.fix == Fix::WontFix).then(|| "wont-fix".to_owned())),
            ("hardtarget:waived", waived.map(|waiver| waiver.reason.clone())),
        ]),
    });
    if let Some(fixed) = known.fixed() {
        let advice = format!("Upgrade {} to {fixed}", known.package);
        put(&mut value, "recommendation", line(&advice).into());
    }
    value
}

/// Names with their values, those that have one.
fn properties(named: &[(&str, Option<String>)]) -> Value {
    named
        .iter()
        .filter_map(|(name, value)| {
            let value = value.as_deref()?;
            Some(json!({ "name": name, "value": line(value) }))
        })
        .collect()
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

fn line(text: &str) -> String {
    clean_line(text, LINE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn bom(report: &Report) -> Value {
        serde_json::from_str(&cyclonedx(report).unwrap()).unwrap()
    }

    #[test]
    fn the_form() {
        let mut report = sample::vulnerable();
        report.packages.truncate(2);
        let mut twice = Package {
            name: "@types/node".to_owned(),
            version: "20.1.0".to_owned(),
            arch: None,
            kind: "npm".to_owned(),
            source: None,
            source_version: None,
            module: None,
            location: Some("/srv/a/node_modules/@types/node/package.json".to_owned()),
        };
        report.packages.push(twice.clone());
        twice.location = Some("/srv/b/node_modules/@types/node/package.json".to_owned());
        report.packages.push(twice);
        report.vulnerabilities.truncate(2);
        insta::assert_json_snapshot!(bom(&report));
    }

    #[test]
    fn every_reference_leads_to_a_component() {
        let bom = bom(&sample::vulnerable());
        let components: Vec<&Value> = bom["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|component| &component["bom-ref"])
            .collect();
        let unique: BTreeSet<String> = components.iter().map(ToString::to_string).collect();
        assert_eq!(unique.len(), components.len());
        let vulnerabilities = bom["vulnerabilities"].as_array().unwrap();
        assert!(!vulnerabilities.is_empty());
        for affected in vulnerabilities
            .iter()
            .flat_map(|one| one["affects"].as_array().unwrap())
        {
            assert!(components.contains(&&affected["ref"]), "{affected}");
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        let mut report = sample::typical();
        assert_eq!(bom(&report)["compositions"][0]["aggregate"], "unknown");
        report
            .engines
            .retain(|run| run.engine != EngineId::Packages);
        report.advisories = None;
        let bom = bom(&report);
        assert_eq!(bom["compositions"][0]["aggregate"], "incomplete");
        assert!(
            bom["metadata"]["properties"]
                .to_string()
                .contains("hardtarget:incomplete")
        );
        assert!(bom.get("vulnerabilities").is_none());
    }

    #[test]
    fn the_serial_number_is_the_scans() {
        assert_eq!(
            serial_number("0123456789abcdef0123456789abcdef"),
            "urn:uuid:01234567-89ab-cdef-0123-456789abcdef"
        );
        assert_eq!(serial_number("../x").len(), "urn:uuid:".len() + 36);
        assert_ne!(serial_number("a"), serial_number("b"));
    }
}
