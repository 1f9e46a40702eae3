#!/usr/bin/env bash
# One project through check, explain, serve and dev: environments, secrets, bindings that isolane does not have.
. tests/e2e/lib.bash

worker gateway '
export default {
  async fetch(request, env) {
    const path = new URL(request.url).pathname;
    if (path === "/kv") return new Response(await Promise.resolve().then(() => env.KV.get("k")).catch((error) => error.message));
    if (path === "/env") return Response.json(Object.keys(env));
    return new Response(`${env.SECRET} ${env.WHO} ${await (await env.AUTH.fetch(request)).text()}`);
  },
};' '
[[kv_namespaces]]
binding = "KV"
id = "1f"
[[services]]
binding = "AUTH"
service = "auth"
[vars]
WHO = "top"
[env.staging]
kv_namespaces = []
services = [{ binding = "AUTH", service = "auth-staging" }]
vars = { WHO = "staging" }
'
write gateway/.dev.vars 'SECRET="only for the Worker"
'
worker auth 'export default { fetch: (request, env) => new Response("auth " + env.WHO) };' '
vars = { WHO = "a" }
[env.staging]
vars = { WHO = "b" }
'
configs=(-c "$scratch/gateway/wrangler.toml" -c "$scratch/auth/wrangler.toml")
run() { # ARGUMENT...: "STATUS OUTPUT"
  local output status=0
  output=$(timeout 20 "$isolane" "$@" 2>&1 </dev/null) || status=$?
  printf '%s %s' "$status" "$output"
}

check "check finds nothing" "$(run check "${configs[@]}")" "0 *No errors in 2 Workers: gateway, auth"
check "also in an environment" "$(run check "${configs[@]}" --env staging)" "0 *gateway-staging, auth-staging"
check "check finds the Worker that is not there" "$(run check -c "$scratch/gateway/wrangler.toml")" \
  '1 *binding AUTH points to "auth", no such Worker*'
worker broken 'import "./gone.js"; export default {};'
check "and the module that is not there" "$(run check -c "$scratch/broken/wrangler.toml")" "1 *./gone.js*"

explained=$(run explain "${configs[@]}" --env staging --compatibility-date 2025-01-01)
check "explain says where a value stands" "$explained" '0 *env.WHO*"staging"*gateway/wrangler.toml:1[0-9]*Environment Variable*'
check "or which flag it comes from" "$explained" '*compatibility_date*"2025-01-01"*--compatibility-date*'
check "or that it is a default" "$explained" '*limits.depth*32*default*'
check "and shows no secret" "$explained" '*env.SECRET*"(hidden)"*.dev.vars:1*'
case $explained in *"only for the Worker"*) leaked=yes ;; *) leaked=no ;; esac
check "nowhere" "$leaked" no
check "explain --json is JSON" "$("$isolane" explain "${configs[@]}" --json 2>/dev/null | "$node" -e '
  const { workers } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  console.log(workers.map((worker) => worker.name).join());')" "gateway,auth"

start dev "${configs[@]}"
check "dev has the secrets" "$(http GET /)" "200 only for the Worker top auth a"
check "and fails where KV is used" "$(http GET /kv)" '200 env.KV.get: KV is a KV Namespace, which isolane does not support yet *gateway/wrangler.toml:*services = *'
check "but env can be looked at" "$(http GET /env)" '200 \["WHO","SECRET","AUTH","KV"\]'
status=0
kill -INT "$server"
wait "$server" || status=$?
server=
check "dev ends as the signal says" "$status" 130
check "the table says what works" "$(cat "$scratch/log")" '*env.KV (1f) *not supported*env.AUTH (auth) *Worker *local \[connected\]*'
case $(cat "$scratch/log") in *"only for the Worker"*) leaked=yes ;; *) leaked=no ;; esac
check "and shows no secret either" "$leaked" no

start serve "${configs[@]}" -e staging
check "serve has the environment" "$(http GET /)" "200 only for the Worker staging auth b"
CLOUDFLARE_ENV=staging start serve "${configs[@]}" --var WHO:flag
check "the variable names the environment, the flag wins over it" "$(http GET /)" "200 only for the Worker flag auth b"
check "an unknown environment stops the start" "$(refused dev "${configs[@]}" --env nope)" \
  '1 *No environment found in configuration with name "nope".*["staging"]*'
