#!/usr/bin/env bash
# Workers of several isolane processes call each other: in any order of starts, over kills and restarts.
. tests/e2e/lib.bash

worker gateway '
const line = async (promise) => { try { return await promise; } catch (error) { return `${error.name}: ${error.message} ${error.remote === true}`; } };
export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/rpc": return new Response(await line(env.ADMIN.greet("you")));
      case "/props": return Response.json(await env.ADMIN.whoami());
      case "/bad": return new Response(await line(env.BAD.fetch("http://x/").then((r) => r.text())));
      case "/pipeline": return new Response(await line(env.ADMIN.counter(5).increment(2)));
      case "/callback": return new Response(await line(env.ADMIN.twice((n) => n + 1)));
      case "/throw": return new Response(await line(env.ADMIN.fail()));
      case "/missing": return new Response(await line(env.ADMIN.nope()));
      case "/object": return new Response(await line(env.ROOMS.getByName("lobby").enter("you")));
      case "/object/fetch": return env.ROOMS.get(env.ROOMS.idFromName("lobby")).fetch(request);
      case "/next": return env.AUTH.fetch(`http://auth/loop?n=${url.searchParams.get("n") ?? 0}`);
      default: return env.AUTH.fetch(request).catch((error) => new Response(`rejected ${error.message}`, { status: 502 }));
    }
  },
  async again(n) { return n; },
};
export class Back { }' '
[[services]]
binding = "AUTH"
service = "auth"
[[services]]
binding = "ADMIN"
service = "auth"
entrypoint = "Admin"
props = { role = "boss" }
[[services]]
binding = "BAD"
service = "auth"
entrypoint = "Nope"
[[durable_objects.bindings]]
name = "ROOMS"
class_name = "Room"
script_name = "auth"'
worker auth '
import { DurableObject, RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
export class Room extends DurableObject {
  enter(name) { return `${name} in ${this.ctx.id.name} of ${this.env.VERSION}`; }
  fetch(request) { return new Response(`${this.ctx.id.name} ${request.method} ${new URL(request.url).pathname}`); }
}
class Counter extends RpcTarget {
  #n; constructor(n) { super(); this.#n = n; }
  increment(by) { return this.#n += by; }
}
export class Admin extends WorkerEntrypoint {
  greet(name) { return `hello ${name} from ${this.env.VERSION}`; }
  whoami() { return this.ctx.props; }
  counter(n) { return new Counter(n); }
  async twice(f) { return await f(await f(1)); }
  fail() { throw new RangeError("no such thing"); }
}
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/loop") {
      const n = Number(url.searchParams.get("n"));
      try { return await env.SELF.fetch(`http://gateway/next?n=${n + 1}`); } catch (error) { return new Response(`stopped after ${n}: ${error.message}`); }
    }
    return new Response(`${env.VERSION} ${request.method} ${request.url} ${request.headers.get("x-test")} ${await request.text()}`);
  },
};' '
[vars]
VERSION = "one"
[[services]]
binding = "SELF"
service = "gateway"
[[durable_objects.bindings]]
name = "ROOMS"
class_name = "Room"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Room"]'

gateway=(dev -c "$scratch/gateway/wrangler.toml")
auth=(dev -c "$scratch/auth/wrangler.toml")

# A second process beside that of lib.bash.
start_other() {
  local origin
  beside other.log "$isolane" "$@" --port 0
  await_ready "$other" other.log "$*"
}
end_other() { # SIGNAL
  kill "-$1" "$other"
  wait "$other" 2>/dev/null
}

start "${gateway[@]}"
check "the caller starts first and says what is missing" "$(grep 'env.AUTH' "$scratch/log")" '*\[not connected\]'
check "a fetch answers 503 meanwhile" "$(http GET /a)" \
  '503 Worker "auth" not found. Make sure it is running locally. Known Workers: gateway.*binding AUTH of gateway*'
check "and a method call rejects" "$(http GET /rpc)" '200 Error: Worker "auth" not found.*true'

start_other "${auth[@]}"
check "the other process sees the first one" "$(grep 'env.SELF' "$scratch/other.log")" '*\[connected\]'
await grep -q 'Connection status updated' "$scratch/log"
check "and the first one says that it has come" "$(cat "$scratch/log")" \
  '*Connection status updated*env.AUTH (auth) *Worker *local \[connected\]*'
check "then a fetch arrives as it was sent" "$(http POST /b?c=d "X-Test: yes" -- body)" \
  "200 one POST $origin/b?c=d yes body"
