"""The laboratory itself: does it do what AWS does, where the other tests rely on it?

What moto cannot do, and what the lab does about it:
- It runs no Lambda functions outside Docker: the lab runs the binary behind a Runtime API of its own.
- Its rules call no functions, and schedules never fire: `events.EventBridge`.
- It ignores ClientToken: the same token launches twice. The tests look at the token that was sent, and
  prove at our own records that there is no second launch.
- RunInstances checks neither type nor capacity nor subscription nor user data's size: faults, and asserts.
- LaunchTime is always now: `Lab.overdue` moves it.
- Console output is the same for every instance: the lab answers GetConsoleOutput itself.
- IAM conditions are not evaluated: see the tests of the template's policies.
- Presigned URLs are not verified: whoever needs that asks S3 itself.
- Of two writes at once with the same condition both may succeed: `Wire.serve` lets one in after the other.
"""

import sys
import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from lab import REGION, Lab

ECHO = [sys.executable, Path(__file__).parent / "echo_function.py"]


@pytest.fixture
def lab(aws):
    lab = Lab(ECHO, aws, timeout=2)
    yield lab
    lab.close()


def orders(lab):
    return [line["did"] for line in lab.lines()]


def test_an_event_goes_through_the_rules_to_the_queue_and_the_function(lab):
    lab.available(lab.image())
    assert '"detail-type": "EC2 AMI State Change"' in lab.queue.bodies()[0]

    lab.aws.client("s3").put_object(Bucket=lab.stack.bucket, Key="scans/a:i-1/lynis.log.gz", Body=b"")
    assert not lab.later
    lab.aws.client("s3").put_object(Bucket=lab.stack.bucket, Key="scans/a:i-1/report.json", Body=b"{}")
    [(event, _)] = lab.later
    assert event["detail"]["object"]["key"] == "scans/a:i-1/report.json"
    assert event["detail"]["object"]["size"] == 2


def test_messages_keep_their_order_and_failed_ones_stay(lab):
    for order in ("one", "fail", "two"):
        lab.queue.send({"do": order})
    lab.settle()
    assert orders(lab) == ["one", "fail", "two", "fail"]
    assert lab.queue.bodies() == ['{"do": "fail"}']


def test_a_message_is_given_up_after_as_many_receives_as_the_queue_says(lab):
    lab.queue.send({"do": "fail"})
    for _ in range(241):
        lab.poll()
    assert lab.queue.bodies() == []
    assert lab.queue.dead() == ['{"do": "fail"}']


def test_a_function_that_dies_or_hangs_is_started_again(lab):
    assert "exited with 3" in lab.invoke({"do": "exit"}).error
    assert lab.invoke({"do": "one"}).response == {"done": {"do": "one"}}
    assert lab.invoke({"do": "sleep"}).error == "Task timed out after 2 seconds"
    assert lab.invoke({"do": "two"}).error is None


def test_asynchronous_invokes_are_tried_three_times(lab):
    lab.bus.invoke_later({"do": "fail"})
    lab.settle()
    assert orders(lab) == ["fail", "fail", "fail"]
    assert [event for event, _ in lab.given_up] == [{"do": "fail"}]


def test_calls_are_kept_and_fail_as_told(lab):
    ec2 = lab.aws.client("ec2")
    lab.fail("ec2", "RunInstances", code="InsufficientInstanceCapacity", times=1)
    ami = lab.image()
    launch = {"ImageId": ami, "MinCount": 1, "MaxCount": 1, "ClientToken": "a"}
    with pytest.raises(ClientError, match="InsufficientInstanceCapacity"):
        ec2.run_instances(**launch)
    ec2.run_instances(**launch)
    assert [call.params["ClientToken"] for call in lab.calls("ec2", "RunInstances")] == ["a", "a"]
    assert len(lab.instances()) == 1

    lab.fail("s3", "PutObject", code="SlowDown", status=503)
    with pytest.raises(ClientError, match="SlowDown"):
        lab.s3.put_object(Bucket=lab.stack.bucket, Key="a", Body=b"")
    lab.fail("sqs", "SendMessage", code="AccessDeniedException", status=400)
    with pytest.raises(ClientError, match="AccessDenied"):
        lab.aws.client("sqs").send_message(QueueUrl=lab.stack.queue_url, MessageBody="{}", MessageGroupId="a")


def test_an_image_has_the_disks_it_was_told_and_an_unknown_one_cannot_be_launched(lab):
    ami = lab.image(architecture="arm64", marketplace=True)
    ec2 = lab.aws.client("ec2")
    [image] = ec2.describe_images(ImageIds=[ami])["Images"]
    assert image["Architecture"] == "arm64"
    assert image["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] == 8
    assert image["ProductCodes"] == [{"ProductCodeId": "7f1a0x", "ProductCodeType": "marketplace"}]
    with pytest.raises(ClientError, match="InvalidAMIID.NotFound"):
        ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)


def test_a_put_that_must_be_the_first_is(lab):
    put = {"Bucket": lab.stack.bucket, "Key": "launches/since.json", "Body": b"{}", "IfNoneMatch": "*"}
    lab.s3.put_object(**put)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        lab.s3.put_object(**put)


def met_by(writers, write):
    """How many of so many writers at once met their write's condition."""
    start, met = threading.Barrier(writers), []

    def run():
        start.wait()
        try:
            write()
            met.append(True)
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("ConditionalCheckFailedException", "PreconditionFailed")

    threads = [threading.Thread(target=run) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(met)


@pytest.fixture
def often_in_turn():
    """Lets Python's threads, moto's among them, take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_of_writes_at_once_one_meets_the_condition(aws, often_in_turn):
    aws.reset()
    table, s3 = aws.client("dynamodb"), aws.client("s3")
    table.create_table(
        TableName="ledger",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    s3.create_bucket(Bucket="lab", CreateBucketConfiguration={"LocationConstraint": REGION})
    absent = "attribute_not_exists(pk)"
    for number in range(20):
        row = {"TableName": "ledger", "Item": {"pk": {"S": f"{number}"}}, "ConditionExpression": absent}
        assert met_by(4, lambda row=row: table.put_item(**row)) == 1
        key = {"Bucket": "lab", "Key": f"{number}", "Body": b"", "IfNoneMatch": "*"}
        assert met_by(4, lambda key=key: s3.put_object(**key)) == 1
