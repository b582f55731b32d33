"""What the README says of deploying and of costs is what the template and cost.py say."""

import json
import re
import runpy

import cfnlint.decode
import pytest
from deployment import LEDGER_TEMPLATE, ROOT, TEMPLATE

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def cost():
    return runpy.run_path(str(ROOT / "packaging" / "cost.py"))


def test_the_tables_of_costs_are_what_cost_py_prints(cost):
    assert cost["table"]() in README
    assert cost["compute"]() in " ".join(README.split())
    assert cost["ledger_table"]() in README


def test_one_ami_costs_less_than_a_tenth_of_a_cent_of_compute(cost):
    for kind in ("t4g.micro", "t3.micro", "t4g.micro Spot"):
        assert sum(cost["instance"](kind, cost["SECONDS"], cost["CPU_SECONDS"]).values()) < 0.001


def test_costs_grow_with_seconds_and_with_amis(cost):
    def dollars(*arguments):
        return sum(cost["month"](*arguments).values())

    assert dollars(100, 120, 60) < dollars(100, 240, 60) < dollars(200, 240, 60) < dollars(200, 240, 240)
    # An instance that stays below its baseline pays no surplus.
    assert cost["instance"]("t4g.micro", 600, 60)["surplus CPU credits"] == 0


def test_the_counts_are_the_templates(cost):
    resources = cfnlint.decode.decode(str(TEMPLATE))[0]["Resources"].values()
    assert cost["ALARMS"] == sum(one["Type"] == "AWS::CloudWatch::Alarm" for one in resources)
    metrics = (ROOT / "glue" / "src" / "metrics.rs").read_text()
    assert cost["METRICS"] == len(re.findall(r'=> \("\w+", "\w+", ', metrics))


def parameters(path, of_script):
    """`(name, default)` of those that people set; `of_script` is the one of the first group that is among them."""
    template = json.loads(json.dumps(cfnlint.decode.decode(str(path))[0]))
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    by_script = set(groups[0]["Parameters"]) - {of_script}
    return [
        (name, str(one.get("Default", ""))) for name, one in template["Parameters"].items() if name not in by_script
    ]


def test_the_tables_of_parameters_are_the_templates():
    said = []
    for names, defaults in re.findall(r"^\| (`[A-Z]\w+`(?:, `[A-Z]\w+`)*) \|([^|]*)\|", README, re.MULTILINE):
        names, defaults = re.findall(r"`([^`]*)`", names), re.findall(r"`([^`]*)`", defaults)
        said += zip(names, defaults or [""] * len(names), strict=True)
    expected = parameters(TEMPLATE, "GlueArchitecture") + parameters(LEDGER_TEMPLATE, "LedgerArchitecture")
    assert sorted(said) == sorted(expected)
