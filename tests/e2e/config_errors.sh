#!/usr/bin/env bash
# What is wrong with a configuration or with code stops the start: status 1, file, line, what to do.
. tests/e2e/lib.bash

ok='export default { fetch: () => new Response() };'

# expect NAME FILE PATTERN: both commands refuse $scratch/w/FILE.
expect() {
  local command output
  for command in serve dev; do
    output=$(refused "$command" -c "$scratch/w/$2")
    check "$command: $1" "$output" "1 $3"
  done
}

# expect_serve NAME PATTERN: of code that does not build, for which `dev` waits until it does (reload.sh).
expect_serve() {
  check "serve: $1" "$(refused serve -c "$scratch/w/wrangler.toml")" "1 $2"
}

worker w "$ok"
write w/wrangler.toml 'name = "w"
main = "index.js"
compatibility_date = "2026-11-17
'
expect "a syntax error in TOML" wrangler.toml "*w/wrangler.toml:3*"

write w/wrangler.jsonc '{
  "name": "w", // fine
  "main": "index.js"
  "compatibility_date": "2026-11-17"
}'
expect "a syntax error in JSONC" wrangler.jsonc "*w/wrangler.jsonc:4*"

write w/wrangler.toml 'name = "w"
main = 7
'
expect "a wrong type" wrangler.toml '*Expected "main" to be of type string*w/wrangler.toml:2*'

write w/wrangler.toml 'name = "w"
compatibility_date = "2026-11-17"
'
expect "no main" wrangler.toml '*Missing entry-point*main = "src/index.ts"*w/wrangler.toml*'

write w/wrangler.toml 'name = "w"
main = "gone.js"
compatibility_date = "2026-11-17"
'
expect "a main that does not exist" wrangler.toml '*gone.js*not found*w/wrangler.toml:2*'

expect "a file that does not exist" gone.toml '*w/gone.toml*'

worker w 'export default {
  fetch() { return new; }
};'
expect_serve "a syntax error in code" '*Unexpected ";"*w/index.js:2:22:*fetch() { return new; }*^*'

worker w "import './lib/gone.js';
$ok"
expect_serve "a module that does not exist" '*w/index.js:1:*./lib/gone.js*'

worker w 'const a = 1;
throw new Error("too early");'
expect "an exception at the top level" wrangler.toml '*w/index.js:2:*too early*'

worker w "$ok"
start dev -c "$scratch/w/wrangler.toml"
check "and nothing of this when all is well" "$(http GET /)" "200*"
check "and a flag of what isolane does not have is warned of" \
  "$("$isolane" check --inspector-port 9229 -c "$scratch/w/wrangler.toml" 2>&1)" \
  "*--inspector-port has no effect: isolane has no inspector yet.*No errors in 1 Worker: w"
