#!/usr/bin/env bash
# Services of a vercel.json that are programs of their own: how they start, serve, crash and end.
. tests/e2e/lib.bash

# A server on python's standard library; what it is asked for is the first part of the path.
write app/py/server.py '
import base64, hashlib, os, socket, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        what = self.path.split("?")[0].split("/")[2]
        if what == "pid": return self.send(str(os.getpid()))
        if what == "env": return self.send(os.environ.get(self.path.split("/")[3], "-"))
        if what == "exit": os._exit(3)
        if what == "connect":
            try:
                s = socket.create_connection(("127.0.0.1", int(self.path.split("/")[3])), 5)
                s.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                return self.send("read " + str(len(s.recv(100))))
            except OSError as e: return self.send(type(e).__name__)
        if what == "ws": return self.websocket()
        if what == "events":
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"6\r\none\n\n\n\r\n")
            self.wfile.flush()
            # The rest comes when the client has said that it saw the first.
            while not os.path.exists(os.environ["SEEN"]): time.sleep(0.01)
            self.wfile.write(b"6\r\ntwo\n\n\n\r\n0\r\n\r\n")
            return
        self.send("py " + self.path + " host " + self.headers["host"] + " for " + str(self.headers["x-forwarded-host"]))
    def do_POST(self):
        size = self.headers.get("content-length")
        if size is None:
            body = b""
            while n := int(self.rfile.readline(), 16):
                body += self.rfile.read(n); self.rfile.readline()
            self.rfile.readline()
        else: body = self.rfile.read(int(size))
        self.send(hashlib.sha256(body).hexdigest() + " " + str(len(body)))
    def send(self, text):
        data = text.encode()
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def websocket(self):
        key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            b"sec-websocket-accept: " + base64.b64encode(hashlib.sha1(key.encode()).digest()) + b"\r\n\r\n")
        head = self.rfile.read(2)
        size = head[1] & 127
        mask = self.rfile.read(4)
        text = bytes(c ^ mask[i % 4] for i, c in enumerate(self.rfile.read(size)))
        answer = text + b" " + self.path.encode()
        self.connection.sendall(bytes([0x81, len(answer)]) + answer)
        self.rfile.read(2)
        self.close_connection = True
    def log_message(self, *args): pass

if "stubborn" in sys.argv:
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("hello from py", flush=True)
sys.stdout.write("two "); sys.stdout.flush(); print("parts", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
'
write app/js/index.mjs '
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const answer = await fetch(process.env.PY_URL + pathname).catch((error) => new Response(String(error)));
    return new Response("js got " + (await answer.text()));
  },
};'
project() { # ARGUMENTS of server.py
  write app/vercel.json '{
  "services": {
    "js": { "root": "js", "entrypoint": "index.mjs",
            "bindings": [{ "type": "service", "service": "py", "format": "url", "env": "PY_URL" }] },
    "py": { "root": "py", "devCommand": "exec python3 server.py '"$1"'",
            "bindings": [{ "type": "service", "service": "js", "format": "url", "env": "JS_URL" }] },
    "other": { "root": "py", "devCommand": "python3 server.py" }
  },
  "rewrites": [
    { "source": "/js/(.*)", "destination": { "service": "js" } },
    { "source": "/py/(.*)", "destination": { "service": "py" } },
    { "source": "/other/(.*)", "destination": { "service": "other" } }
  ]
}'
}
gone() { # PID: "gone", as soon as it is, or "still there"
  if await has_ended "$1"; then echo gone; else echo "still there"; fi
}
has_ended() { ! kill -0 "$1" 2>/dev/null || grep -q ') Z' "/proc/$1/stat" 2>/dev/null; } # PID
pid_of() { http GET "/$1/pid" | cut -d' ' -f2; }

export SEEN=$scratch/seen
project ""
start dev "$scratch/app"

# --- serving ---
check "a request goes to the program, which sees its own host" "$(http GET /py/x?y=%20z)" \
  "200 py /py/x?y=%20z host 127.0.0.1:* for ${origin#http://}"
