"""Systems Manager's compliance items, which moto does not have: ListComplianceItems, page by page."""

import json

PAGE = 3


class Compliance:
    """What is known of instances' compliance: `compliance.items["i-0abc…"] = [compliance.item("sshd", "HIGH")]`."""

    def __init__(self, fail):
        self.items = {}
        fail("ssm", "ListComplianceItems", effect="answer", times=10**6, then=self.answer)

    @staticmethod
    def item(title, severity="MEDIUM", status="NON_COMPLIANT", type="Custom:Inspec", id=""):
        """One item, as `PutComplianceItems` takes it."""
        return {"Title": title, "Severity": severity, "Status": status, "ComplianceType": type, "Id": id}

    def answer(self, call):
        """A page of those that the filters ask for; the token is where the next begins."""
        asked = call.params
        [instance] = asked["ResourceIds"]
        wanted = {value for one in asked.get("Filters", []) if one["Key"] == "ComplianceType" for value in one["Values"]}
        found = [
            {"ResourceId": instance, "ResourceType": "ManagedInstance", **one}
            for one in self.items.get(instance, [])
            if not wanted or one["ComplianceType"] in wanted
        ]
        start = int(asked.get("NextToken") or 0)
        end = start + PAGE
        page = {"ComplianceItems": found[start:end]}
        if end < len(found):
            page["NextToken"] = str(end)
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(page).encode()
