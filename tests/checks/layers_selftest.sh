#!/usr/bin/env bash
# layers.sh is only worth something while it fails: every line below "wrong" must be reported, none below "right".
set -euo pipefail
check=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/layers.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

add() { # FILE INCLUDE
  [ -d "$tree/${1%/*}" ] || mkdir -p "$tree/${1%/*}"
  printf '// text\n#include %s\n' "$2" >"$tree/$1"
}

right() {
  add runtime/include/isolane/runtime.h '<isolane/result.h>'
  add runtime/base/body.h '<string>'
  add runtime/loop/timer.cc '<uv.h>'
  add runtime/http/parser.cc '"third_party/llhttp/llhttp.h"'
  add runtime/http/server.h '"runtime/loop/timer.h"'
  add runtime/js/enter.h '<v8.h>'
  add runtime/web/url.cc '"runtime/js/enter.h"'
  add runtime/worker/worker.cc '"runtime/web/url.h"'
  add runtime/js/tool/tool_main.cc '"runtime/worker/worker.h"'
  add bindings/service/service.cc '"runtime/worker/binding.h"'
  add runtime/config/toml.cc '<toml++/toml.h>'
  add wrangler-compat/project.h '<isolane/worker_spec.h>'
  add cli/main.cc '"runtime/worker/anything.h"'
}
right
if ! output=$("$check" "$tree"); then
  printf 'refused, but right:\n%s\n' "$output"
  exit 1
fi

failures=0
wrong() { # FILE INCLUDE
  local output
  add "$1" "$2"
  if output=$("$check" "$tree") || [[ $output != *"$1:2: #include "* ]]; then
    echo "not noticed: $1 includes $2"
    failures=$((failures + 1))
  fi
  rm "$tree/$1"
  right
}
wrong runtime/base/x.h '"runtime/loop/timer.h"'
wrong runtime/loop/x.h '"runtime/http/server.h"'
wrong runtime/http/x.h '"runtime/js/enter.h"'
wrong runtime/js/x.cc '"runtime/web/url.h"'
wrong runtime/js/x.cc '"runtime/loop/timer.h"'
wrong runtime/js/tool/tool_main.cc '"bindings/service/service.h"'
wrong runtime/web/x.cc '"runtime/http/server.h"'
wrong runtime/worker/x.cc '"bindings/service/service.h"'
wrong runtime/worker/x.cc '"wrangler-compat/project.h"'
wrong bindings/kv/x.cc '"runtime/worker/run_queue.h"'
wrong bindings/kv/x.cc '"runtime/http/server.h"'
wrong bindings/kv/x.cc '"wrangler-compat/project.h"'
wrong wrangler-compat/x.cc '"runtime/worker/worker.h"'
wrong wrangler-compat/x.cc '"cli/options.h"'
wrong vercel-compat/x.cc '"wrangler-compat/project.h"'
wrong runtime/include/isolane/x.h '<v8.h>'
wrong runtime/include/isolane/x.h '<uv.h>'
wrong runtime/include/isolane/x.h '"runtime/base/body.h"'
wrong runtime/http/x.cc '<uv.h>'
wrong runtime/worker/x.cc '"third_party/llhttp/llhttp.h"'
wrong runtime/loop/x.cc '<v8-platform.h>'
wrong cli/x.cc '<v8.h>'
wrong wrangler-compat/x.cc '<toml++/toml.h>'
wrong wrangler-compat/x.h '<nlohmann/json.hpp>'
wrong runtime/worker/x.cc '<node.h>'
wrong runtime/worker/x.cc '"worker.h"'
wrong runtime/novelty/x.cc '<string>'
[ $failures = 0 ]
