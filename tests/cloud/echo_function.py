"""A stand-in for the function, for the lab's own tests: does what the event (or each message) says."""

import json
import os
import sys
import time
import urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"


def work(order):
    print(json.dumps({"level": "INFO", "did": order}), flush=True)
    if order == "exit":
        sys.exit(3)
    if order == "sleep":
        time.sleep(30)
    return order != "fail"


def answer(event):
    if "Records" in event:
        failed = [one["messageId"] for one in event["Records"] if not work(json.loads(one["body"])["do"])]
        return "response", {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
    done = work(event.get("do", event))
    return ("response", {"done": event}) if done else ("error", {"errorMessage": "asked to fail"})


while True:
    with urllib.request.urlopen(f"{API}/next") as given:
        request, event = given.headers["Lambda-Runtime-Aws-Request-Id"], json.load(given)
    kind, said = answer(event)
    urllib.request.urlopen(f"{API}/{request}/{kind}", data=json.dumps(said).encode()).close()
