#!/usr/bin/env bash
# Assets: files over HTTP, beside code, behind a service binding, changed while they are served.
. tests/e2e/lib.bash

# "STATUS HEADER..." of a raw request: the named headers of the response, "-" for one that is missing.
headers_of() { # METHOD PATH NAMES [HEADER...]
  "$node" -e '
    const [origin, method, path, names, ...lines] = process.argv.slice(1);
    const { hostname, port } = new URL(origin);
    const headers = Object.fromEntries(lines.map((line) => line.split(/: */, 2)));
    require("node:http").request({ hostname, port, method, path, headers }, (response) => {
      let bytes = 0;
      response.on("data", (chunk) => { bytes += chunk.length; });
      response.on("end", () => console.log([response.statusCode, ...names.split(",").map((name) =>
          name === "bytes" ? bytes : response.headers[name] ?? "-")].join(" ")));
    }).end();
  ' "$origin" "$@"
}

write site/public/index.html 'root'
write site/public/about.html 'about'
write site/public/app.js 'let a = 1;'
write site/public/_headers '/app.js
  X-App: yes
'
write site/public/_redirects '/old /about 301
'
head -c 3000000 /dev/urandom >"$scratch/site/public/big.bin"
write site/wrangler.toml 'name = "site"
compatibility_date = "2026-11-17"
[assets]
directory = "public"
not_found_handling = "single-page-application"'

start dev -c "$scratch/site/wrangler.toml"
log=$(cat "$scratch/log")
check "the rules are told of" "$log" "*Parsed 1 valid redirect rule.*Parsed 1 valid header rule.*"
check "a page" "$(http GET /about)" "200 about"
check "has one address" "$(headers_of GET /about.html location)" "307 /about"
check "a header of _headers, a type, a length" \
  "$(headers_of GET /app.js x-app,content-type,content-length)" "200 yes text/javascript; charset=utf-8 10"
check "a redirect of _redirects" "$(headers_of GET '/old?a=1' location)" "301 /about?a=1"
check "the page of an application for what is missing" "$(http GET /deep/link)" "200 root"
check "HEAD has the length and no bytes" "$(headers_of HEAD /big.bin content-length,bytes)" "200 3000000 0"
check "a large file arrives" "$(headers_of GET /big.bin content-length,bytes)" "200 3000000 3000000"
check "a part of it" "$(headers_of GET /big.bin content-range,bytes 'Range: bytes=-100')" \
  "206 bytes 2999900-2999999/3000000 100"
check "a part that is not there" "$(headers_of GET /big.bin content-range 'Range: bytes=3000000-')" "416 bytes \*/3000000"
etag=$(headers_of GET /app.js etag)
check "what the client has" "$(headers_of GET /app.js bytes "If-None-Match: ${etag#200 }")" "304 0"
check "POST" "$(http POST /app.js -- text)" "405 "
check "_headers is not served" "$(http GET /_headers)" "200 root"
write site/public/app.js 'let b = 22;'
check "a change counts at once" "$(headers_of GET /app.js bytes "If-None-Match: ${etag#200 }")" "200 11"
write site/public/_redirects '/old /newer
/x /y
'
check "also of the rules" "$(headers_of GET /old location)" "302 /newer"
stop
check "which is told" "$(cat "$scratch/log")" "*Parsed 2 valid redirect rules.*"
check "as is each request" "$(cat "$scratch/log")" "*GET /app.js 200 OK*GET /old 302 Found*"

write shop/public/a.txt 'asset'
worker shop 'import { WorkerEntrypoint } from "cloudflare:workers";
export default { async fetch(request, env) {
  const { pathname } = new URL(request.url);
  if (pathname === "/give") return env.CALLER.use(env.ASSETS);
  if (pathname === "/direct") return env.ASSETS.fetch("http://any/a.txt");
  if (pathname === "/limit") return Response.json([await env.RL.limit({ key: "k" }), typeof env.V.id,
    await env.S.get(), env.AE.writeDataPoint({ blobs: ["b"] }) === undefined]);
  return new Response("code " + pathname);
} };
export class Named extends WorkerEntrypoint { fetch() { return new Response("named"); } }' '
[assets]
directory = "public"
binding = "ASSETS"
[version_metadata]
binding = "V"
[[analytics_engine_datasets]]
binding = "AE"
[[ratelimits]]
name = "RL"
namespace_id = "1"
simple = { limit = 1000, period = 60 }
[[secrets_store_secrets]]
binding = "S"
store_id = "store"
secret_name = "KEY"
[[kv_namespaces]]
binding = "KV"
[[services]]
binding = "CALLER"
service = "gateway"
entrypoint = "Caller"'
write shop/.dev.vars 'KEY=sesame'
worker gateway 'import { WorkerEntrypoint } from "cloudflare:workers";
export class Caller extends WorkerEntrypoint {
  async use(assets) { return new Response([await (await assets.fetch("http://any/a.txt")).text(),
    (await assets.fetch("http://any/none")).status].join(" ")); }
}
export default { fetch: (r, env) =>
  new URL(r.url).pathname === "/named" ? env.NAMED.fetch(r) : env.SHOP.fetch(r) };' '
[[services]]
binding = "SHOP"
service = "shop"
[[services]]
binding = "NAMED"
service = "shop"
entrypoint = "Named"'

start dev -c "$scratch/gateway/wrangler.toml" -c "$scratch/shop/wrangler.toml" --log-level debug
check "the table shows the bindings" "$(cat "$scratch/log")" "*env.S (store/KEY)*Secrets Store Secret*local*
*env.AE (AE)*Analytics Engine Dataset*local*
*env.RL (1000 requests/60s)*Rate Limit*local*
*env.ASSETS *Assets*local*
*env.V *Worker Version Metadata*local*"
check "a service binding comes by the assets" "$(http GET /a.txt)" "200 asset"
check "and then by the code" "$(http GET /b.txt)" "200 code /b.txt"
check "a named entrypoint does not" "$(http GET /named)" "200 named"
check "the code asks for its assets" "$(http GET /direct)" "200 asset"
check "its binding may be given away" "$(http GET /give)" "200 asset 404"
check "the small bindings work" "$(http GET /limit)" '200 \[{"success":true},"string","sesame",true\]'
stop
check "a data point is told at the level debug" "$(cat "$scratch/log")" "*data point for AE: { blobs: \[ 'b' \] }*"
check "the secret is never printed" "$(grep -c sesame "$scratch/log")" 0

# The same in two processes.
beside log.shop "$isolane" dev -c "$scratch/shop/wrangler.toml" --port 0
await_ready "$other" log.shop dev
start dev -c "$scratch/gateway/wrangler.toml"
check "from another process: assets" "$(http GET /a.txt)" "200 asset"
check "from another process: a named entrypoint" "$(http GET /named)" "200 named"
check "from another process: the binding" "$(http GET /give)" "200 asset 404"
stop

check "a directory that is not there stops the start" \
  "$(rm -r "$scratch/site/public"; refused dev -c "$scratch/site/wrangler.toml")" \
  '1 *The directory specified by the "assets.directory" field in your configuration file does not exist:*public*'
