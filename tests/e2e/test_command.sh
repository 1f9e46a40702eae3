#!/usr/bin/env bash
# isolane test: a line for each test, "N passed, N failed" at the end, and a status that says the same.
. tests/e2e/lib.bash

# Runs isolane test with these arguments in $scratch: "STATUS OUTPUT", times as (T ms).
run() {
  local output status=0
  output=$(cd "$scratch" && timeout 60 "$program" test "$@" 2>&1 </dev/null) || status=$?
  printf '%s %s' "$status" "$output" | sed -E 's/\([0-9.]+ ms\)/(T ms)/'
}
program=$(readlink -f "$isolane")

write math.test.js "
import { add } from './lib/add.js';
export const adds = { async test(ctrl, env, ctx) { if (add(1, 2) !== 3) throw new Error('1 + 2'); } };
export const logs = { test() { console.log('from a test', { a: 1 }); } };
"
write lib/add.js "export const add = (a, b) => a + b;"
check "a file whose tests pass" "$(run math.test.js)" "0 PASS adds (T ms)
from a test { a: 1 }
PASS logs (T ms)
2 passed, 0 failed"

write fails.test.js "
export const fails = { async test() {
  await 0;
  throw new TypeError('went wrong');
} };
export const late = { test(ctrl, env, ctx) { ctx.waitUntil(Promise.reject(new Error('too late'))); } };
export const works = { test() {} };
"
check "a file whose tests fail" "$(run fails.test.js)" "1 FAIL fails (T ms)
    TypeError: went wrong
        at Object.test (fails.test.js:4:9)
✘ \[ERROR] Uncaught (in waitUntil) Error: too late
*
FAIL late (T ms)
    Error: too late
        at Object.test (fails.test.js:6:*
PASS works (T ms)
1 passed, 2 failed"

check "several files" "$(run math.test.js fails.test.js --log-level none)" "1 PASS math.test.js > adds (T ms)
*PASS fails.test.js > works (T ms)
3 passed, 2 failed"
check "only those with a name" "$(run fails.test.js --filter work)" "0 PASS works (T ms)
1 passed, 0 failed"
check "no such name" "$(run fails.test.js --filter zzz)" '1 *No test of fails.test.js has "zzz" in its name.*0 passed, 0 failed'

write none.test.js "export default { fetch() {} };"
check "a file without a test" "$(run none.test.js)" \
  "1 *none.test.js has no test. Export one: export const adds = { async test(ctrl, env, ctx) *0 passed, 0 failed"
write script.test.js "const a = 1;"
check "a file without an export" "$(run script.test.js)" "1 *for isolane test: export const NAME = { async test() {} }*"
check "a file that is not there" "$(run gone.test.js)" '1 *The test file "gone.test.js" was not found.*'
write broken.test.js "export const a = {"
check "a file that is no JavaScript" "$(run broken.test.js)" "1 *Expected identifier*broken.test.js:1:18:*0 passed, 0 failed"

worker greeter "
import { DurableObject } from 'cloudflare:workers';
export default { fetch: (request, env) => env.AUTH.fetch(request) };
export class Counter extends DurableObject { add(n) { this.n = (this.n ?? 0) + n; return this.n; } }
export const inside = { async test(ctrl, env) {
  if (await (await env.AUTH.fetch('http://a/')).text() !== 'auth says hi') throw new Error('inside');
} };
" '[vars]
GREETING = "hi"
[[services]]
binding = "AUTH"
service = "auth"
[durable_objects]
bindings = [{ name = "COUNTER", class_name = "Counter" }]
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Counter"]'
worker auth "export default { fetch: (request, env) => new Response('auth says ' + env.SAYS) };" '[vars]
SAYS = "hi"'
write greeter/greeter.test.js "
import * as greeter from './index.js';
export const imports = { test() { if (typeof greeter.default.fetch !== 'function') throw new Error('no fetch'); } };
export const binding = { async test(ctrl, env) {
  const text = await (await env.AUTH.fetch('http://a/')).text();
  if (text !== 'auth says hi' || env.GREETING !== 'hi') throw new Error(text);
} };
export const itself = { async test(ctrl, env) {
  const text = await (await env.SELF.fetch('http://g/')).text();
  if (text !== 'auth says hi') throw new Error(text);
} };
export const object = { async test(ctrl, env) {
  const counter = env.COUNTER.getByName('a');
  await counter.add(1);
  if (await counter.add(2) !== 3) throw new Error('counter');
} };
"
both=(-c greeter/wrangler.toml -c auth/wrangler.toml)
check "the tests of a configuration's main module" "$(run "${both[@]}")" "0 PASS inside (T ms)
1 passed, 0 failed"
check "a file beside configurations" "$(run "${both[@]}" greeter/greeter.test.js)" "0 PASS binding (T ms)
PASS imports (T ms)
PASS itself (T ms)
PASS object (T ms)
4 passed, 0 failed"
check "a Worker that is missing is a warning" "$(run -c greeter/wrangler.toml greeter/greeter.test.js --filter imports)" \
  '0 *binding AUTH points to "auth", no such Worker*PASS imports (T ms)
1 passed, 0 failed'
check "a configuration found here" "$(cd "$scratch/greeter" && timeout 60 "$program" test --log-level none --filter zzz 2>&1)" \
  '*No test of index.js has "zzz"*'
