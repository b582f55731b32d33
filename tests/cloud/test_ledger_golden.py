"""The golden list: from its SSM parameter to the launch queue, and from the AMIs' answers to one message."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from lab import ledger_stack
from lab.ledger import seconds

WEB, DB, APP = "ami-0c1f3a9b27d5e8846", "ami-03cf127a", "ami-0d9e8f7a6b5c4d3e2"
LATEST = "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2"
ECS = "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended"
SCRIPT = "#!/bin/bash \n wget https://example.com/install;bash install"


def start(ledger):
    """Begins a run by hand; gives the answer."""
    done = ledger.invoke("golden", {"golden": True})
    assert done.error is None, done.error
    return done.response


def value(ledger, name):
    """What a public parameter holds."""
    return ledger.aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]


def public_parameter(ledger, name, value):
    """AWS has this in a public parameter, as JSON: moto has those of ECS in another form."""
    body = json.dumps({"Parameter": {"Name": name, "Type": "String", "Value": json.dumps(value), "Version": 1}})
    given = 200, {"Content-Type": "application/x-amz-json-1.1"}, body.encode()
    wanted = {"when": lambda call: call.params["Name"] == name, "then": lambda _: given}
    ledger.fail("ssm", "GetParameter", effect="answer", times=100, **wanted)


def told(ledger):
    """The message of the only run that is over."""
    [run] = runs(ledger)
    return run["message"]


def runs(ledger):
    """The runs that were told, as they were put under `changes/`."""
    return [one for one in ledger.changes() if one["kind"] == "golden"]


def answer(ledger, ami, status="assessed", family="web", report="typical", diff=None, **more):
    """An assessment ends, as the function in the cloud tells of it; `diff` is what stands beside its report."""
    now = datetime.now(UTC) + timedelta(seconds=1)
    if status in ("assessed", "partial"):
        more["report"] = ledger.put_report(family, ami, now, report)
        if diff:
            ledger.put(more["report"].replace("report.json", "diff.json"), diff)
        more["findings"] = json.loads(ledger.read(more["report"]))["counts"]
    ledger.put_image(family, ami, status, since=seconds(now), **more)
    ledger.settle()


def patience_ends(ledger):
    """As if the run had begun long ago, as far as its patience goes."""
    [row] = ledger.rows(pk="golden", prefix="run")
    ledger.dynamodb.update_item(
        TableName=ledger.stack.ledger_table,
        Key={"pk": {"S": "golden"}, "sk": {"S": "run"}},
        UpdateExpression="SET #until = :until",
        ExpressionAttributeNames={"#until": "until"},
        ExpressionAttributeValues={":until": {"S": row["started"]}},
    )


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([WEB, DB]),
        f"{WEB},{DB}",
        f"{WEB} \n{DB}\n",
        json.dumps([{"ami-id": WEB}, {"ami-id": DB, "instanceType": None}]),
    ],
    ids=["json", "commas", "lines", "objects"],
)
def test_each_form_of_the_list_is_read(ledger, text):
    ledger.put_golden(text)
    assert start(ledger)["outcome"] == "begun"
    orders = [{"ami-id": ami, "again": True, "copyTags": True} for ami in (WEB, DB)]
    assert ledger.waiting() == orders


def test_the_format_of_the_blog_with_types_user_data_and_public_parameters(ledger):
    public_parameter(ledger, ECS, {"ecs_agent_version": "1.107.0", "image_id": APP, "os": "Amazon Linux 2"})
    ledger.put_golden(
        [
            {"instanceType": "t2.large", "ami-id": WEB, "userData": SCRIPT},
            LATEST,
            {"ami-id": f"resolve:ssm:{ECS}", "instanceType": "c7gn.large"},
        ]
    )
    answered = start(ledger)
    assert (answered["amis"], answered["problems"]) == (3, [])
    web, latest, ecs = ledger.waiting()
    assert web == {
        "ami-id": WEB,
        "instanceType": "t2.large",
        "userData": SCRIPT + "\n",
        "again": True,
        "copyTags": True,
    }
    assert latest["ami-id"] == value(ledger, LATEST)
    assert ecs == {
        "ami-id": APP,
        "instanceType": "c7gn.large",
        "again": True,
        "copyTags": True,
    }


def test_bad_entries_are_told_by_position_and_the_others_go_on(ledger):
    denied = {"code": "AccessDeniedException", "status": 400, "times": 10}
    ledger.fail("ssm", "GetParameter", when=lambda call: call.params["Name"] == "/team/web", **denied)
    entries = ["web", {"ami-id": WEB, "instanceType": "t3.*"}, "/aws/service/none", "/team/web", DB, {"ami-id": DB}]
    ledger.put_golden(entries)
    answered = start(ledger)
    assert [order["ami-id"] for order in ledger.waiting()] == [DB]
    answer(ledger, DB)
    problems = [
        'entry 1: "web" is neither an AMI\'s id nor a parameter\'s path',
        'entry 2: "t3.*" is no instance type',
        "entry 3: /aws/service/none: there is no such parameter",
        "entry 4: /team/web: the golden list's function may not read it: the ledger's template allows what its parameter "
        "GoldenAmiParameters names, and AWS's own below /aws/service/",
        f"entry 6: it is {DB}, as entry 5 is, which counts",
    ]
    assert answered["problems"] == problems
    db, rest = told(ledger)
    assert db["hardtarget"]["ami"] == DB
    assert rest == {"hardtarget": {"run": answered["run"], "problems": problems}}


@pytest.mark.parametrize(
    "text, problem",
    [
        (None, "the golden list, /hardtarget/golden: there is no such parameter"),
        ("[]", "the golden list is empty"),
        ('[{"ami-id": ]', "the golden list is no JSON: expected value at line 1 column 13"),
    ],
    ids=["missing", "empty", "no-json"],
)
def test_a_list_that_is_none_is_told(ledger, text, problem):
    if text is None:
        ledger.aws.client("ssm").delete_parameter(Name=ledger_stack.GOLDEN_PARAMETER)
    else:
        ledger.put_golden(text)
    ledger.fire("golden")
    ledger.settle()
    [run] = runs(ledger)
    assert run["problems"] == [problem]
    assert any(line.get("problem") == problem for line in ledger.lines() if line["level"] == "ERROR")
    assert told(ledger) == [{"hardtarget": {"run": run["run"], "problems": [problem]}}]


def test_the_message_has_tags_counts_and_what_is_new(ledger):
    ledger.put_golden([WEB])
    start(ledger)
    answer(ledger, WEB, tags={"Name": "web", "app-name": "shop"}, vulnerabilities={"critical": 2, "high": 1})
    [web] = told(ledger)
    counts = json.loads(ledger.read(ledger.keys("reports/web/")[0]))["counts"]
    assert (web["Name"], web["app-name"]) == ("web", "shop")
    assert web["Finding-Severity-Critical-Count"] == str(counts["critical"] + 2)
    assert web["Finding-Severity-High-Count"] == str(counts["high"] + 1)
    assert web["Finding-Severity-Informational-Count"] == str(counts["info"])
    ours = web["hardtarget"]
    assert (ours["status"], ours["score"], ours["family"]) == ("assessed", 61, "web")
    assert ours["findings"] == counts and ours["vulnerabilities"] == {"critical": 2, "high": 1}
    assert ours["report"].startswith(f"s3://{ledger.stack.bucket}/reports/web/{WEB}/")
    assert ours["new"] is None


def test_what_is_new_since_the_last_report_is_told_worst_first(ledger):
    def finding(id, severity):
        return {"id": id, "severity": severity, "title": f"{id} is open", "subject": "", "engine": "native"}

    known = {"id": "CVE-2026-1", "package": "openssl", "installed": "3.0.1-1", "severity": "critical"}
    diff = {
        "schema_version": 1,
        "old_scan": {"id": "a", "finished": "2026-11-20T06:10:00Z", "status": "complete", "ami": WEB},
        "new": [{"finding": finding("HT-SSH-001", "high"), "newly_looked_at": None}],
        "fixed": [finding("HT-SSH-002", "low")],
        "returned": [],
        "vulnerabilities": {
            "new": [{"vulnerability": known, "newly_looked_at": None, "newly_known": True}],
            "fixed": [],
            "returned": [],
        },
    }
    ledger.put_golden([WEB])
    start(ledger)
    answer(ledger, WEB, diff=diff)
    [web] = (one["hardtarget"] for one in told(ledger))
    assert web["compared-with"] == {"ami": WEB, "finished": "2026-11-20T06:10:00Z"}
    assert (web["new"]["findings"], web["new"]["vulnerabilities"]) == (1, 1)
    first, second = web["new"]["worst"]
    assert (first["id"], first["title"]) == ("CVE-2026-1", "openssl 3.0.1-1") and "not known then" in first["why"]
    assert second == {"id": "HT-SSH-001", "severity": "high", "title": "HT-SSH-001 is open"}
    assert web["fixed"] == {
        "findings": 1,
        "vulnerabilities": 0,
        "worst": [{"id": "HT-SSH-002", "severity": "low", "title": "HT-SSH-002 is open"}],
    }


def test_while_a_run_is_open_no_other_begins(ledger):
    ledger.put_golden([WEB, DB])
    first = start(ledger)
    answer(ledger, WEB)
    second = start(ledger)
    assert (second["outcome"], second["run"], second["waiting"]) == ("under-way", first["run"], 1)
    assert len(ledger.waiting()) == 2
    answer(ledger, DB)
    assert start(ledger)["outcome"] == "begun"
    assert len(runs(ledger)) == 1


def test_answers_of_before_and_of_others_are_none(ledger):
    ledger.put_golden([WEB])
    ledger.put_image("web", WEB, "assessed", since="2026-11-20T06:10:00Z")
    start(ledger)
    ledger.put_image("web", WEB, "assessing")
    ledger.settle()
    answer(ledger, APP)
    assert runs(ledger) == []
    answer(ledger, WEB)
    assert [one["hardtarget"]["status"] for one in told(ledger)] == ["assessed"]
    # Once told, nothing that happens to it is told as a run again.
    answer(ledger, WEB, "failed")
    assert len(runs(ledger)) == 1


def test_what_never_answers_is_given_up_with_a_reason(ledger):
    ledger.put_golden([WEB, DB, APP])
    start(ledger)
    answer(ledger, DB, "unsupported", reason="Windows cannot be assessed: only Linux can")
    ledger.put_image("web", WEB, "assessing", tags={"Name": "web"})
    ledger.settle()
    ledger.fire("golden-check")
    ledger.settle()
    assert runs(ledger) == []
    patience_ends(ledger)
    ledger.fire("golden-check")
    ledger.settle()
    web, db, app = (one["hardtarget"] for one in told(ledger))
    assert (web["status"], app["status"]) == ("given-up", "given-up")
    assert db["status"] == "unsupported" and db["reason"].startswith("Windows")
    assert app["reason"].startswith("nothing was heard of it within ")
    assert not any(name.startswith("Finding-") for one in told(ledger) for name in one)
    # Whoever is late is not heard any more.
    answer(ledger, WEB)
    assert len(runs(ledger)) == 1


def test_an_event_that_was_lost_is_made_up_for(ledger):
    ledger.put_golden([WEB])
    start(ledger)
    ledger.put_image("web", WEB, "assessing")
    ledger.settle()
    ledger.put_image("web", WEB, "failed", reason="it did not boot")
    for queue in ledger.queues.values():
        ledger.aws.client("sqs").purge_queue(QueueUrl=queue.url)
    ledger.fire("golden-check")
    ledger.settle()
    [web] = told(ledger)
    assert (web["hardtarget"]["status"], web["hardtarget"]["reason"]) == ("failed", "it did not boot")


def test_a_start_that_is_killed_between_two_orders_goes_on(ledger):
    ledger.put_golden([WEB, DB, APP])
    ledger.kill_at("sqs", "SendMessage", name="golden", skip=1)
    ledger.fire("golden")
    first, second = ledger.settle()
    assert first.error is not None
    assert second.response["outcome"] == "resumed"
    assert [order["ami-id"] for order in ledger.waiting()] == [WEB, DB, APP]


@pytest.mark.parametrize(
    "service, action, tries", [("dynamodb", "PutItem", 8), ("ssm", "GetParameter", 4), ("sqs", "SendMessage", 4)]
)
def test_an_outage_at_the_start_loses_nothing(ledger, service, action, tries):
    ledger.put_golden([WEB, LATEST])
    # As often as one invocation tries.
    ledger.fail(service, action, times=tries)
    ledger.fire("golden")
    failed, done = ledger.settle()
    assert failed.error is not None and done.error is None
    assert len(ledger.waiting()) == 2 and ledger.given_up == []


@pytest.mark.parametrize("effect", ["killed", "refused"])
def test_a_crash_at_the_end_tells_it_once(ledger, effect):
    ledger.put_golden([WEB])
    start(ledger)
    of_news = {"when": lambda call: call.key.startswith("changes/") and "golden" in call.key}
    if effect == "killed":
        ledger.kill_at("s3", "PutObject", **of_news)
    else:
        ledger.fail("s3", "PutObject", times=4, **of_news)
    answer(ledger, WEB)
    assert len(runs(ledger)) == 1
    assert start(ledger)["outcome"] == "begun"


def test_the_last_two_answers_at_once_are_told_once(ledger):
    ledger.put_golden([WEB, DB])
    start(ledger)
    now = seconds(datetime.now(UTC) + timedelta(seconds=1))
    for ami in (WEB, DB):
        ledger.put_image("web", ami, "failed", since=now, reason="it did not boot")
    bodies = [json.loads(body) for body in ledger.queues["ledger"].bodies()]
    first, second = ledger.two_at_once(*bodies, meet=("dynamodb", "PutItem"))
    assert first.error is None and second.error is None
    ledger.settle()
    assert [one["hardtarget"]["reason"] for one in told(ledger)] == ["it did not boot"] * 2
