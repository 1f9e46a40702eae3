#!/usr/bin/env bash
# Ports of single Workers, routes, and the host that Workers see.
. tests/e2e/lib.bash

seen='export default { fetch(request, env) {
  return new Response(`${env.NAME} ${request.url} ${request.headers.get("host")} ${request.headers.get("origin")}`);
} };'
worker gateway "$seen" '
routes = ["app.example.com/*"]
vars = { NAME = "gateway" }'
worker api "$seen" '
route = "app.example.com/api/*"
vars = { NAME = "api" }'
configs=(-c "$scratch/gateway/wrangler.toml" -c "$scratch/api/wrangler.toml")

port_of() { sed -n "s/.*Ready on http:.*:\([0-9]*\) ($1)\$/\1/p" "$scratch/log"; }

start serve "${configs[@]}" --port api=0
check "serve shows requests as they were sent" "$(http GET /x)" "200 gateway $origin/x ${origin#http://} null"
own=http://127.0.0.1:$(port_of api)
origin=$own
check "a Worker has a port of its own" "$(http GET /y)" "200 api $own/y ${own#http://} null"

start dev "${configs[@]}"
check "dev shows the host of the first route" "$(http GET /x "Origin: $origin")" \
  "200 gateway http://app.example.com/x app.example.com http://app.example.com"
check "and says so" "$(cat "$scratch/log")" "*Requests for this machine reach Workers as http://app.example.com*"

worker visitor 'export default { fetch(request) { return new Response(`${request.cf?.country} ${request.headers.get("cf-connecting-ip")}`); } };'
start dev -c "$scratch/visitor"
check "dev adds what the edge would know of a client" "$(http GET /)" "200 US @(127.0.0.1|::1)"
check "but for an address that was sent" "$(http GET / "CF-Connecting-IP: 192.0.2.7")" "200 US 192.0.2.7"
start serve -c "$scratch/visitor"
check "serve adds nothing" "$(http GET /)" "200 undefined null"

start dev "${configs[@]}" --infer-origin-from-routes=false
check "or what was sent, on request" "$(http GET /x)" "200 gateway $origin/x ${origin#http://} null"

start dev "${configs[@]}" --host other.example --upstream-protocol https
check "or another host and scheme" "$(http GET /x)" "200 gateway https://other.example/x other.example null"

start dev "${configs[@]}" --routes
port=${origin##*:}
routed() { # PATH
  "$node" -e '
    const [port, path] = process.argv.slice(1);
    require("http").get({ port, path, host: "127.0.0.1", headers: { host: "app.example.com" } }, (response) => {
      let text = "";
      response.on("data", (chunk) => { text += chunk; });
      response.on("end", () => console.log(text));
    });' "$port" "$1"
}
check "routes choose by path" "$(routed /api/1)" "api http://app.example.com/api/1 app.example.com null"
check "and the rest is the other route's" "$(routed /x)" "gateway http://app.example.com/x app.example.com null"
check "what matches none is the public Worker's, as it was sent" "$(http GET /api/1)" "200 gateway $origin/api/1 *"

check "a port of an unknown Worker is refused" "$(refused dev "${configs[@]}" --port apu=0)" \
  '1 *no such Worker (known: gateway, api)*Did you mean "api"?*'
