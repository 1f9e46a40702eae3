#!/usr/bin/env bash
# `isolane dev` while files change: what it says, and what browsers get.
. tests/e2e/lib.bash

# What the program has said since `mark`.
since=1
mark() { since=$(($(wc -l <"$scratch/log") + 1)); }
said() { tail -n "+$since" "$scratch/log"; }
awaited() { # NAME PATTERN: waits until it is said
  await found "$2"
  if [ -s "$scratch/found" ]; then check "$1" yes yes; else check "$1" "$(said)" "*$2*"; fi
}
found() { said | grep -E "$1" >"$scratch/found" || ! is_running "$server"; }

worker page 'import { name } from "./name.js";
export default { fetch: (request, env) => request.url.endsWith("/html")
    ? new Response("<h1>" + name + "</h1>", { headers: { "content-type": "text/html" } })
    : new Response(name + " " + env.SECRET) };'
write page/name.js 'export const name = "one";'
write page/.dev.vars 'SECRET=hush1'
start dev --live-reload -c "$scratch/page/wrangler.toml"
check "serves" "$(http GET /)" "200 one hush1"
check "an HTML page has the script" "$(http GET /html)" '200 <h1>one</h1><script>*/cdn-cgi/live-reload*</script>'

# A page that waits for the word, as the script does.
beside page.log "$node" -e '
  const protocol = "WRANGLER_PROXYWORKER_LIVE_RELOAD_PROTOCOL";
  const socket = new WebSocket(process.argv[1].replace("http", "ws") + "/cdn-cgi/live-reload", protocol);
  socket.onopen = () => console.log("connected");
  socket.onmessage = ({ data }) => console.log(socket.protocol === protocol, data);
  socket.onclose = ({ code }) => console.log("closed", code);
' "$origin"
await grep -q connected "$scratch/page.log"
write page/name.js 'export const name = "two";'
awaited "an edit is told, with the time it took" 'Local server updated and ready \(page, [0-9]+ ms\)'
check "and served" "$(http GET /)" "200 two hush1"
await grep -q reload "$scratch/page.log"
check "the page is told to load itself again" "$(tail -n 1 "$scratch/page.log")" "true reload"
check "others who ask there reach the Worker" "$(http GET /cdn-cgi/live-reload)" "200 two hush1"

mark
write page/name.js 'export const name = "two";
export const broken = ;'
awaited "what does not compile is told with its place" 'name\.js:2:'
check "as a failed build" "$(said)" "*\[ERROR\] Build failed with 1 error:*export const broken = ;*"
check "and the last good version serves" "$(http GET /)" "200 two hush1"
write page/name.js 'export const name = "three";'
awaited "the repair is taken" 'updated and ready'
check "and served, too" "$(http GET /)" "200 three hush1"
check "the error was told once" "$(said | grep -c 'Build failed')" 1

mark
write page/name.js 'throw new Error("at the start");'
awaited "a throw at the top level is told" 'at the start'
check "and keeps the last good version, too" "$(http GET /)" "200 three hush1"
write page/name.js 'export const name = "four";'
awaited "until it is gone" 'updated and ready'

mark
write page/.dev.vars 'SECRET=hush2'
awaited "secrets are read again" 'updated and ready'
check "and used" "$(http GET /)" "200 four hush2"
check "and not shown" "$(said | grep -c hush)" 0

mark
write page/wrangler.toml 'name = "page"
main = '
awaited "a configuration that cannot be read is told" 'Invalid TOML document'
check "and the old one serves" "$(http GET /)" "200 four hush2"
write page/wrangler.toml 'name = "page"
main = "index.js"
compatibility_date = "2026-11-17"
[vars]
SECRET = "not so secret"
[[services]]
binding = "OWN"
service = "page"'
awaited "its repair is taken, with the table" 'env.OWN \(page\)'
awaited "and told" 'updated and ready'

mark
config=$(cat "$scratch/page/wrangler.toml")
write page/wrangler.toml "$config
[dev]
local_protocol = \"https\"
ip = \"127.0.0.2\""
awaited "another address takes a new start, which is said" 'address 127.0.0.2, https'
check "and requests are served as before" "$(http GET /)" "200 four hush2"
write page/wrangler.toml "$config"

kill -TERM "$server"
wait "$server"
check "a stop is no trouble" $? 143
server=
wait "$other"
check "which pages that listen are told" "$(tail -n 1 "$scratch/page.log")" "closed 1001"

# The first build.
write page/name.js 'export const name = ;'
since=1
start dev -c "$scratch/page/wrangler.toml"
awaited "a first build that fails is told" 'Build failed with 1 error:'
check "a request that waits too long is told why" "$(http GET /)" \
  '503 Worker "page" cannot run: its build failed.*name.js:1:*'
beside held http GET /
write page/name.js 'export const name = "five";'
wait "$other"
check "one that waits gets the answer of the repair" "$(cat "$scratch/held")" "200 five *"
