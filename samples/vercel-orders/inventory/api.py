"""The few lines of a web framework that the inventory needs, on python's standard library."""
import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Problem(Exception):
    def __init__(self, status, detail):
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Api:
    def __init__(self):
        self.routes = []

    def route(self, method, path):
        pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")

        def add(handler):
            self.routes.append((method, pattern, handler))
            return handler

        return add

    def get(self, path):
        return self.route("GET", path)

    def post(self, path):
        return self.route("POST", path)

    def answer(self, method, path, body):
        for wanted, pattern, handler in self.routes:
            match = pattern.match(path)
            if match and wanted == method:
                payload = [json.loads(body)] if body else []
                return 200, handler(*payload, **match.groupdict())
        raise Problem(404, "Not Found")

    def serve(self):
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                try:
                    status, value = api.answer(self.command, self.path.split("?")[0], body)
                except Problem as problem:
                    status, value = problem.status, {"detail": problem.detail}
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = answer

            def log_message(self, text, *values):
                print(text % values, flush=True)

        ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
