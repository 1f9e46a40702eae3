#!/usr/bin/env bash
# `isolane dev` with each configuration in a process of its own, the public one last:
#
#   ISOLANE_CMD='tests/conformance/each_in_a_process.sh {c_configs} --port {port}'
#
# ISOLANE is the program (build/isolane). Ends as the public one does, and takes the others with it.
set -uo pipefail
isolane=${ISOLANE:-build/isolane}
scratch=$(mktemp -d)
export ISOLANE_REGISTRY_PATH=$scratch/registry
processes=()
finish() {
  kill "${processes[@]}" 2>/dev/null
  wait
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

configs=()
others=()
while [ $# -gt 0 ]; do
  case $1 in
    -c) configs+=("$2"); shift 2 ;;
    *) others+=("$1"); shift ;;
  esac
done
# A Worker that nobody calls is the public one of the others: theirs need no default export.
host() { # NUMBER
  mkdir -p "$scratch/host$1"
  echo 'export default {};' >"$scratch/host$1/index.js"
  printf 'name = "host-%s"\nmain = "index.js"\ncompatibility_date = "2026-01-01"\n' "$1" >"$scratch/host$1/wrangler.toml"
}
for ((i = ${#configs[@]} - 1; i > 0; i--)); do
  host "$i"
  "$isolane" dev -c "$scratch/host$i/wrangler.toml" -c "${configs[i]}" --port 0 --no-persist >"$scratch/log$i" 2>&1 &
  processes+=($!)
  until grep -q 'Ready on' "$scratch/log$i"; do
    if ! kill -0 "${processes[-1]}" 2>/dev/null; then
      cat "$scratch/log$i" >&2
      exit 1
    fi
    sleep 0.02 # until the condition holds
  done
done
"$isolane" dev -c "${configs[0]}" "${others[@]}" --no-persist &
processes+=($!)
wait "${processes[-1]}"
