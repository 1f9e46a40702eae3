#!/usr/bin/env bash
# Workflows of `isolane dev`: an instance survives a kill and a reload, and other processes reach it.
. tests/e2e/lib.bash

flow='
import { WorkflowEntrypoint } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";
export class Order extends WorkflowEntrypoint {
  async run(event, step) {
    const first = await step.do("first", async ({ attempt }) => `${event.payload.item} ${this.env.VERSION}`);
    await step.sleep("nap", event.payload.nap ?? 1);
    const { payload } = await step.waitForEvent("approval", { type: "approved", timeout: "1 hour" });
    if (payload === "no") throw new NonRetryableError("refused");
    return [first, payload, this.env.VERSION];
  }
}
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const id = searchParams.get("id");
    try {
      if (pathname === "/create") return new Response((await env.ORDERS.create({ id, params: JSON.parse(searchParams.get("params")) })).id);
      const instance = await env.ORDERS.get(id);
      if (pathname === "/approve") return new Response(`${await instance.sendEvent({ type: "approved", payload: searchParams.get("say") })}`);
      const { status, output, error } = await instance.status();
      return Response.json({ status, output, error });
    } catch (error) { return new Response(error.message, { status: 500 }); }
  },
};'
worker shop "$flow" '
[vars]
VERSION = "one"
[[workflows]]
binding = "ORDERS"
name = "orders"
class_name = "Order"
schedules = "0 0 * * *"
[workflows.limits]
steps = 100'
worker desk "$flow" '
[vars]
VERSION = "desk"
[[workflows]]
binding = "ORDERS"
name = "orders"
class_name = "Order"
script_name = "shop"'
worker broken 'export default { fetch() {} };' '
[[workflows]]
binding = "ORDERS"
name = "orders"
class_name = "Order"'

shop=(dev -c "$scratch/shop/wrangler.toml" --persist-to "$scratch/state")
desk=(dev -c "$scratch/desk/wrangler.toml")
is() { # STATUS ID
  [[ $(http GET "/status?id=$2") == *"\"status\":\"$1\""* ]]
}

beside broken.log "$isolane" dev -c "$scratch/broken/wrangler.toml" --port 0
told() { grep -q 'not exported' "$scratch/broken.log"; }
await told
check "a class that is not exported is told of" "$(cat "$scratch/broken.log")" \
  '*Your Worker depends on the following Workflows, which are not exported in your entrypoint file: Order.*'
kill "$other"
wait "$other" 2>/dev/null

start "${shop[@]}"
check "the table of bindings has it" "$(cat "$scratch/log")" '*env.ORDERS (Order) *Workflow *local*'
check "an instance is made" "$(http GET '/create?id=a&params={"item":"tea"}')" "200 a"
check "and runs" "$(http GET '/status?id=a')" '200 {"status":"running","output":null}'
check "an event lets it go on" "$(http GET '/approve?id=a&say=yes')" "200 undefined"
await is complete a
check "to its end" "$(http GET '/status?id=a')" '200 {"status":"complete","output":\["tea one","yes","one"\]}'
check "an id is taken once" "$(http GET '/create?id=a&params={}')" '500 *Workflow instance with id "a" already exists'
check "an unknown one is not found" "$(http GET '/status?id=b')" "500 instance.not_found"

http GET '/create?id=sleeper&params={"item":"tea","nap":"1+second"}' >/dev/null
await is running sleeper
http GET '/create?id=waiter&params={"item":"milk"}' >/dev/null
await is running waiter
kill -9 "$server"
wait "$server" 2>/dev/null
server=
sed -i 's/VERSION = "one"/VERSION = "two"/' "$scratch/shop/wrangler.toml"
start "${shop[@]}"
check "after a kill what has ended is still known" "$(http GET '/status?id=a')" '200 {"status":"complete",*'
check "and what has not ended goes on" "$(http GET '/status?id=sleeper')" '200 {"status":"running","output":null}'
http GET '/approve?id=sleeper&say=yes' >/dev/null
http GET '/approve?id=waiter&say=no' >/dev/null
await is complete sleeper
check "after its sleep, with what its steps had given" "$(http GET '/status?id=sleeper')" \
  '200 {"status":"complete","output":\["tea one","yes","two"\]}'
await is errored waiter
check "or to an error" "$(http GET '/status?id=waiter')" \
  '200 {"status":"errored","output":null,"error":{"name":"WorkflowFatalError",*NonRetryableError and it was not handled"}}'

http GET '/create?id=third&params={"item":"jam"}' >/dev/null
await is running third
sed -i 's/VERSION = "two"/VERSION = "three"/' "$scratch/shop/wrangler.toml"
reloaded() { grep -q 'updated and ready' "$scratch/log"; }
await reloaded
http GET '/approve?id=third&say=yes' >/dev/null
await is complete third
check "a reload changes the code under it" "$(http GET '/status?id=third')" \
  '200 {"status":"complete","output":\["jam two","yes","three"\]}'

shop_origin=$origin
beside desk.log "$isolane" "${desk[@]}" --port 0
await_ready "$other" desk.log "${desk[*]}"
check "another process makes an instance" "$(http GET '/create?id=far&params={"item":"salt"}')" "200 far"
await is running far
check "lets it go on" "$(http GET '/approve?id=far&say=yes')" "200 undefined"
await is complete far
check "which runs where its class is" "$(http GET '/status?id=far')" \
  '200 {"status":"complete","output":\["salt three","yes","three"\]}'
check "and learns what is wrong" "$(http GET '/create?id=far&params={}')" '500 *Workflow instance with id "far" already exists'
stop
check "without the other one a use says so" "$(http GET '/create?id=late&params={}')" '500 *"shop"*'
origin=$shop_origin
