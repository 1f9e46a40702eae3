#!/usr/bin/env bash
# `[build] command`: that it ends with isolane, whenever that is told to stop.
. tests/e2e/lib.bash

worker slow 'export default { fetch: () => new Response("ok") };' '[build]
command = """echo $$ > '"$scratch"'/part; sleep 600 & echo $! >> '"$scratch"'/part; mv '"$scratch"'/part '"$scratch"'/pids; wait"""'

has_begun() { [ -e "$scratch/pids" ] || ! is_running "$server"; }
# One that was killed is a zombie until whoever adopts it has waited for it.
has_ended() { ! grep -q '^State:[[:space:]]*[A-Y]' "/proc/$1/status" 2>/dev/null; } # PID

# Starts a command whose custom build does not end, and stops it once that runs: "STATUS LEFT", the number of its
# processes that are left.
stopped() { # SIGNAL ARGUMENT...
  local signal=$1 status=0 left=0 pid
  shift
  rm -f "$scratch/pids"
  "$isolane" "$@" >"$scratch/log" 2>&1 &
  server=$!
  await has_begun
  kill "-$signal" "$server"
  wait "$server" || status=$?
  server=
  while read -r pid; do
    await has_ended "$pid" || left=$((left + 1))
  done <"$scratch/pids"
  echo "$status $left"
}

check "dev that is interrupted during the first build ends it" "$(stopped INT dev -c "$scratch/slow/wrangler.toml" --port 0)" "130 0"
check "dev that is terminated likewise" "$(stopped TERM dev -c "$scratch/slow/wrangler.toml" --port 0)" "143 0"
check "and one whose terminal is gone" "$(stopped HUP dev -c "$scratch/slow/wrangler.toml" --port 0)" "129 0"
check "serve likewise" "$(stopped TERM serve -c "$scratch/slow/wrangler.toml" --port 0)" "143 0"
check "and check" "$(stopped INT check -c "$scratch/slow/wrangler.toml")" "130 0"

# One that takes long while requests are served: until the file `go` is there.
worker patient 'export default { fetch: () => new Response("ok") };' '[build]
command = """[ ! -e '"$scratch"'/wait ] || until [ -e '"$scratch"'/go ]; do sleep 0.02; done"""
watch_dir = "src"'
write patient/src/a 1
start dev -c "$scratch/patient/wrangler.toml"
touch "$scratch/wait"
write patient/src/a 2
await grep -q 'Building patient ... 5 s' "$scratch/log"
check "a build that takes long says so" "$(grep -c 'Building patient ... 5 s' "$scratch/log")" 1
check "and requests are served meanwhile" "$(http GET /)" "200 ok"
touch "$scratch/go"
await grep -q 'updated and ready (patient' "$scratch/log"
check "until it is done" "$(grep -c 'The file .*src/a changed, restarting build' "$scratch/log")" 1
