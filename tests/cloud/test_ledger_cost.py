"""What cost.py says of the ledger."""

import runpy

import cfnlint.decode
import pytest
from deployment import LEDGER_TEMPLATE, ROOT


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


def test_costs_grow_with_amis_and_findings(cost):
    def dollars(*arguments):
        return sum(cost["ledger_month"](*arguments).values())

    assert dollars(1) < dollars(100) < dollars(100, 5_000) < dollars(10_000)
    # Writing is what a finding costs most for.
    assert cost["ledger_month"](100, 5_000)["DynamoDB: writes, one a finding and report"] > 0.3
