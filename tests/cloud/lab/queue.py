"""The event source mapping between the FIFO queue and the function, one poll at a time.

Nothing runs by itself: a test says `poll`, and knows what has happened afterwards. A message that the
function gives back is visible again at once, as if its visibility time-out had passed."""

import json


class Queue:
    """One SQS queue, looked at and worked off."""

    def __init__(self, aws, url, dead_letters_url, batch_size=5):
        self.aws, self.url, self.batch_size = aws, url, batch_size
        self.dead_letters_url = dead_letters_url
        self.name, self.dead_name = url.rsplit("/", 1)[1], dead_letters_url.rsplit("/", 1)[1]

    def send(self, body, group="launch"):
        """Puts a message on the queue: an object, or a text as it is."""
        text = body if isinstance(body, str) else json.dumps(body)
        self.aws.sqs.send_message(queue_name=self.name, message_body=text, group_id=group)

    def bodies(self):
        """What waits, in order."""
        return texts(self.aws.sqs.get_queue(self.name))

    def dead(self):
        """What was given up."""
        return texts(self.aws.sqs.get_queue(self.dead_name))

    def __len__(self):
        return len(self.bodies())

    def poll(self, invoke):
        """Receives a batch, invokes, deletes what is done. Gives the invocation; None if nothing waits."""
        received = self.aws.sqs.receive_message(self.name, self.batch_size, 0, 360)
        if not received:
            return None
        queue = self.aws.sqs.get_queue(self.name)
        done = invoke({"Records": [record(message, queue) for message in received]})
        kept = given_back(done, [message.id for message in received])
        for message in received:
            if message.id in kept:
                self.aws.sqs.change_message_visibility(self.name, message.receipt_handle, 0)
            else:
                self.aws.sqs.delete_message(self.name, message.receipt_handle)
        return done


class StandardQueue(Queue):
    """A standard queue: messages do not wait for one another, so what fails holds up nothing."""

    def send(self, body):
        super().send(body, group=None)

    def round(self, invoke):
        """Hands over all that waits, and what comes meanwhile, each once; what failed is visible again
        afterwards. Gives how many are done."""
        queue, failed, finished = self.aws.sqs.get_queue(self.name), [], 0
        while received := self.aws.sqs.receive_message(self.name, self.batch_size, 0, 360):
            done = invoke({"Records": [record(message, queue) for message in received]})
            kept = given_back(done, [message.id for message in received])
            for message in received:
                if message.id in kept:
                    failed.append(message.receipt_handle)
                else:
                    self.aws.sqs.delete_message(self.name, message.receipt_handle)
                    finished += 1
        for handle in failed:
            self.aws.sqs.change_message_visibility(self.name, handle, 0)
        return finished


def given_back(done, ids):
    """Which messages Lambda keeps: the failed ones, or all when the function failed or answered nonsense."""
    if done.error is not None:
        return set(ids)
    if not done.response:
        return set()
    failed = [entry.get("itemIdentifier") for entry in done.response.get("batchItemFailures") or []]
    return set(failed) if set(failed) <= set(ids) else set(ids)


def record(message, queue):
    """One message as the function gets it."""
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SequenceNumber": str(message.sequence_number),
            "MessageGroupId": message.group_id,
            "MessageDeduplicationId": message.deduplication_id,
        },
        "messageAttributes": {},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": "eu-west-1",
    }


def texts(queue):
    return [message.body for message in queue._messages]
