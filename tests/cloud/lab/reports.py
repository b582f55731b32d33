"""Reports for scan instances to hand in: made-up ones of the `report` crate, and changes to them.

`tests/cloud/reports/*.json` were written by `cargo run -p hardtarget-report --example sample`."""

import copy
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT = Path(__file__).parent.parent / "reports"
SEVERITIES = ("critical", "high", "medium", "low", "info")


def load(name="typical"):
    """`typical`, `partial`, `failed`, `spotless` or `hostile`."""
    return json.loads((KEPT / f"{name}.json").read_text())


def named(report, ami, instance, finished=None):
    """The report, saying that it is of this AMI and instance, and of then; of just now unless said."""
    report = copy.deepcopy(report)
    finished = (finished or datetime.now(UTC)).astimezone(UTC)
    report["scan"]["started"] = (finished - timedelta(seconds=54)).strftime("%Y-%m-%dT%H:%M:%SZ")
    report["scan"]["finished"] = finished.strftime("%Y-%m-%dT%H:%M:%SZ")
    report["target"]["ami"], report["target"]["instance"] = ami, instance
    return report


def fingerprint(engine, id, subject):
    """As `hardtarget_report::fingerprint`."""
    digest = hashlib.sha256()
    for part in (engine, id, subject):
        part = part.encode()
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:32]


def finding(number, severity="low", **more):
    """One of many findings."""
    given = {
        "id": f"LAB-{number:06}",
        "engine": "native",
        "title": f"Finding number {number}",
        "severity": severity,
        "category": "lab",
        "subject": "",
        "evidence": [],
        "remediation": "",
        "references": [],
        "same_as": [],
        "waiver": None,
        **more,
    }
    return given | {"fingerprint": fingerprint(given["engine"], given["id"], given["subject"])}


def with_findings(report, findings):
    """The report with these findings, and counts that fit them."""
    severities = [one["severity"] for one in findings]
    return report | {"findings": findings, "counts": {name: severities.count(name) for name in SEVERITIES}}


def with_vulnerabilities(report, severities):
    """The report with a vulnerability of each of these severities, in counts that fit."""
    vulnerabilities = [
        {
            "id": f"CVE-2026-{number:04}",
            "package": "openssl",
            "kind": "deb",
            "installed": "3.0.1-1",
            "source": None,
            "fix": "available",
            "fixed": "3.0.2-1",
            "severity": severity,
            "rated": "vendor",
            "cvss": None,
            "advisory": "DSA-1-1",
            "waiver": None,
        }
        for number, severity in enumerate(severities)
    ]
    feed = {"name": "Debian:12", "as_of": "2026-11-20T00:00:00Z", "entries": 1}
    return report | {
        "vulnerabilities": vulnerabilities,
        "vulnerability_counts": {name: severities.count(name) for name in SEVERITIES},
        "advisories": {"origin": "file", "built": "2026-11-20T00:00:00Z", "sha256": "a" * 64, "feeds": [feed]},
    }
