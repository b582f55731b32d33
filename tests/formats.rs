//! What we write is valid to those who read it: SARIF to Microsoft's SARIF Multitool with the rules
//! of GitHub code scanning, OCSF to py-ocsf-models, CycloneDX to its own schema, JUnit to
//! junitparser, CSV to Python's strict reader, our JSON to a JSON Schema validator. `make test-tools` installs them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "this is all test code, where a panic is the message"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hardtarget_report::render::{csv, cyclonedx, junit, ocsf, sarif};
use hardtarget_report::{CheckOutcome, Report, sample, v1};
use serde_json::Value;

/// Every kind of report that there is, by name.
fn samples() -> Vec<(&'static str, Report)> {
    let mut empty = sample::spotless();
    empty.engines.clear();
    let mut elsewhere = sample::typical();
    elsewhere.target.root = "/mnt/image with blanks/../%41".to_owned();
    vec![
        ("typical", sample::typical()),
        ("vulnerable", sample::vulnerable()),
        ("stale", sample::stale()),
        ("partial", sample::partial()),
        ("failed", sample::failed()),
        ("spotless", sample::spotless()),
        ("empty", empty),
        ("elsewhere", elsewhere),
        ("hostile", sample::hostile()),
        ("many", sample::many(2_000)),
        ("known", sample::many_vulnerabilities(300)),
    ]
}

/// Where `tests/validators/install.sh` put the validators.
fn tools() -> PathBuf {
    let tools = std::env::var_os("HARDTARGET_TEST_TOOLS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache/test-tools"),
        PathBuf::from,
    );
    assert!(
        tools.join("installed").exists(),
        "The validators are not in {}: run `make test-tools` once, which installs them there.",
        tools.display()
    );
    tools
}

#[expect(
    clippy::disallowed_methods,
    reason = "validators from the registries, run on files of our own"
)]
fn command(program: &Path) -> Command {
    Command::new(program)
}

/// Runs one of the scripts in `tests/validators` on a file.
fn script(name: &str, file: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("validators")
        .join(name);
    command(&tools().join("venv/bin/python"))
        .args([&script, file])
        .output()
        .unwrap()
}

