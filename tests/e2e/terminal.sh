#!/usr/bin/env bash
# What `isolane dev` prints for people and for programs, and the keys it listens to on a terminal.
. tests/e2e/lib.bash

worker gateway '
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/boom") {
      throw new TypeError("boom");
    }
    console.log("from gateway", { a: 1 });
    ctx.waitUntil((async () => { await null; await env.KEYS.note(pathname); })());
    return new Response(await env.KEYS.key(pathname));
  },
};' 'services = [{ binding = "KEYS", service = "keys" }]'
worker keys '
import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  key(path) { console.warn("asked for", path); return `key of ${path}`; }
  async note() { await new Promise((done) => setTimeout(done, 20)); }
}'
configs=(-c "$scratch/gateway/wrangler.toml" -c "$scratch/keys/wrangler.toml")
lines() { grep -c "$1" "$scratch/log"; }

start dev "${configs[@]}"
check "a request is answered" "$(http GET '/a?secret=1')" "200 key of /a"
check "an error as well" "$(http GET /boom)" "500 *"
stop
check "the line of a request has its calls" "$(grep '^GET /a' "$scratch/log")" \
  "GET /a 200 OK ([0-9]*ms)  gateway → (KEYS.*ms*)"
check "lines of console name their Worker" "$(grep 'from gateway' "$scratch/log")" "\[gateway] from gateway { a: 1 }"
check "warnings are marked" "$(grep 'asked for' "$scratch/log")" "\[keys] ▲ \[WARNING] asked for /a"
check "an error shows its code" "$(grep -A8 'Uncaught' "$scratch/log")" "\[gateway] ✘ \[ERROR] Uncaught TypeError: boom
    at Object.fetch (*/gateway/index.js:6:13)
    4 |     const { pathname } = new URL(request.url);
    5 |     if (pathname === \"/boom\") {
  > 6 |       throw new TypeError(\"boom\");
      |             ^
    7 |     }
*GET /boom 500 Internal Server Error*"
check "nothing is coloured in a file, and no query is told" "$(grep -c -e $'\x1b' -e secret "$scratch/log")" 0

# Starts it where "Ready on ..." is not the plain line that `start` waits for: PATTERN has the address in \(\).
start_otherwise() { # PATTERN ARGUMENT...
  local pattern=$1
  shift
  stop
  "$isolane" "$@" --port 0 >"$scratch/log" 2>"$scratch/errors" &
  server=$!
  await_ready "$server" log "$*" "$pattern"
}

FORCE_COLOR=1 start_otherwise 'Ready on [^h]*\(http:[a-z0-9.:\/]*\)' dev "${configs[@]}"
http GET /a >/dev/null
stop
check "FORCE_COLOR colours nevertheless" "$(grep -c $'\x1b\[32m200 OK' "$scratch/log")" 1

start dev "${configs[@]}" --log-level info
http GET /a >/dev/null
stop
check "--log-level info leaves out console.log" "$(lines 'WARNING')/$(lines 'GET /a')/$(lines 'from gateway')" "1/[12]/0"

start_otherwise '"type":"ready".*"url":"\([^"]*\)"' dev "${configs[@]}" --log-format json
http GET '/a?secret=1' >/dev/null
http GET /boom >/dev/null
cp "$scratch/keys/index.js" "$scratch/keys.js"
write keys/index.js 'export default {'
await grep -q '"type":"build".*"ok":false' "$scratch/log"
cp "$scratch/keys.js" "$scratch/keys/index.js"
await grep -q '"type":"reload"' "$scratch/log"
stop
check "--log-format json writes objects to stdout and nothing else" \
  "$("$node" -e '
    const lines = require("fs").readFileSync(process.argv[1], "utf8").trim().split("\n").map(JSON.parse);
    const log = lines.find((line) => line.message?.startsWith("from gateway"));
    const request = lines.find((line) => line.path === "/a");
    const failed = lines.find((line) => line.path === "/boom");
    const error = lines.find((line) => line.level === "error" && line.message.includes("Uncaught"));
    const ready = lines.find((line) => line.type === "ready");
    const builds = lines.filter((line) => line.type === "build");
    const reload = lines.find((line) => line.type === "reload");
    const names = request.calls.map((call) => `${call.name}<${call.caller}`).sort();
    console.log([
      ready.workers, builds.filter((build) => build.ok && build.ms >= 0).length >= 3,
      builds.find((build) => !build.ok).worker, reload.workers, reload.ms > 0, log.level, log.worker, log.request === request.request, request.status,
      request.statusText, names, request.totalMs >= request.ms, failed.status, error.source,
      error.message.split("\n")[0], lines.every((line) => !Number.isNaN(Date.parse(line.time))),
    ].join(" "));' "$scratch/log")" \
  "gateway,keys true keys keys true log gateway true 200 OK KEYS.key()<-1,KEYS.note()<-1 true 500 isolane Uncaught TypeError: boom true"
check "and nothing to stderr" "$(cat "$scratch/errors")" ""

# On a terminal. `script` gives one; what is typed comes from a pipe that stays open.
mkfifo "$scratch/keys.in"
script -qefc "$isolane dev ${configs[*]} --port 0" /dev/null <"$scratch/keys.in" >"$scratch/log" 2>&1 &
server=$!
exec 9>"$scratch/keys.in"
printed() { await grep -q "$1" "$scratch/log"; } # PATTERN
check "a terminal is told the keys" "$(printed 'open a browser.*show the graph.*clear the console.*exit'; echo $?)" 0
printf g >&9
check "g shows the graph" "$(printed 'env.KEYS.*→ keys'; echo $?)" 0
printf c >&9
check "c clears the console, but for the table" "$(printed $'\x1b\[2J'; echo $?)" 0
printf x >&9
status=0
wait "$server" || status=$?
server=
exec 9>&-
check "x exits with success" "$status" 0

# What was written while it stops is told, however impatient the one who stops it.
for i in 1 2 3 4 5; do
  start dev "${configs[@]}"
  exec 8<>"/dev/tcp/127.0.0.1/${origin##*:}"
  printf 'GET /last%s HTTP/1.1\r\nHost: x\r\n\r\n' "$i" >&8
  read -r _ <&8
  exec 8>&-
  while kill "$server" 2>/dev/null; do :; done
  wait "$server" 2>/dev/null
  server=
  grep -q "GET /last$i" "$scratch/log" || break
done
check "a program that is stopped over and over has told everything" "$(cat "$scratch/log")" "*GET /last5 *"

check "another format is refused" "$(refused dev --log-format xml)" '1 *Invalid value for --log-format: "xml", expected text or json*'
