#!/usr/bin/env bash
# A project with a vercel.json while it changes, and what it says of requests.
. tests/e2e/lib.bash

awaited() { # NAME PATTERN: waits until it is said
  local left=500
  until grep -qE "$2" "$scratch/log"; do
    left=$((left - 1))
    if [ $left = 0 ] || ! kill -0 "$server"; then break; fi
    sleep 0.02  # until the condition holds
  done
  check "$1" "$(grep -cE "$2" "$scratch/log" | sed 's/^[1-9].*/said/')" said
}
answers() { # NAME PATH WANT: asks until the answer is the one
  local left=200
  # shellcheck disable=SC2053
  until [[ $(http GET "$2") == $3 ]]; do
    left=$((left - 1))
    if [ $left = 0 ]; then break; fi
    sleep 0.02  # until the condition holds
  done
  check "$1" "$(http GET "$2")" "$3"
}
# "NAME: VALUE" of a response.
header() { # PATH NAME
  "$node" -e '
    fetch(process.argv[1] + process.argv[2], { redirect: "manual" })
        .then((response) => console.log(process.argv[3] + ": " + response.headers.get(process.argv[3])));
  ' "$origin" "$1" "$2"
}

write app/shop/name.ts 'export const name: string = "one";'
write app/shop/index.mjs 'import { name } from "./name.ts";
export default { fetch: (request) => new Response(name + " for " + request.headers.get("x-forwarded-for"), { headers: { server: "mine" } }) };'
write app/program/server.py '
import os, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        text = b"program: " + urllib.request.urlopen(os.environ["SHOP_URL"]).read()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()'
write app/site/index.html '<h1>site</h1>'
write app/routes/app/api/items/route.ts 'export const GET = () => new Response("items");'
rules() { # JSON members
  write app/vercel.json '{ "services": {
    "shop": { "root": "shop", "entrypoint": "index.mjs" },
    "program": { "root": "program", "devCommand": "exec python3 server.py",
                 "bindings": [{ "type": "service", "service": "shop", "format": "url", "env": "SHOP_URL" }] },
    "site": { "root": "site" }, "routes": { "root": "routes" } },
    "redirects": [{ "source": "/old", "destination": "/shop/new" }],
    "rewrites": [{ "source": "/api/(.*)", "destination": { "service": "routes" } },
                 { "source": "/program", "destination": { "service": "program" } },
                 { "source": "/site", "destination": { "service": "site", "path": "/index.html" } },
                 { "source": "/index.html", "destination": { "service": "site" } }'"$1"'] }'
}
rules ', { "source": "/shop/(.*)", "destination": { "service": "shop" } }'
start dev "$scratch/app"
check "an isolate knows whom it answers" "$(http GET /shop/x)" "200 one for 127.0.0.1"
check "a program calls it, which is nobody from outside" "$(http GET /program)" "200 program: one for null"

# --- what is said of requests ---
check "the edge says what it is" "$(header /shop/x server)" "server: Vercel"
check "and what a cache would have done" "$(header /shop/x x-vercel-cache)" "x-vercel-cache: MISS"
check "and how the request is called" "$(header /old x-vercel-id)" "x-vercel-id: dev1::?????-*-????????????"
check "a redirect is answered" "$(http GET /old)" "308 Redirecting..."
check "a file is" "$(http GET /index.html)" "200 <h1>site</h1>"
check "what has no route is" "$(http GET /none)" "404 *"
awaited "a redirect has its line" '^GET /old 308 Permanent Redirect \([0-9]+ms\)$'
awaited "a file has" '^GET /index\.html 200 OK \([0-9]+ms\)$'
awaited "an error of the routes has" '^GET /none 404 Not Found \([0-9]+ms\)$'
awaited "a program has" '^GET /program 200 OK \([0-9]+ms\)$'

# --- sources ---
write app/shop/name.ts 'export const name: string = "two";'
awaited "an edit is told" 'Local server updated and ready \(shop, [0-9]+ ms\)'
check "and served" "$(http GET /shop/x)" "200 two for *"
check "also to the program" "$(http GET /program)" "200 program: two for null"
write app/shop/name.ts 'export const name: string = ;'
awaited "what does not compile is told with its place" 'shop/name\.ts:1:'
check "and the last good code serves" "$(http GET /shop/x)" "200 two for *"
write app/shop/name.ts 'export const name: string = "three";'
answers "the repair is taken" /shop/x "200 three for *"
write app/shop/index.mjs 'export const nothing = 1;'
awaited "code without handlers is told" 'exports no handler'
check "and the code before it serves" "$(http GET /shop/x)" "200 three for *"

# --- files of routes ---
check "a file answers its route" "$(http GET /api/items)" "200 items"
check "what has no file is no route" "$(http GET /api/orders)" "404 *"
write app/routes/app/api/orders/route.ts 'export const GET = () => new Response("orders");'
answers "a new file is a new route" /api/orders "200 orders"
write 'app/routes/app/api/[id]/route.ts' 'export const GET = async (request, { params }) => new Response("id " + (await params).id);'
answers "also one with a parameter" /api/17 "200 id 17"
rm "$scratch/app/routes/app/api/orders/route.ts"
answers "one that is removed is no route" /api/orders "200 id orders"
check "and the others stay" "$(http GET /api/items)" "200 items"

# --- rules ---
rules ', { "source": "/store/(.*)", "destination": { "service": "shop" } }'
answers "rules follow the file" /store/x "200 three for *"
check "the former ones are gone" "$(http GET /shop/x)" "404 *"
write app/vercel.json '{ "services": {'
http GET /store/x >/dev/null
awaited "a broken file is told" '^Error: \[INVALID_VERCEL_JSON\] Failed to parse vercel\.json'
check "and the last good rules stay" "$(http GET /store/x)" "200 three for *"
stop

# --- starts ---
write app/shop/index.mjs 'export const broken = ;'
rules ''
check "code that cannot be built ends the start, in words" "$(refused dev "$scratch/app")" \
  '1 *index.mjs:1:*Error: Service "shop" cannot start: *shop/index.mjs could not be built'
write app/shop/index.mjs 'export const nothing = 1;'
check "code without handlers as well" "$(refused dev "$scratch/app")" \
  '1 *Error: Service "shop": shop/index.mjs exports no handler*'
write toml/shop/index.mjs 'export default { fetch: () => new Response("by TOML") };'
write toml/vercel.toml '[services.shop]
root = "shop"
entrypoint = "index.mjs"
[[rewrites]]
source = "/(.*)"
destination = { service = "shop" }'
stop
"$isolane" dev "$scratch/toml" --port 0 --log-format json >"$scratch/log" 2>&1 &
server=$!
origin=
while [ -z "$origin" ] && kill -0 "$server"; do
  origin=$(sed -n 's/.*"type":"ready".*"url":"\([^"]*\)".*/\1/p' "$scratch/log")
  sleep 0.02 # until the condition holds
done
check "a project may be written as TOML" "$(http GET /x)" "200 by TOML"
stop
check "programs read lines of JSON" "$("$node" -e '
  const lines = require("node:fs").readFileSync(process.argv[1], "utf8").trim().split("\n").map((line) => JSON.parse(line));
  console.log(lines.map(({ type, path, status }) => [type, path, status].join(" ").trim()).join(", "));
' "$scratch/log")" "build, ready, request /x 200"
