#!/usr/bin/env bash
# Modules of Node.js in a Worker: what comes of each case of tests/e2e/node is what comes of it in Node.js.
. tests/e2e/lib.bash

literal() { sed 's/[][*?\\()|!@+]/\\&/g' <<<"$1"; }

start dev -c tests/e2e/node/wrangler.toml
for file in buffers events hashes derivation ciphers streams compression values paths others names; do
  mapfile -t got < <(http GET "/$file")
  mapfile -t wanted < <(printf '200 ' && GREETING=hello "$node" --no-warnings tests/e2e/node/in_node.js "$file")
  check "$file: as many cases" "${#got[@]}" "${#wanted[@]}"
  for i in "${!wanted[@]}"; do
    name=${wanted[i]#200 }
    check "$file: ${name%%: *}" "${got[i]-nothing}" "$(literal "${wanted[i]}")"
  done
done

check "a Worker is told where it is, and what it does not have by name" "$(http GET /own)" \
  "200 process: \\[\"linux\",\"x64\",\"workerd\",\\[\"workerd\"\\],\"/bundle\",\"hello\",true\\]
on, of an emitter that fails at once: \\[\"boom\",\\[\"newListener\"\\]\\]
createSign: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have crypto.createSign
ECDH: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have crypto.ECDH
brotli: throws Error ERR_METHOD_NOT_IMPLEMENTED: isolane does not have zlib.brotliCompressSync"
check "and nothing is said in the log" "$(grep -c -i 'warn\|deprecat' "$scratch/log")" 0

worker directory 'import { chdir, cwd } from "node:process";
import { resolve } from "node:path";
export default { fetch() { chdir("/a/b"); chdir("../c"); return new Response([cwd(), resolve("d")].join(" ")); } };'
start dev -c "$scratch/directory/wrangler.toml"
check "paths begin where the process went, also if nobody asks for the global" "$(http GET /)" "200 /a/c /a/c/d"

worker behind 'class Mine extends Buffer {}
export default {
  fetch() {
    const names = [];
    for (const name in process.env) names.push(name);
    return new Response(`${names} ${Mine.from("a").length}`);
  },
};' '[vars]
GREETING = "hello"'
start dev -c "$scratch/behind/wrangler.toml"
check "globals are there for who names them behind a declaration" "$(http GET /)" "200 GREETING 1"
