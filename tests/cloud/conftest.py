"""The fixtures of the cloud tests. They need HARDTARGET_GLUE, the function's binary
(`target/debug/hardtarget-glue` unless said), and some HARDTARGET_AGENT, a static agent."""

import os
from pathlib import Path

import pytest

from lab import Aws, Lab

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def glue():
    path = Path(os.environ.get("HARDTARGET_GLUE") or ROOT / "target/debug/hardtarget-glue")
    if not path.is_file():
        pytest.exit(f"{path} is missing: build it, or name another with HARDTARGET_GLUE", 2)
    return path.resolve()


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
