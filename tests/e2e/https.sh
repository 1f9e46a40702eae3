#!/usr/bin/env bash
# `--local-protocol https`: with a certificate that is made at the start, or with the user's own.
. tests/e2e/lib.bash

worker front '
export default { async fetch(request, env) {
  const { pathname } = new URL(request.url);
  if (pathname === "/ws") {
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", (event) => server.send("echo " + event.data));
    return new Response(null, { status: 101, webSocket: client });
  }
  if (pathname === "/move") return Response.redirect(new URL("/there", request.url), 302);
  if (pathname === "/back") return env.BACK.fetch(request);
  return new Response(`${request.method} ${request.url} ${(await request.text()).length}`);
} };' 'services = [{ binding = "BACK", service = "back" }]'
worker back 'export default { fetch: (request) => new Response("back " + request.url) };'
configs=(-c "$scratch/front/wrangler.toml" -c "$scratch/back/wrangler.toml")

# Starts it, and waits until it listens for https; `port` says where.
start_secure() { # ARGUMENT...
  stop
  : >"$scratch/log"
  "$isolane" "$@" --port 0 >"$scratch/log" 2>&1 &
  server=$!
  await_ready "$server" log "$*" 'Ready on \(https:[^ ]*\)'
  port=${origin##*:}
}

# Sends a request over TLS: "AUTHORIZED STATUS LOCATION BODY".
secure() { # PATH [BYTES-OF-BODY]
  "$node" -e '
    const [port, path, size, ca] = process.argv.slice(1);
    const request = require("https").request({
      port, path, host: "localhost", method: size ? "POST" : "GET", ca: ca && require("fs").readFileSync(ca),
      rejectUnauthorized: false,
    }, (response) => {
      const authorized = response.socket.authorized;
      let text = "";
      response.on("data", (chunk) => { text += chunk; });
      response.on("end", () => { console.log(authorized, response.statusCode, response.headers.location ?? "-", text); });
    });
    request.on("error", (error) => console.log("failed", error.message));
    request.end(size ? "x".repeat(Number(size)) : undefined);
  ' "$port" "$1" "${2-}" "${ca-}"
}

start_secure dev "${configs[@]}" --local-protocol https --ip localhost
check "https is served, and Workers see it" "$(secure /a)" "false 200 - GET https://localhost:$port/a 0"
check "bodies of any size arrive" "$(secure /b 1000000)" "false 200 - POST https://localhost:$port/b 1000000"
check "redirects stay there" "$(secure /move)" "false 302 https://localhost:$port/there "
check "bound Workers see the same URL" "$(secure /back)" "false 200 - back https://localhost:$port/back"
check "WebSockets work over TLS" "$(NODE_TLS_REJECT_UNAUTHORIZED=0 NODE_NO_WARNINGS=1 "$node" -e '
  const socket = new WebSocket(process.argv[1]);
  socket.onopen = () => socket.send("hello");
  socket.onmessage = (event) => { console.log(event.data); socket.close(); };
  socket.onerror = (event) => { console.log("failed", event.message); process.exit(); };' "wss://localhost:$port/ws")" "echo hello"
origin=http://localhost:$port
check "plain HTTP there is no answer" "$(http GET /)" "failed: *"

start_secure dev "${configs[@]}" --local-protocol https --upstream-protocol http
check "another scheme for Workers" "$(secure /a)" "false 200 - GET http://localhost:$port/a 0"

# A certificate of the user's.
"$node" -e '
  const { generateKeyPairSync } = require("crypto");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  require("fs").writeFileSync(process.argv[1], privateKey.export({ type: "pkcs8", format: "pem" }));' "$scratch/other.pem"
if command -v openssl >/dev/null; then
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$scratch/key.pem" -out "$scratch/cert.pem" -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
  start_secure serve "${configs[@]}" --local-protocol https --https-cert-path "$scratch/cert.pem" --https-key-path "$scratch/key.pem"
  check "a certificate of the user's is used" "$(ca=$scratch/cert.pem secure /a)" "true 200 - GET https://localhost:$port/a 0"
  check "with its own key only" \
    "$(refused dev "${configs[@]}" --local-protocol https --https-cert-path "$scratch/cert.pem" --https-key-path "$scratch/other.pem")" \
    "1 *HTTPS is not possible: the private key is not that of the certificate*"
else
  echo "skipped: a certificate of the user's, which needs the program openssl"
fi
check "a certificate without a key is refused" \
  "$(refused dev "${configs[@]}" --local-protocol https --https-cert-path "$scratch/cert.pem")" \
  "1 *Must specify both certificate path and key path to use a Custom Certificate.*"
check "and a file that is not there" \
  "$(refused dev "${configs[@]}" --local-protocol https --https-cert-path "$scratch/none.pem" --https-key-path "$scratch/other.pem")" \
  "1 *Cannot read *none.pem: No such file or directory*"
worker own 'export default { fetch: (request) => new Response(request.url) };' '[dev]
local_protocol = "https"'
start_secure dev -c "$scratch/own/wrangler.toml"
check "local_protocol of [dev] asks for it as well" "$(secure /x)" "false 200 - https://localhost:$port/x"
