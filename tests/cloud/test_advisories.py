"""Advisories go to the instance by a URL with a SHA-256; what it found in them comes back as tags."""

import hashlib
import re
import urllib.request

import pytest

from lab import reports
from lab.stack import STACK

KEY = f"{STACK}/advisories/advisories.htadv"
BODY = b"advisories\n" * 100
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def lab(deploy):
    return deploy(HARDTARGET_ADVISORIES_KEY=KEY)


def put(lab, **metadata):
    lab.s3.put_object(Bucket=lab.stack.artefacts, Key=KEY, Body=BODY, Metadata=metadata)


def told(lab, ami=None):
    """What the user data of a new instance says of advisories: URL and SHA-256."""
    lab.available(ami or lab.image())
    lab.settle()
    script = lab.guests()[-1].user_data
    return re.findall(r"^ADVISORIES_(?:URL|SHA256)='([^']*)'$", script, re.M)


def warnings(lab):
    return [line for line in lab.lines() if line.get("level") == "WARN" and "no advisories" in line.get("message", "")]


def test_the_instance_gets_their_url_and_their_hash(lab):
    put(lab, sha256=SHA256)
    url, sha256 = told(lab)
    assert sha256 == SHA256
    assert urllib.request.urlopen(url).read() == BODY
    assert warnings(lab) == []


@pytest.mark.parametrize("there", [False, True], ids=["missing", "of unknown hash"])
def test_without_them_scans_go_on_and_the_log_says_so_once(lab, there):
    if there:
        put(lab)
    assert [told(lab), told(lab)] == [["", ""], ["", ""]]
    assert len(lab.guests()) == 2
    assert len(warnings(lab)) == 1


def test_a_refusal_is_as_good_as_none(lab):
    put(lab, sha256=SHA256)
    lab.fail("s3", "HeadObject", effect="answer", times=100, then=lambda _: (403, {}, b""))
    assert told(lab) == ["", ""]
    assert len(warnings(lab)) == 1


def test_an_outage_is_waited_out(lab):
    put(lab, sha256=SHA256)
    lab.fail("s3", "HeadObject", effect="answer", times=100, then=lambda _: (503, {}, b""))
    lab.available(lab.image())
    lab.poll()
    assert lab.launches() == []
    lab.heal()
    lab.settle()
    [guest] = lab.guests()
    assert SHA256 in guest.user_data


@pytest.mark.parametrize("length, fits", [(1500, True), (4000, False)])
def test_user_data_has_room_for_the_session_tokens_of_a_role(deploy, length, fits):
    """Where it has not, because tokens have become longer than any seen, the advisories are what is left out."""
    token = ("IQoJb3JpZ2luX2VjE+/=" * 400)[:length]
    lab = deploy(HARDTARGET_ADVISORIES_KEY=KEY, AWS_SESSION_TOKEN=token)
    put(lab, sha256=SHA256)
    url, sha256 = told(lab)
    [guest] = lab.guests()
    assert len(guest.user_data.encode()) <= 16_384
    assert guest.user_data.count("X-Amz-Security-Token=") == (2 if fits else 1)
    assert (sha256 == SHA256) is fits


def tags(lab, ami):
    return {
        name.removeprefix("hardtarget:vulnerabilities-"): value
        for name, value in lab.tags(ami).items()
        if name.startswith("hardtarget:vulnerabilities-")
    }


def test_vulnerabilities_are_counted_on_the_ami_if_they_were_looked_for(lab):
    ami = lab.image()
    lab.available(ami)
    lab.settle()
    [guest] = lab.guests()
    report = reports.with_vulnerabilities(reports.load(), ["high", "high", "low"])
    guest.hand_in(reports.named(report, ami, guest.instance))
    lab.settle()
    assert tags(lab, ami) == {"critical": "0", "high": "2", "medium": "0", "low": "1"}

    lab.invoke({"ami-id": ami, "again": True})
    [guest] = lab.guests()
    without = reports.load() | {"vulnerabilities": [], "vulnerability_counts": None, "advisories": None}
    guest.hand_in(reports.named(without, ami, guest.instance))
    lab.settle()
    assert lab.status(ami) == "assessed"
    assert tags(lab, ami) == {}, "not looked for is not none"
