"""Whatever goes wrong on an instance: it is powered off by its deadline, and its AMI says why.

`make faults` writes the README's table as well. HARDTARGET_FAULTS_LIKE picks cases by their names, as a pattern."""

import os
import pathlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from bench.region import Region
from faults import CASES, MINUTES, SECONDS
from runs import Run, table

WRITE = bool(os.environ.get("HARDTARGET_FAULTS_WRITE"))
CHOSEN = [case for case in CASES if re.search(os.environ.get("HARDTARGET_FAULTS_LIKE", ""), case.name)]
README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- faults: written by make faults -->\n", "<!-- end of faults -->\n"


@pytest.fixture(scope="module")
def outcomes(glue, agent, image):
    """All cases, some at a time: most of them wait."""
    region = Region(glue, agent, MINUTES)
    pool = ThreadPoolExecutor(int(os.environ.get("HARDTARGET_FAULTS_JOBS", "4")))
    yield {case.name: pool.submit(lambda case=case: Run(region, image / "rootfs", case).go()) for case in CHOSEN}
    pool.shutdown(cancel_futures=True)
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
    if case.advisories:
        assert re.search(f"warning: the scan goes on without the advisories: .*{case.advisories}", outcome.console)
        assert outcome.report["advisories"] is None and outcome.report["vulnerability_counts"] is None


def readme():
    """The README's table."""
    return README.read_text().partition(BEGIN)[2].partition(END)[0]


def test_the_readme_has_a_row_for_each_fault(outcomes):
    if WRITE:
        text = README.read_text()
        assert BEGIN in text and END in text
        written = table([outcomes[case.name].result() for case in CASES])
        README.write_text(text.partition(BEGIN)[0] + BEGIN + written + END + text.partition(END)[2])
    rows = readme().splitlines()[2:]
    assert len(rows) == len(CASES)
    for case in CHOSEN:
        status = outcomes[case.name].result().status
        begin = f"| {case.fault} | {case.phase} | {case.what} | `{status}`"
        assert any(row.startswith(begin) for row in rows), begin
