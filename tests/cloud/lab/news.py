"""Things to tell, as the ledger puts them under `changes/` (glue/ledger/src/change.rs)."""

import hashlib

REPORT = "reports/web/ami-0c1f3a9b27d5e8846/20261121T061501Z/report.json"
SEVERITIES = ("critical", "high", "medium", "low", "info")


def told(number, severity="high", **more):
    """One of many findings, as it is told."""
    given = {
        "id": f"LAB-{number:06}",
        "title": f"Finding number {number}",
        "severity": severity,
        "subject": f"/etc/lab/{number}.conf",
        "engine": "native",
        "first_seen": "2026-11-21T06:15:01Z",
        "last_seen": "2026-11-21T06:15:01Z",
        **more,
    }
    return {"key": hashlib.md5(f"{given['id']} {given['subject']}".encode()).hexdigest(), **given}


def vulnerability(number, package="libssl3", severity="critical", **more):
    """A known vulnerability of a package, as it is told."""
    id = f"CVE-2026-{number}"
    given = {"id": id, "title": f"{id} in {package} 3.0.17-1", "subject": package, "engine": "packages", **more}
    return told(number, severity, **given)


def change(new=(), returned=(), fixed=(), waived=(), id="5a7c2f0e9d3b", **more):
    """What a look at the family `web` changed."""
    open = {name: sum(one["severity"] == name for one in (*new, *returned)) for name in SEVERITIES}
    return {
        "kind": "change",
        "version": 1,
        "id": id,
        "target": "family:web",
        "source": "report",
        "at": "2026-11-21T06:15:01Z",
        "first": False,
        "ami": "ami-0c1f3a9b27d5e8846",
        "ami_name": "web-2026-11-21",
        "instance": None,
        "report": REPORT,
        "score": {"old": 67, "new": 71, "reasons": []},
        "open": open,
        "new": list(new),
        "returned": list(returned),
        "fixed": list(fixed),
        "waived": list(waived),
        "gone": [],
        "quietly_opened": [],
        "quietly_closed": [],
        "snoozed": 0,
        **more,
    }


def monthly(oldest=(), **more):
    """The month's list is there."""
    return {
        "kind": "monthly",
        "version": 1,
        "month": "2026-11",
        "at": "2026-11-30T07:00:00Z",
        "csv": "monthly/2026-11.csv",
        "targets": 3,
        "open": {"critical": 0, "high": 4, "medium": 2, "low": 0, "info": 0},
        "snoozed": 1,
        "oldest": [{"target": "family:web", **one} for one in oldest],
        **more,
    }


def golden(message, **more):
    """A run over the golden list is over."""
    return {
        "kind": "golden",
        "version": 1,
        "run": "20261121T060000Z",
        "started": "2026-11-21T06:00:00Z",
        "ended": "2026-11-21T06:41:00Z",
        "problems": [],
        "message": message,
        **more,
    }