check "an isolate calls it" "$(http GET /js/hello)" "200 js got py /js/hello host 127.0.0.1:* for None"
port=$(http GET /py/env/JS_URL)
port=${port##*:}
check "who was not given a URL cannot use it" "$(http GET "/other/connect/$port")" "200 @(PermissionError|ConnectionResetError)"
check "not even somebody outside" "$("$node" -e "fetch('http://127.0.0.1:$port/').then(() => console.log('reached'), (e) => console.log(e.message))")" \
  "fetch failed"
check "five megabytes go up" "$("$node" -e '
  const crypto = require("node:crypto");
  const body = Buffer.alloc(5 << 20, "abc");
  fetch(process.argv[1] + "/py/up", { method: "POST", body: new Blob([body]).stream(), duplex: "half" })
    .then((r) => r.text()).then((t) => console.log(t === crypto.createHash("sha256").update(body).digest("hex") + " 5242880"));
' "$origin")" "true"
check "a response is streamed" "$("$node" -e '
  (async () => {
    const reader = (await fetch(process.argv[1] + "/py/events")).body.getReader();
    const first = Buffer.from((await reader.read()).value).toString().trim();
    require("node:fs").writeFileSync(process.env.SEEN, "");
    console.log(first, Buffer.from((await reader.read()).value).toString().trim(), (await reader.read()).done);
  })();
' "$origin")" "one two true"
check "a WebSocket goes through" "$("$node" -e '
  const socket = new WebSocket(process.argv[1].replace("http", "ws") + "/py/ws?a=b");
  socket.onopen = () => socket.send("hi");
  socket.onmessage = (event) => { console.log(event.data); process.exit(); };
  socket.onerror = (event) => { console.log("error", event.message); process.exit(); };
' "$origin")" "hi /py/ws?a=b"
check "lines have their service before them" "$(cat "$scratch/log")" '*\[py\]    hello from py
*\[py\]    two parts
*'
metrics=$(sed -n 's/^Metrics on //p' "$scratch/log")
origin=${metrics%/_isolane*}
check "calls are counted" "$(http GET /_isolane/metrics)" '200 *isolane_service_requests_total{caller="js",service="py"} 1
*'
check "apart from requests of the public" "$(http GET /_isolane/metrics.json)" '200 *"service": "py", "edge_requests": 5,*'
check "the stranger too" "$(http GET /_isolane/metrics)" '200 *isolane_service_denied_total{caller="py",service="js"} [12]
*'
check "not for other hosts" "$("$node" -e '
  const options = { headers: { host: "evil.example" }, agent: false };
  require("node:http").get(process.argv[1] + "/_isolane/metrics", options, (r) => { console.log(r.statusCode); r.resume(); });
' "$origin")" "403"
origin=$(sed -n 's/.*Ready on \(http:[^ ]*\).*/\1/p' "$scratch/log" | head -n 1)

# --- crashes ---
old=$(pid_of py)
check "a crash is a 500" "$(http GET /py/exit)" "500 A server error has occurred*FUNCTION_INVOCATION_FAILED"
await grep -q 'exited with code 3; it is started again' "$scratch/log"
check "and is told" "$(cat "$scratch/log")" '*Service "py" exited with code 3; it is started again in 200 ms.*'
new=$old
answers() {
  answer=$(http GET /py/pid)
  [ "${answer%% *}" = 200 ] && new=${answer#* }
}
await answers
check "then there is another one" "$([ "$new" != "$old" ] && echo another)" "another"

# --- the end ---
py=$(pid_of py)
other=$(pid_of other)
kill -9 "$server"
wait "$server" 2>/dev/null
server=
check "nothing is left of a server that was killed" "$(gone "$py") $(gone "$other")" "gone gone"

project stubborn
start dev "$scratch/app"
py=$(pid_of py)
other=$(pid_of other)
kill -INT "$server"
wait "$server"
status=$?
server=
check "SIGINT ends a program that ignores SIGTERM" "$status $(gone "$py") $(gone "$other")" "130 gone gone"

project ""
start dev "$scratch/app"
py=$(pid_of py)
kill -HUP "$server"
wait "$server"
status=$?
server=
check "so does the end of the terminal" "$status $(gone "$py")" "129 gone"

write app/py/server.py 'import sys; print("broken", file=sys.stderr); sys.exit(3)'
check "a program that ends at the start ends the start" "$(refused dev "$scratch/app")" \
  '1 *Error: \[DEV_SERVICE_START_FAILED\] Service "@(py|other)" exited with code 3 before port was available*'
write app/vercel.json '{ "services": { "a": { "root": "js", "entrypoint": "x.cjs" } } }'
write app/js/x.cjs ''
check "no way to run it" "$(refused dev "$scratch/app")" \
  '1 *Error: \[DEV_SERVICE_START_FAILED\] No dev server available for service "a" (framework: none)*'