check "methods answer" "$(http GET /rpc)" "200 hello you from one"
check "with the props of the binding" "$(http GET /props)" '200 {"role":"boss"}'
check "a call on a promise goes on at the other side" "$(http GET /pipeline)" "200 7"
check "functions are called back" "$(http GET /callback)" "200 3"
check "an error keeps type and message" "$(http GET /throw)" "200 RangeError: no such thing true"
check "a missing method is named" "$(http GET /missing)" \
  '200 TypeError: The RPC receiver does not implement the method "nope". true'
check "a Durable Object answers" "$(http GET /object)" "200 you in lobby of one"
check "and is fetched from" "$(http GET /object/fetch)" "200 lobby GET /object/fetch"
check "a missing entrypoint is named" "$(http GET /bad)" \
  '200 Error: Worker does not export an entrypoint named "Nope" true'

end_other KILL
check "after a kill calls say so" "$(http GET /a)" '50[23] *'
write auth/.dev.vars 'VERSION=two'
start_other "${auth[@]}"
check "and the next process is found" "$(http GET /rpc)" "200 hello you from two"
end_other TERM
check "an orderly end leaves nothing behind" "$(ls "$scratch/registry")" '*gateway.worker*'
check "the name of the ended one is gone" "$(ls "$scratch/registry" | grep -c auth)" 0

# One whose first build fails: calls wait for the repair.
cp "$scratch/auth/index.js" "$scratch/auth.js"
write auth/index.js 'export default {'
start_other "${auth[@]}"
http GET /rpc >"$scratch/held.rpc" &
held_rpc=$!
http GET /a >"$scratch/held.fetch" &
held_fetch=$!
http GET /bad >"$scratch/held.bad" &
held_bad=$!
http GET /object >"$scratch/held.object" &
held_object=$!
http GET /object/fetch >"$scratch/held.object_fetch" &
held_object_fetch=$!
# All of them wait, or will never.
are_held() {
  [ -s "$scratch/held.rpc" ] || [ -s "$scratch/held.object" ] || [ -s "$scratch/held.object_fetch" ] ||
    [ "$(awk -v port=":$(printf %04X "${origin##*:}")" 'substr($2, 9) == port && $4 == "01"' /proc/net/tcp | wc -l)" -ge 5 ]
}
await are_held
cp "$scratch/auth.js" "$scratch/auth/index.js"
wait $held_rpc $held_fetch $held_bad $held_object $held_object_fetch
check "a method call waits for a first build that fails in the other process" "$(cat "$scratch/held.rpc")" "200 hello you from two"
check "so does a fetch" "$(cat "$scratch/held.fetch")" "200 two GET $origin/a null"
check "and a missing entrypoint is named then" "$(cat "$scratch/held.bad")" '200 *Worker*does not export an entrypoint named "Nope"*'
check "a call on a Durable Object waits, too" "$(cat "$scratch/held.object")" "200 you in lobby of two"
check "and a fetch from one" "$(cat "$scratch/held.object_fetch")" "200 lobby GET /object/fetch"
end_other TERM

stop
start "${auth[@]}"
check "the other order" "$(grep 'env.SELF' "$scratch/log")" '*\[not connected\]'
start_other "${gateway[@]}"
origin=$(sed -n 's/.*Ready on \(http:[^ ]*\).*/\1/p' "$scratch/other.log")
check "works as well" "$(http GET /rpc)" "200 hello you from two"
check "a loop through both ends at the limit of depth" "$(http GET /next)" \
  '200 stopped after 15: Subrequest depth limit exceeded.*'

end_other TERM

# One process with both, which shows its own Workers in the registry as well.
worker shop 'export default { fetch: (request, env) => env.USERS.fetch(request) };' '
[[services]]
binding = "USERS"
service = "users"'
worker users 'export default { fetch: () => new Response("users") };'
start dev -c "$scratch/shop/wrangler.toml" -c "$scratch/users/wrangler.toml"
sed -i 's/name = "users"/name = "people"/' "$scratch/users/wrangler.toml"
warned='binding USERS points to "users", no such Worker'
await grep -q 'env.USERS (users).*not connected' "$scratch/log"
check "a Worker that was renamed is not taken for one of another process" "$(grep -c "$warned" "$scratch/log")" 1
worker others 'export default { fetch: () => new Response("others") };'
sed -i 's/name = "others"/name = "users"/' "$scratch/others/wrangler.toml"
start_other dev -c "$scratch/others/wrangler.toml"
await grep -q 'Connection status updated' "$scratch/log"
check "one that starts elsewhere is noticed then" "$(cat "$scratch/log")" '*Connection status updated*env.USERS (users) *Worker *local \[connected\]*'
check "and called" "$(http GET /)" "200 others"
end_other TERM

rm -f "$scratch/auth/.dev.vars"
check "serve does not look there" "$(refused serve -c "$scratch/gateway/wrangler.toml")" '1 *no such Worker (known: gateway)*'
