"""The fixtures of the booted guests. They need run.sh, and HARDTARGET_GLUE and HARDTARGET_AGENT as tests/cloud."""

import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent


def program(name, default=None):
    path = os.environ.get(name) or default
    if not path or not pathlib.Path(path).is_file():
        pytest.exit(f"{name} names no program: build it first, see packaging/test.sh", 2)
    return pathlib.Path(path).resolve()


@pytest.fixture(scope="session")
def glue():
    return program("HARDTARGET_GLUE", HERE.parents[1] / "target/debug/hardtarget-glue")


@pytest.fixture(scope="session")
def agent():
    return program("HARDTARGET_AGENT")


@pytest.fixture(scope="session")
def image():
    """The directory of the bench's AMI, built when it is not there yet."""
    built = subprocess.run([HERE / "image/build.sh"], check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(built.stdout.strip())
