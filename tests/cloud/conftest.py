"""The fixtures of the cloud tests. They need HARDTARGET_GLUE, the function's binary
(`target/debug/hardtarget-glue` unless said), those of the ledger HARDTARGET_LEDGER, its function's
(`target/debug/hardtarget-ledger-function`), and HARDTARGET_LEDGER_CLI (`target/debug/hardtarget-ledger`), and
some HARDTARGET_AGENT, a static agent."""

import os
from pathlib import Path

import pytest

from lab import Aws, Lab, LedgerLab, Slack
from lab.snoozes import Cli

ROOT = Path(__file__).parents[2]


def program(variable, name):
    """The path of a program that a variable names, or that was just built."""
    path = Path(os.environ.get(variable) or ROOT / "target/debug" / name)
    if not path.is_file():
        pytest.exit(f"{path} is missing: build it, or name another with {variable}", 2)
    return path.resolve()


@pytest.fixture(scope="session")
def glue():
    return program("HARDTARGET_GLUE", "hardtarget-glue")


@pytest.fixture(scope="session")
def ledger_function():
    return program("HARDTARGET_LEDGER", "hardtarget-ledger-function")


@pytest.fixture(scope="session")
def ledger_program():
    return program("HARDTARGET_LEDGER_CLI", "hardtarget-ledger")


@pytest.fixture(scope="session")
def agent():
    path = os.environ.get("HARDTARGET_AGENT")
    if not path:
        pytest.skip("HARDTARGET_AGENT names no static agent: packaging/static.sh makes one")
    return Path(path).resolve()


@pytest.fixture(scope="session")
def aws():
    aws = Aws()
    yield aws
    aws.close()


@pytest.fixture
def deploy(aws, glue):
    """A lab with settings of its own: `deploy(HARDTARGET_SPOT="true")`."""
    made = []

    def make(**settings):
        made.append(Lab(glue, aws, **settings))
        return made[-1]

    yield make
    for lab in made:
        lab.close()


@pytest.fixture
def lab(deploy):
    """A lab with the defaults of the template."""
    return deploy()


@pytest.fixture
def deploy_ledger(aws, ledger_function):
    """The ledger with settings of its own: `deploy_ledger(HARDTARGET_LEDGER_BY="ami")`, `deploy_ledger(beside=lab)`."""
    made = []

    def make(**settings):
        made.append(LedgerLab(ledger_function, aws, **settings))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


@pytest.fixture
def ledger(deploy_ledger):
    """The ledger with the defaults, on a bucket of its own, and without Slack."""
    return deploy_ledger()


@pytest.fixture
def cli(ledger, ledger_program):
    """The command line, on the table of `ledger`."""
    return Cli(ledger_program, ledger)


@pytest.fixture
def slack():
    slack = Slack()
    yield slack
    slack.close()


@pytest.fixture
def tell(deploy_ledger, slack):
    """The ledger with Slack, settled once something was put under `changes/`; settings as for `deploy_ledger`."""

    def make(what=None, key="changes/2026/11/5a7c2f0e9d3b.json", **settings):
        ledger = deploy_ledger(slack_url=slack.url, **settings)
        if what is not None:
            ledger.put(key, what)
            ledger.settle()
        return ledger

    return make
