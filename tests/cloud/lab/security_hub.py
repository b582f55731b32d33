"""Security Hub as the real one is: moto keeps whatever it is given, and for ever.

An update whose `UpdatedAt` is not later than what is there is ignored, and what is the customer's stays (Security Hub
User Guide, "BatchImportFindings for finding providers"); but what is active again is new again, unless it was
suppressed (ditto, "Setting the workflow status of findings in Security Hub CSPM"). A finding is deleted when it was not updated for 90 days, an
archived one after 30 (ditto, "Creating and updating findings in Security Hub CSPM")."""

from datetime import UTC, datetime, timedelta

from moto.securityhub.models import SecurityHubBackend, securityhub_backends

from .aws import ACCOUNT, REGION

OF_CUSTOMERS = {"Note", "UserDefinedFields", "VerificationState", "Workflow"}
KEPT = {"ACTIVE": timedelta(days=90), "ARCHIVED": timedelta(days=30)}
MOST = 100


def findings():
    """What Security Hub holds, by title."""
    return {one.data["Title"]: one.data for one in held().findings}


def states():
    """`RecordState` of all that it holds, by title."""
    return {title: one["RecordState"] for title, one in findings().items()}


def forget(days=0):
    """So many days from now: what is too old by then is gone."""
    now = datetime.now(UTC) + timedelta(days=days)
    hub = held()
    hub.findings = [one for one in hub.findings if now - updated(one.data) < KEPT[one.data["RecordState"]]]


def held():
    return securityhub_backends[ACCOUNT][REGION]


def updated(finding):
    return datetime.fromisoformat(finding["UpdatedAt"].replace("Z", "+00:00"))


def imports(hub, findings):
    """BatchImportFindings; what is ignored counts as imported."""
    failed, done, why = 0, 0, []
    for number, sent in enumerate(findings):
        there = next((one.data for one in hub.findings if one.id == sent["Id"]), None)
        if number >= MOST:
            failed += 1
            why.append({"Id": sent["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": f"more than {MOST} findings"})
        elif there is None:
            one, imported, refused = moto_imports(hub, [sent])
            failed, done, why = failed + one, done + imported, why + refused
            hub.findings[-1].data.setdefault("Workflow", {"Status": "NEW"})
        else:
            if updated(sent) > updated(there):
                if (there["RecordState"], sent["RecordState"]) == ("ARCHIVED", "ACTIVE"):
                    renew(there)
                there.update({name: value for name, value in sent.items() if name not in OF_CUSTOMERS})
            done += 1
    return failed, done, why


def renew(finding):
    if finding["Workflow"]["Status"] in ("NOTIFIED", "RESOLVED"):
        finding["Workflow"]["Status"] = "NEW"


moto_imports = SecurityHubBackend.batch_import_findings
SecurityHubBackend.batch_import_findings = imports
