"""InSpec's JSON, as its reporter `json` writes it; shape: inspec/inspec, lib/inspec/schema/exec_json.rb."""

from datetime import datetime

from moto.s3.models import s3_backends

from .aws import ACCOUNT


def control(name, status="failed", impact=0.7, **more):
    """A control with one result. Its title is `Title of NAME`."""
    result = {
        "status": status,
        "code_desc": f"File /etc/{name} is expected to exist",
        "run_time": 0.002,
        "start_time": "2026-11-21T06:00:00+00:00",
    }
    known = {
        "id": name,
        "title": f"Title of {name}",
        "desc": "",
        "descriptions": [],
        "impact": impact,
        "refs": [],
        "tags": {},
        "code": "",
        "source_location": {"line": 1, "ref": "controls/baseline.rb"},
        "waiver_data": {},
        "results": [result],
    }
    return known | more


def report(*controls):
    """A report of one profile."""
    profile = {"name": "baseline", "sha256": "0" * 64, "supports": [], "attributes": [], "groups": []}
    return {
        "platform": {"name": "debian", "release": "12"},
        "profiles": [{**profile, "status": "loaded", "controls": list(controls)}],
        "statistics": {"duration": 0.5},
        "version": "5.22.3",
    }


def put(ledger, name, at, *controls, file="report"):
    """A report about `name` arrives; S3 says that it did so `at`, in RFC 3339."""
    key = f"inspec/{name}/{file}.json"
    announced = len(ledger.queues["ledger"])
    ledger.put(key, report(*controls))
    assert len(ledger.queues["ledger"]) == announced + 1
    date(ledger, key, at)
    return key


def failed(ledger, name, *controls, file="report", at="2026-11-01T06:00:00Z"):
    """InSpec found these controls failing."""
    put(ledger, name, at, *map(control, controls), file=file)
    ledger.settle()


def date(ledger, key, at):
    """When S3 got an object."""
    at = datetime.fromisoformat(at.replace("Z", "+00:00")).replace(tzinfo=None)
    s3_backends[ACCOUNT]["aws"].buckets[ledger.stack.bucket].keys[key].last_modified = at
