#!/usr/bin/env bash
# What one Worker does to itself is no other's trouble.
. tests/e2e/lib.bash

worker front 'export default { fetch: (request, env) => env.APP.fetch(request) };' '
services = [{ binding = "APP", service = "app" }]
[limits]
cpu_ms = 200
'
worker app '
let count = 0;
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    count++;
    if (pathname === "/loop") for (;;) {}
    if (pathname === "/memory") for (const all = [];;) all.push(new Array(100).fill(count));
    if (pathname === "/throw") throw new Error("thrown on purpose");
    if (pathname === "/hang") await new Promise(() => {});
    return new Response("request " + count);
  },
};' '
[limits]
memory_mb = 32
'
start dev -c "$scratch/front/wrangler.toml" -c "$scratch/app/wrangler.toml"
check "answers" "$(http GET /)" "200 request 1"
check "a loop gets 503" "$(http GET /loop)" "503 Worker exceeded CPU time limit."
check "the isolate is fresh after it" "$(http GET /)" "200 request 1"
check "a full heap gets 503" "$(http GET /memory)" "503 Worker exceeded memory limit."
check "the isolate is fresh after it, too" "$(http GET /)" "200 request 1"
check "an exception gets 500" "$(http GET /throw)" "500 *"
check "a handler that hangs gets 500" "$(http GET /hang)" "500 *"
check "and state goes on" "$(http GET /)" "200 request 4"
stop
log=$(cat "$scratch/log")
check "the log names Worker and request of the loop" "$log" "*app*Worker exceeded CPU time limit.*/loop*cpu_ms*"
check "and of the full heap" "$log" "*Worker exceeded memory limit.*/memory*memory_mb = 32 MiB*"
check "the exception has its place" "$log" "*Error: thrown on purpose*app/index.js:9:*"
