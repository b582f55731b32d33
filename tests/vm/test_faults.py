"""Whatever goes wrong on an instance: it is powered off by its deadline, and its AMI says why.

`make test` runs the telling ones; `make faults` runs all (HARDTARGET_FAULTS=all) and writes the README's table."""

import os
import pathlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from bench.region import Region
from faults import CASES, MINUTES, SECONDS
from runs import Run, table

ALL = os.environ.get("HARDTARGET_FAULTS") == "all"
WANTED = os.environ.get("HARDTARGET_FAULTS_LIKE", "")
CHOSEN = [case for case in CASES if (ALL or case.telling) and re.search(WANTED, case.name)]
README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- faults: written by make faults -->\n", "<!-- end of faults -->\n"


@pytest.fixture(scope="session")
def outcomes(glue, agent, image):
    """All cases, some at a time: most of them wait."""
    region = Region(glue, agent, MINUTES)
    with ThreadPoolExecutor(int(os.environ.get("HARDTARGET_FAULTS_JOBS", "4"))) as pool:
        started = {case.name: pool.submit(lambda case=case: Run(region, image / "rootfs", case).go()) for case in CHOSEN}
        yield started
    region.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("case", CHOSEN, ids=[case.name for case in CHOSEN])
def test_it_is_off_by_its_deadline_and_the_ami_says_why(outcomes, case):
    outcome = outcomes[case.name].result()
    print(outcome.console)
    print(f"{case.name}: {outcome.seconds:.1f} s, by itself: {outcome.by_itself}, {outcome.says}")
    assert outcome.by_itself != case.reaped
    if outcome.by_itself:
        assert outcome.seconds <= SECONDS
    assert outcome.status == case.status
    assert re.search(case.reason, outcome.reason)
    assert case.status == "assessed" or outcome.reason


def readme():
    """The README's table."""
    return README.read_text().partition(BEGIN)[2].partition(END)[0]


def form(text):
    """A text without what differs from run to run."""
    return re.sub(r"[0-9a-f]{17,64}|\d+( min| s|\.\d+)*", "#", text)


def test_the_readme_has_a_row_for_each_fault(outcomes):
    if ALL and not WANTED:
        text = README.read_text()
        assert BEGIN in text and END in text
        written = table([outcomes[case.name].result() for case in CASES])
        README.write_text(text.partition(BEGIN)[0] + BEGIN + written + END + text.partition(END)[2])
    rows = form(readme())
    for case in CHOSEN:
        outcome = outcomes[case.name].result()
        assert form(f"| {case.fault} | {case.phase} | {case.what} | `{outcome.status}`") in rows
