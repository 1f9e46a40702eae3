#!/usr/bin/env bash
# Fails when an #include goes against the arrows of the architecture:   tests/checks/layers.sh [ROOT]
#
#   cli ──► wrangler-compat, vercel-compat ──► runtime ◄── bindings
#   runtime:  base ◄ (config, files)     base ◄ loop ◄ (http, storage)     base ◄ js ◄ web     (loop, http, storage, js, web) ◄ worker
#   include/isolane: seen by all
#
# and when a library is reached from outside the folder that hides it (the second table below).
set -euo pipefail
cd "${1:-$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..}"

folders=()
for folder in runtime bindings wrangler-compat vercel-compat cli; do
  [ ! -d "$folder" ] || folders+=("$folder")
done
mapfile -t files < <(find "${folders[@]}" -type f \( -name '*.h' -o -name '*.cc' \) | sort)
if [ ${#files[@]} = 0 ]; then
  echo "no sources found in $PWD" >&2
  exit 1
fi

awk '
  BEGIN {
    # What a layer may see besides itself and the public headers. An entry is a folder, or a single header.
    sees["runtime/include"] = ""
    sees["runtime/base"] = ""
    sees["runtime/config"] = "runtime/base"
    sees["runtime/loop"] = "runtime/base"
    sees["runtime/files"] = "runtime/base"
    sees["runtime/process"] = "runtime/base runtime/loop"
    sees["runtime/storage"] = "runtime/base runtime/loop"
    sees["runtime/http"] = "runtime/base runtime/loop"
    sees["runtime/js"] = "runtime/base"
    sees["runtime/web"] = "runtime/base runtime/js"
    sees["runtime/worker"] = "runtime/base runtime/loop runtime/process runtime/storage runtime/http runtime/js runtime/web"
    sees["bindings"] = "runtime/base runtime/js runtime/web runtime/worker/binding.h runtime/worker/dispatcher.h" \
                       " runtime/worker/records.h runtime/worker/worker.h"
    sees["wrangler-compat"] = "runtime/base runtime/config runtime/loop runtime/files"
    sees["vercel-compat"] = "runtime/base runtime/config runtime/loop runtime/files"
    sees["cli"] = "runtime bindings wrangler-compat vercel-compat"

    # Who may include a library: a pattern of the header, a pattern of the file that includes it, and the rule in words.
    hide("^(uv\\.h|uv/)", "^runtime/loop/", "only runtime/loop sees libuv")
    hide("^(v8[-.a-z]*\\.h|libplatform/|cppgc/)", "^(runtime/(js|web|worker)|bindings)/",
         "only runtime/{js,web,worker} and bindings see V8")
    hide("^sqlite3", "^runtime/storage/", "only runtime/storage sees SQLite")
    hide("llhttp", "^runtime/http/", "only runtime/http sees llhttp")
    hide("^third_party/ada/", "^runtime/(base|web|worker)/", "only runtime/{base,web,worker} see ada")
    hide("^third_party/brotli/", "^runtime/http/", "only runtime/http sees brotli")
    hide("^openssl/", "^runtime/(http|web)/[^.]*\\.cc$", "OpenSSL stays in sources of runtime/{http,web}")
    hide("^(toml\\+\\+|toml\\.hpp)", "^runtime/config/[^.]*\\.cc$", "only sources of runtime/config see toml++")
    hide("^nlohmann/", "\\.cc$", "nlohmann/json stays out of headers")
    hide("^node", "^$", "nothing of node itself is used")
  }
  function hide(header, from, rule) {
    hidden[++rules] = header; allowed[rules] = from; words[rules] = rule
  }
  function layer_of(path,   part, count) {
    count = split(path, part, "/")
    return part[1] == "runtime" && count > 2 ? part[1] "/" part[2] : part[1]
  }
  function wrong(rule) {
    printf "%s:%d: #include %s: %s\n", FILENAME, FNR, header, rule
    failures++
  }

  /^[ \t]*#[ \t]*include[ \t]*["<]/ {
    quoted = $0 ~ /include[ \t]*"/
    header = $0
    sub(/^[^"<]*["<]/, "", header); sub(/[">].*$/, "", header)
    checked++
    mine = layer_of(FILENAME)
    if (!(mine in sees)) { wrong(mine " is not a layer; add it to tests/checks/layers.sh"); next }

    for (i = 1; i <= rules; i++)
      if (header ~ hidden[i] && FILENAME !~ allowed[i]) { wrong(words[i]); next }
    if (header ~ /^isolane\// || header ~ /^third_party\//) next
    theirs = layer_of(header)
    if (!(theirs in sees)) {
      if (quoted) wrong("project headers are included by their path from the root of the repository")
      next
    }
    if (theirs == mine) next
    # The main of a tool puts the layers together, as cli/ does for the product.
    if (FILENAME ~ /^runtime\/.*_main\.cc$/ && theirs ~ /^runtime\//) next
    count = split(sees[mine], see, " ")
    for (i = 1; i <= count; i++)
      if (header == see[i] || index(header, see[i] "/") == 1) next
    wrong(mine " must not see " theirs)
  }
  END {
    printf "%d includes of %d files checked, %d wrong\n", checked, ARGC - 1, failures
    exit failures > 0
  }
' "${files[@]}"
