#!/usr/bin/env bash
# A binding that points to no Worker: serve refuses, dev answers 503 when it is used.
. tests/e2e/lib.bash

worker gateway '
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/own") return new Response("own");
    if (pathname === "/rpc") return new Response(await env.AUTH.check().catch((error) => "rejected: " + error.message));
    return env.AUTH.fetch(request);
  },
};' '
[[services]]
binding = "AUTH"
service = "auht"
'
worker auth 'export default { fetch: () => new Response("auth") };'
configs=(-c "$scratch/gateway/wrangler.toml" -c "$scratch/auth/wrangler.toml")

output=$(refused serve "${configs[@]}")
check "serve ends with 1" "${output%% *}" 1
check "and says where, what is known, and what was meant" "$output" \
  '*gateway: binding AUTH*"auht"*known: gateway, auth*gateway/wrangler.toml:6*Did you mean "auth"?*'

start dev "${configs[@]}"
check "dev starts and serves what does not need it" "$(http GET /own)" "200 own"
check "a call answers 503 with the same words" "$(http GET /)" '503 *"auht" not found*AUTH*'
check "a method call rejects with them" "$(http GET /rpc)" '200 rejected: *"auht" not found*'
