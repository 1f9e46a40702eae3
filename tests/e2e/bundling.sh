#!/usr/bin/env bash
# Workers that need a bundler: TypeScript with an npm package, a module of Node.js, places of sources in errors, builds that
# fail; and one that needs none.
. tests/e2e/lib.bash

write shop/wrangler.jsonc '{
  "name": "shop",
  "main": "src/index.ts",
  "compatibility_date": "2026-01-01",
  "compatibility_flags": ["nodejs_compat"],
  "services": [{ "binding": "TAX", "service": "tax" }],
  "vars": { "CURRENCY": "EUR" },
  "define": { "VERSION": "\"1.2\"" }
}'
write shop/src/index.ts 'import { price } from "./price";
import { round } from "round-it";
import note from "./note.txt";
import path from "node:path";
interface Env { TAX: Fetcher; CURRENCY: string }
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/throw") return price(-1) as never;
    if (pathname === "/globals") {
      const has = ["process", "Buffer", "global", "setImmediate", "clearImmediate"].filter((name) => name in globalThis);
      return new Response(`${has} ${globalThis.process.env.CURRENCY} ${globalThis.Buffer === Buffer} ${globalThis["pro" + "cess"] === process}`);
    }
    if (pathname === "/node") return new Response(`${path.join("/a", "../b")} ${process.env.CURRENCY} ${Buffer.from("x").toString("hex")}`);
    const tax = Number(await (await env.TAX.fetch("http://tax/")).text());
    return new Response(`${round(price(2) * tax)} ${env.CURRENCY} ${VERSION} ${note.trim()}`);
  },
};
declare const VERSION: string;
'
write shop/src/price.ts 'export type Price = number;

export function price(count: number): Price {
  if (count < 0) throw new RangeError("no such count");
  return count * 1.5;
}
'
write shop/src/note.txt 'thanks
'
write shop/node_modules/round-it/package.json '{ "name": "round-it", "main": "lib.js" }'
write shop/node_modules/round-it/lib.js 'exports.round = (n) => Math.round(n);'
worker tax 'export default { fetch: () => new Response("1.2") };'
shop=(-c "$scratch/shop/wrangler.jsonc" -c "$scratch/tax/wrangler.toml")

children() { pgrep -c -P "$server" esbuild; }

start dev "${shop[@]}"
check "TypeScript, a package, a text file and define" "$(http GET /)" "200 4 EUR 1.2 thanks"
check "globals of Node.js are properties of the global object" "$(http GET /globals)" \
  "200 process,Buffer,global,setImmediate,clearImmediate EUR true true"
check "modules and globals of Node.js" "$(http GET /node)" "200 /b EUR 78"
check "an error is shown with places of the sources" "$(http GET /throw 'user-agent: curl/8' 'accept: */*')" \
  $'500 RangeError: no such count\n    at price (*shop/src/price.ts:4:24)\n    at Object.fetch (*shop/src/index.ts:9:*'
check "to a browser as a page" "$(http GET /throw 'accept: text/html')" "500 <!DOCTYPE html>*RangeError: no such count*price.ts:4*"
check "and so in the log" "$(cat "$scratch/log")" "*RangeError: no such count*shop/src/price.ts:4:24*"
start serve "${shop[@]}"
check "serve runs it too" "$(http GET /)" "200 4 EUR 1.2 thanks"
check "and tells clients nothing of errors" "$(http GET /throw)" "500 Internal Server Error"

start dev -c "$scratch/tax/wrangler.toml"
check "a plain Worker runs" "$(http GET /)" "200 1.2"
check "without esbuild" "$(children)" 0

worker jsx 'const h = (tag) => tag; export default { fetch: () => new Response(<b/>) };' 'jsx_factory = "h"'
start dev -c "$scratch/jsx/wrangler.toml"
check "JSX in a .js file" "$(http GET /)" "200 b"

worker legacy 'import add from "./add.wasm";
import note from "./note.txt";
addEventListener("fetch", (event) => event.respondWith(new Response(
    [new WebAssembly.Instance(add).exports.add(40, 2), new WebAssembly.Instance(ADD).exports.add(1, 2), note, NOTE, DATA.byteLength].join(" "))));' '
wasm_modules = { ADD = "add.wasm" }
text_blobs = { NOTE = "note.txt" }
data_blobs = { DATA = "note.txt" }'
printf '\0asm\1\0\0\0\1\7\1\x60\2\x7f\x7f\1\x7f\3\2\1\0\7\7\1\3add\0\0\n\t\1\7\0\x20\0\x20\1\x6a\x0b' >"$scratch/legacy/add.wasm"
write legacy/note.txt 'the note'
start dev -c "$scratch/legacy/wrangler.toml"
check "a Service Worker has files as globals, WebAssembly too" "$(http GET /)" "200 42 3 the note the note 8"
printf 'no wasm' >"$scratch/legacy/add.wasm"
check "a file that is no WebAssembly is refused with its place" "$(refused serve -c "$scratch/legacy/wrangler.toml")" \
  '1 *legacy/wrangler.toml:*the binding ADD to add.wasm could not be made*'
rm "$scratch/legacy/add.wasm"
check "and one that is missing" "$(refused serve -c "$scratch/legacy/wrangler.toml")" \
  '1 *Cannot read *legacy/add.wasm*'

# What tsc and frameworks leave: dist/out.js was made from src/orig.ts, and says so.
write built/wrangler.toml 'name = "built"
main = "dist/out.js"
compatibility_date = "2026-01-01"'
write built/dist/out.js 'function a(){throw new Error("mapped")}export default{fetch(){a()}};
//# sourceMappingURL=out.js.map'
write built/dist/out.js.map '{"version":3,"sources":["../src/orig.ts"],"names":[],"mappings":"AAEA,aAAiB"}'
write built/index.ts 'export { default } from "./dist/out.js";'
mapped=$'500 Error: mapped\n    at a (*built/src/orig.ts:3:18)*'
start dev -c "$scratch/built/wrangler.toml"
check "a file that is served as it is tells places of what it was made from" "$(http GET / 'user-agent: curl/8')" "$mapped"
start dev -c "$scratch/built/wrangler.toml" --no-bundle
check "also with no_bundle" "$(http GET / 'user-agent: curl/8')" "$mapped"
sed -i 's|^main.*|main = "index.ts"|' "$scratch/built/wrangler.toml"
start dev -c "$scratch/built/wrangler.toml"
check "and when it is bundled" "$(http GET / 'user-agent: curl/8')" "$mapped"

write shop/src/price.ts 'export function price( {'
check "a build that fails says where" "$(refused serve "${shop[@]}")" \
  '1 *Build failed with 1 error:*shop/src/price.ts:1:24:*export function price( {*'
worker plain 'export default { fetch: () => new Response("a" };'
check "also for a plain module" "$(refused serve -c "$scratch/plain/wrangler.toml")" \
  '1 *Build failed with 1 error:*plain/index.js:1:*'
worker unresolved 'import "no-such-package"; export default {};'
check "and for a package that is not there" "$(refused serve -c "$scratch/unresolved/wrangler.toml")" \
  '1 *Could not resolve "no-such-package"*add an entry to "alias"*'

write math.test.ts 'export const adds = { test(): void { const sum: number = 1 + 1; if (sum !== 2) throw new Error("no"); } };'
check "isolane test takes TypeScript" "$("$isolane" test "$scratch/math.test.ts")" "PASS adds*1 passed, 0 failed"
