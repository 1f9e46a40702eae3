#!/usr/bin/env bash
# `isolane graph`: the samples, as text and as drawings.
. tests/e2e/lib.bash

configs=()
for name in gateway auth application; do configs+=(-c "samples/gateway-auth/$name/wrangler.toml"); done
graph() { timeout 60 "$isolane" graph "$@" 2>"$scratch/errors"; }

check "the graph as text" "$(graph "${configs[@]}")" \
  "gateway (public)  samples/gateway-auth/gateway/wrangler.toml
  exports          default
  env.AUTH         → auth
  env.APPLICATION  → application

auth  *
  exports           default
  env.SECRET_TOKEN  Environment Variable \"open-sesame\"

application  *
  exports  default"
check "without a word about what is complete" "$(cat "$scratch/errors")" ""
check "what is missing is no reason to fail" "$(graph -c samples/rpc/shop/wrangler.toml; echo "status $?")" \
  "shop (public)  *env.CARTS  → carts#Carts  no such Worker (samples/rpc/shop/wrangler.toml:6)
status 0"
check "the graph as a Mermaid flowchart" "$(graph "${configs[@]}" --format mermaid)" \
  'flowchart LR
  client((client)) --> w0
*  w0 -- "AUTH" --> w1
  w0 -- "APPLICATION" --> w2'
graph "${configs[@]}" --format=svg >"$scratch/graph.svg"
check "the graph as SVG" "$(cat "$scratch/graph.svg")" '<svg xmlns="http://www.w3.org/2000/svg" *</svg>'
check "which is well-formed" "$("$node" -e '
  const text = require("fs").readFileSync(process.argv[1], "utf8");
  const open = [];
  for (const [tag, close, name, single] of text.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (single) continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) throw new Error(tag);
  }
  console.log(open.length === 0 ? "yes" : open);' "$scratch/graph.svg")" "yes"
check "another format is refused" "$(refused graph --format=pdf)" '1 *Invalid value for --format: "pdf", expected text or mermaid or svg*'
check "--format belongs to graph" "$(refused dev --format=svg)" '1 *--format is an option of isolane graph only*'
