#!/usr/bin/env bash
# Cron triggers by hand, and what a tail Worker is told of them.
. tests/e2e/lib.bash

cron='
let last = null;
export default {
  fetch: () => Response.json(last),
  async scheduled(controller, env) {
    last = [controller.cron, controller.scheduledTime, env.V];
    if (controller.cron === "throw") throw new Error("no cron");
  },
};'
worker cron "$cron" 'tail_consumers = [{ service = "logger" }]
streaming_tail_consumers = [{ service = "logger" }]
[triggers]
crons = ["*/5 * * * *"]
[vars]
V = "v"'
worker logger 'export default { tailStream({ event }) {
  console.log(`STREAM ${event.scriptName} ${event.info.type}`);
  return { outcome({ event }) { console.log(`STREAM ${event.outcome}`); } };
}, tail([item]) {
  console.log(`TAIL ${item.scriptName} ${item.event.cron ?? item.event.request.method} ${item.outcome} ${item.exceptions[0]?.message}`);
} };'

start dev -c "$scratch/cron/wrangler.toml" -c "$scratch/logger/wrangler.toml"
check "a warning says how to fire a trigger" "$(cat "$scratch/log")" "*Scheduled Workers are not automatically triggered during local development.
*To manually trigger a scheduled event, run:
*curl \"$origin/cdn-cgi/local/scheduled\"
*"
check "the table names the tail Worker" "$(cat "$scratch/log")" "*is sending Tail events to the following Workers:*- logger *connected*"
check "and what is told at once" "$(cat "$scratch/log")" "*- logger (streaming) *connected*"
check "a trigger is fired" "$(http GET '/cdn-cgi/local/scheduled?cron=*/5+*+*+*+*&time=1700000000000')" "200 ok"
check "with its cron, time and env" "$(http GET /)" '200 \["\*/5 \* \* \* \*",1700000000000,"v"\]'
check "one that fails says so" "$(http GET '/cdn-cgi/local/scheduled?cron=throw&format=json')" \
  '500 {"outcome":"exception","noRetry":false}'
check "another Worker has no such handler" "$(http GET '/cdn-cgi/local/scheduled?worker=logger')" "500 exception"
check "no other site can fire one" "$(http GET /cdn-cgi/local/scheduled "Origin: http://evil.example")" "403 Invalid Origin header"
stop
check "triggers are not logged as requests" "$(grep -c 'GET /cdn-cgi' "$scratch/log")" 0
check "the tail Worker was told" "$(cat "$scratch/log")" "*TAIL cron \*/5 \* \* \* \* ok undefined
*TAIL cron GET ok undefined
*TAIL cron throw exception no cron*"

check "while it goes on, too" "$(grep -o 'STREAM.*' "$scratch/log" | tr '\n' ' ')" \
  "STREAM cron scheduled STREAM ok STREAM cron fetch STREAM ok STREAM cron scheduled STREAM exception "

start dev --test-scheduled -c "$scratch/cron/wrangler.toml" -c "$scratch/logger/wrangler.toml"
check "--test-scheduled opens /__scheduled" "$(http GET '/__scheduled?cron=x')" "200 Ran scheduled event"
check "and takes the warning away" "$(grep -c 'not automatically triggered' "$scratch/log")" 0

start serve -c "$scratch/cron/wrangler.toml" -c "$scratch/logger/wrangler.toml"
check "serve fires nothing by hand" "$(http GET '/cdn-cgi/local/scheduled?cron=x')" '200 null'
