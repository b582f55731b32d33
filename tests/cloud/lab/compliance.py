"""Systems Manager's compliance items, which moto does not have: ListComplianceItems, page by page, and
ListResourceComplianceSummaries."""

import json

PAGE = 3


class Compliance:
    """What is known of instances' compliance: `compliance.items["i-0abc…"] = [compliance.item("sshd", "HIGH")]`."""

    def __init__(self, fail):
        self.items = {}
        fail("ssm", "ListComplianceItems", effect="answer", times=10**6, then=self.answer)
        fail("ssm", "ListResourceComplianceSummaries", effect="answer", times=10**6, then=self.summaries)

    @staticmethod
    def item(title, severity="MEDIUM", status="NON_COMPLIANT", type="Custom:InSpec", id=""):
        """One item, as `PutComplianceItems` takes it; the type is spelled as AWS-RunInspecChecks does."""
        return {"Title": title, "Severity": severity, "Status": status, "ComplianceType": type, "Id": id}

    def answer(self, call):
        """A page of those that the filters ask for; the token is where the next begins."""
        asked = call.params
        [instance] = asked["ResourceIds"]
        found = [
            {"ResourceId": instance, "ResourceType": "ManagedInstance", **one}
            for one in self.items.get(instance, [])
            if is_wanted(asked, one["ComplianceType"])
        ]
        return page(asked, "ComplianceItems", found)

    def summaries(self, call):
        """A page of the instances that have items of the types that the filters ask for."""
        asked = call.params
        found = [
            {"ResourceId": instance, "ResourceType": "ManagedInstance", "ComplianceType": kind, "Status": "COMPLIANT"}
            for instance, items in self.items.items()
            for kind in sorted({one["ComplianceType"] for one in items})
            if is_wanted(asked, kind)
        ]
        return page(asked, "ResourceComplianceSummaryItems", found)


def is_wanted(asked, kind):
    filters = [one for one in asked.get("Filters", []) if one["Key"] == "ComplianceType"]
    return all(kind in one["Values"] for one in filters)


def page(asked, name, found):
    """The page that the token asks for, and the token of the next."""
    start = int(asked.get("NextToken") or 0)
    end = start + PAGE
    answer = {name: found[start:end]}
    if end < len(found):
        answer["NextToken"] = str(end)
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()
