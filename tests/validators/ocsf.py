"""Checks OCSF events against the models of py-ocsf-models; prints how many there are of each class.

    ocsf.py FILE    exit 1, and a line an error, if an event is not valid
"""

import json
import sys
from collections import Counter

from py_ocsf_models import OCSF_VERSION
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.finding import Finding
from py_ocsf_models.events.findings.severity_id import SeverityID
from py_ocsf_models.objects.compliance_status import StatusID
from py_ocsf_models.objects.remediation import Remediation
from py_ocsf_models.objects.resource_details import ResourceDetails
from py_ocsf_models.objects.vulnerability_details import VulnerabilityDetails


class VulnerabilityFinding(Finding):
    """Class 2002, which py-ocsf-models lacks, made of its parts."""

    class_uid: int
    resources: list[ResourceDetails]
    time: int
    type_uid: int
    vulnerabilities: list[VulnerabilityDetails]


MODELS = {2002: VulnerabilityFinding, 2003: ComplianceFinding}


def errors(event):
    """What is wrong with an event, beyond what makes its model raise."""
    model = MODELS[event["class_uid"]].model_validate(event, strict=False)
    if event["metadata"]["version"] != OCSF_VERSION:
        yield f"version {event['metadata']['version']} is not {OCSF_VERSION}"
    if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
        yield f"type_uid {event['type_uid']} does not follow from class and activity"
    if event["severity"] != SeverityID(event["severity_id"]).name:
        yield f"severity {event['severity']} is not {event['severity_id']}"
    if "compliance" in event:
        status = event["compliance"]
        if status["status"] != StatusID(status["status_id"]).name:
            yield f"status {status['status']} is not {status['status_id']}"
    if not 1_000_000_000_000 < model.time < 10_000_000_000_000:
        yield f"time {model.time} is not in milliseconds"
    if "remediation" in event:
        Remediation.model_validate(event["remediation"])


def main(path):
    with open(path, encoding="utf-8") as file:
        events = json.load(file)
    classes = Counter()
    wrong = False
    for number, event in enumerate(events):
        try:
            found = list(errors(event))
        except (KeyError, ValueError) as error:
            found = [repr(error)]
        for error in found:
            print(f"{path}: event {number}: {error}", file=sys.stderr)
            wrong = True
        classes[event.get("class_uid")] += 1
    print(json.dumps(classes))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
