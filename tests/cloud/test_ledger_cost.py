"""What cost.py says of the ledger."""

import runpy

import cfnlint.decode
import pytest
from deployment import LEDGER_TEMPLATE, ROOT, TEMPLATE


@pytest.fixture(scope="module")
def cost():
    return runpy.run_path(str(ROOT / "packaging" / "cost.py"))


@pytest.fixture(scope="module")
def resources():
    return cfnlint.decode.decode(str(LEDGER_TEMPLATE))[0]["Resources"]


def test_the_counts_are_the_templates(cost, resources):
    kinds = [one["Type"] for one in resources.values()]
    assert cost["LEDGER_ALARMS"] == kinds.count("AWS::CloudWatch::Alarm")
    polled = kinds.count("AWS::Lambda::EventSourceMapping")
    assert cost["LEDGER_RECEIVES"] == polled * cost["IDLE_RECEIVES"]
    assert (
        cost["LEDGER_GB"] * 1024
        == cfnlint.decode.decode(str(LEDGER_TEMPLATE))[0]["Parameters"]["LedgerMemory"]["Default"]
    )
    assert cost["TELL_GB"] * 1024 == resources["TellFunction"]["Properties"]["MemorySize"]
    assert resources["GoldenCheckRule"]["Properties"]["ScheduleExpression"] == "rate(15 minutes)"
    assert cost["MONTH"] / cost["CHECKS"] == 15 * 60


def test_a_ledger_of_a_hundred_amis_costs_about_a_dollar(cost):
    assert sum(cost["ledger_month"](100).values()) < 1.10


def test_what_the_page_costs_is_not_what_most_is_paid_for(cost, resources):
    """Nothing is paid for each image that is on it, but the versions of a day."""
    [table] = [name for name, one in resources.items() if one["Type"] == "AWS::DynamoDB::Table"]
    assert table == "Entries"
    month = cost["ledger_month"](10_000)
    assert month["DynamoDB: reads"] + month["S3: requests"] + month["S3: the page's older versions"] < 0.6
    [rule] = [
        one
        for one in cfnlint.decode.decode(str(TEMPLATE))[0]["Resources"]["ReportBucket"]["Properties"][
            "LifecycleConfiguration"
        ]["Rules"]
        if one.get("Prefix") == "fleet."
    ]
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] + 1 == cost["FLEET_DAYS"]


def test_costs_grow_with_amis_and_findings(cost):
    def dollars(*arguments):
        return sum(cost["ledger_month"](*arguments).values())

    assert dollars(1) < dollars(100) < dollars(100, 5_000) < dollars(10_000)
    # Writing is what a finding costs most for.
    assert cost["ledger_month"](100, 5_000)["DynamoDB: writes, one a finding and report"] > 0.3
