"""The least that a Python function needs in front of it: asks the Lambda Runtime API for events, hands them to
`handler.handler`. Lambda's own runtime client does more and takes longer to start."""

import json
import os
import urllib.request

import handler

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"

while True:
    with urllib.request.urlopen(f"{API}/next") as given:
        request, event = given.headers["Lambda-Runtime-Aws-Request-Id"], json.load(given)
    try:
        kind, answer = "response", handler.handler(event)
    except Exception as error:  # what Lambda's runtime does with whatever a handler raises
        kind, answer = "error", {"errorMessage": str(error), "errorType": type(error).__name__}
    urllib.request.urlopen(f"{API}/{request}/{kind}", data=json.dumps(answer).encode()).close()
