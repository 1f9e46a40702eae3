"""A service on python's standard library that calls the Worker in front of it."""
import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STOCK = {"apple": {"price": 2, "left": 10}, "pear": {"price": 3, "left": 0}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        item = self.path.rsplit("/", 1)[-1]
        if item == "currency":
            with urllib.request.urlopen(os.environ["EDGE_URL"] + "/currency") as answer:
                value = {"currency": answer.read().decode()}
        else:
            value = STOCK.get(item, {"price": None, "left": 0})
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, text, *values):
        print(text % values, flush=True)


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