/// What a script that must succeed prints.
fn checked(name: &str, file: &Path) -> Value {
    let output = script(name, file);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn write(directory: &Path, name: &str, text: &str) -> PathBuf {
    let file = directory.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

/// The errors that the SARIF Multitool finds in each file of a directory, as `RULE: message`.
fn sarif_errors(directory: &Path) -> BTreeMap<String, Vec<String>> {
    let tools = tools();
    let found = directory.join("found.json");
    let output =
        command(&tools.join("node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"))
            .arg("validate")
            .arg(directory.join("*.sarif"))
            .args(["--rule-kind", "Sarif;Ghas", "--level", "Error", "--output"])
            .arg(&found)
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .env("DOTNET_BUNDLE_EXTRACT_BASE_DIR", tools.join("dotnet"))
            .output()
            .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let log: Value = serde_json::from_slice(&std::fs::read(found).unwrap()).unwrap();
    let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().unwrap();
        let name = uri.rsplit('/').next().unwrap().to_owned();
        let text = format!("{}: {}", result["ruleId"], result["message"]);
        errors.entry(name).or_default().push(text);
    }
    errors
}

#[test]
fn sarif_is_valid_and_github_takes_it() {
    let directory = tempfile::tempdir().unwrap();
    for (name, report) in samples() {
        let text = sarif::sarif(&report).unwrap();
        write(directory.path(), &format!("{name}.sarif"), &text);
    }
    let mut errors = sarif_errors(directory.path());
    // A scan that failed has no results, so that GitHub refuses it instead of closing all alerts.
    let failed = errors.remove("failed.sarif").unwrap_or_default();
    assert!(!failed.is_empty());
    for error in failed {
        assert!(error.starts_with("\"GH1014\""), "{error}");
    }
    assert_eq!(errors, BTreeMap::new());
}

#[test]
fn the_sarif_validator_does_look() {
    let directory = tempfile::tempdir().unwrap();
    let text = sarif::sarif(&sample::typical()).unwrap();
    let broken = text.replace("\"startLine\": 1", "\"startLine\": -1");
    write(directory.path(), "broken.sarif", &broken);
    assert!(sarif_errors(directory.path()).contains_key("broken.sarif"));
}

#[test]
fn ocsf_is_valid() {
    let directory = tempfile::tempdir().unwrap();
    for (name, report) in samples() {
        let text = ocsf::ocsf(&report).unwrap();
        let file = write(directory.path(), &format!("{name}.json"), &text);
        let classes = checked("ocsf.py", &file);
        let count = |class: &str| classes[class].as_u64().unwrap_or(0);
        assert!(count("2003") >= report.findings.len() as u64, "{name}");
        assert_eq!(count("2002"), report.vulnerabilities.len() as u64, "{name}");
    }
}

#[test]
fn the_ocsf_validator_does_look() {
    let directory = tempfile::tempdir().unwrap();
    let text = ocsf::ocsf(&sample::vulnerable()).unwrap();
    for (good, bad) in [
        ("\"severity_id\":5", "\"severity_id\":51"),
        ("\"type_uid\":200301", "\"type_uid\":200302"),
        ("\"affected_packages\":[{\"", "\"affected_packages\":[{\"un"),
    ] {
        assert!(text.contains(good), "{good}");
        let file = write(directory.path(), "broken.json", &text.replace(good, bad));
        assert!(!script("ocsf.py", &file).status.success(), "{bad}");
    }
}

#[test]
fn cyclonedx_is_valid() {
    let directory = tempfile::tempdir().unwrap();
    for (name, report) in samples() {
        let text = cyclonedx::cyclonedx(&report).unwrap();
        let file = write(directory.path(), &format!("{name}.cdx.json"), &text);
        let urls = checked("sbom.py", &file);
        let urls: BTreeSet<&str> = urls
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let of_debian: BTreeSet<&str> = report
            .packages
            .iter()
            .filter(|package| package.kind == "deb")
            .map(|package| &*package.name)
            .collect();
        assert!(urls.len() >= of_debian.len(), "{name}");
    }
}

#[test]
fn the_cyclonedx_validator_does_look() {
    let directory = tempfile::tempdir().unwrap();
    let text = cyclonedx::cyclonedx(&sample::vulnerable()).unwrap();
    for (good, bad) in [
        ("\"type\":\"library\"", "\"type\":\"book\""),
        ("urn:uuid:", "urn:"),
        ("\"affects\":[{\"ref\":\"", "\"affects\":[{\"ref\":\"no "),
        ("\"purl\":\"pkg:deb/", "\"purl\":\"pkg:DEB/"),
    ] {
        assert!(text.contains(good), "{good}");
        let file = write(directory.path(), "broken.json", &text.replace(good, bad));
        assert!(!script("sbom.py", &file).status.success(), "{bad}");
    }
}

#[test]
fn junit_is_read_as_it_is_meant() {
    let directory = tempfile::tempdir().unwrap();
    for (name, report) in samples() {
        let text = junit::junit(&report).unwrap();
        let file = write(directory.path(), &format!("{name}.xml"), &text);
        let counts = checked("junit.py", &file);
        let checks = || report.engines.iter().flat_map(|run| &run.checks);
        let unknown = checks()
            .filter(|check| matches!(check.outcome, CheckOutcome::Unknown(_)))
            .filter(|check| !report.findings.iter().any(|found| found.id == check.id))
            .count() as u64;
        let count = |what: &str| counts[what].as_u64().unwrap_or(0);
        assert!(count("errors") >= unknown, "{name}: {counts}");
        assert!(
            count("tests") >= checks().count() as u64,
            "{name}: {counts}"
        );
        let known = report.vulnerability_counts().unwrap_or_default();
        let faults = report.counts().total() + known.total();
        assert_eq!(count("failures") > 0, faults > 0, "{name}: {counts}");
    }
}

#[test]
fn csv_is_read_row_by_row() {
    let directory = tempfile::tempdir().unwrap();
    for (name, report) in samples() {
        let text = csv::csv(&report).unwrap();
        let file = write(directory.path(), &format!("{name}.csv"), &text);
        let rows = checked("csv_rows.py", &file);
        let rows = rows.as_array().unwrap();
        let fails = rows.iter().filter(|row| row["kind"] == "finding");
        let told: Vec<&str> = fails
            .filter_map(|row| row["fingerprint"].as_str())
            .collect();
        let meant: Vec<&str> = report
            .findings
            .iter()
            .map(|one| &*one.fingerprint)
            .collect();
        assert_eq!(told, meant, "{name}");
        for cell in rows
            .iter()
            .flat_map(|row| row.as_object().unwrap().values())
        {
            let cell = cell.as_str().unwrap();
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell}"
            );
        }
    }
}

#[test]
fn our_json_is_valid_by_the_committed_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../report/schema/v1.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, report) in samples() {
        let json: Value = serde_json::from_str(&v1::to_json(&report).unwrap()).unwrap();
        assert!(validator.is_valid(&json), "{name}");
    }
}
