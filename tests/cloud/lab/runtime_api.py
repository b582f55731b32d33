"""The Lambda Runtime API, as far as a function's runtime asks for it, for one process."""

import http.server
import queue
import threading
import time
import uuid


class RuntimeApi:
    """Hands events to the function that asks for them, and takes its answers."""

    def __init__(self, function, timeout):
        self.function, self.timeout = function, timeout
        self.waiting = queue.Queue()
        self.results = {}
        self.init_error = None
        self.first_asked = threading.Event()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                api.first_asked.set()
                request, event = api.waiting.get()
                if request is None:
                    return self.reply(410)
                deadline = int((time.time() + api.timeout) * 1000)
                self.reply(
                    200,
                    event,
                    {
                        "Content-Type": "application/json",
                        "Lambda-Runtime-Aws-Request-Id": request,
                        "Lambda-Runtime-Deadline-Ms": str(deadline),
                        "Lambda-Runtime-Invoked-Function-Arn": api.function,
                        "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
                    },
                )

            def do_POST(self):
                body = self.body()
                self.reply(202)
                *_, request, kind = self.path.split("/")
                if request == "init":
                    api.init_error = body.decode()
                elif request in api.results:
                    api.results[request].put((kind, body))

            def body(self):
                length = self.headers.get("Content-Length")
                if length is not None:
                    return self.rfile.read(int(length))
                chunks = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    chunks.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

            def reply(self, status, body=b"", headers=None):
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # A function that is killed leaves a connection broken: nothing to tell.
        self.server.handle_error = lambda *_: None
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def invoke(self, event):
        """Hands over one event (bytes); gives its id, to wait for with `result`."""
        request = str(uuid.uuid4())
        self.results[request] = queue.Queue()
        self.waiting.put((request, event))
        return request

    def result(self, request, timeout):
        """`("response" | "error", body)`; `queue.Empty` when none came in time."""
        return self.results[request].get(timeout=timeout)

    def close(self):
        self.waiting.put((None, b""))
        self.server.shutdown()
        self.server.server_close()
