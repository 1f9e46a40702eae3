#!/usr/bin/env bash
# .env: for the Workers beside it, and for the program that is started there.
. tests/e2e/lib.bash

# Asks until the answer is this one.
becomes() { # NAME WANT
  await answers "$2"
  check "$1" "$(http GET /)" "$2"
}
answers() { [[ $(http GET /) == "$1" ]] || ! is_running "$server"; }

all='export default { fetch: (request, env) => new Response([env.SELF, env.TOKEN, env.WHICH, env.MORE].join(" ").trim()) };'
more='[vars]
SELF = "top"
[env.staging.vars]
SELF = "staging"
[secrets]
required = ["TOKEN", "WHICH", "MORE"]
[env.staging.secrets]
required = ["TOKEN", "WHICH", "MORE"]'

worker app "$all" "$more"
write app/.env 'TOKEN=one
WHICH=file'
WHICH=process start dev --cwd "$scratch/app"
check "a required secret is in .env, or the process has it" "$(http GET /)" "200 top one process"
check "what is missing is told" "$(cat "$scratch/log")" "*Missing required secrets: MORE.*"
write app/.env 'TOKEN=two
WHICH=file
MORE=${TOKEN}-${WHICH}'
becomes "an edit of .env is taken" "200 top two process two-process"
write app/.env 'TOKEN=two
CLOUDFLARE_ENV=staging'
becomes "and so is another environment" "200 staging two process"
rm "$scratch/app/.env"
becomes "or none, when the file is gone" "200 top  process"
write app/.env 'TOKEN=three'
becomes "until it is back" "200 top three process"

# The program stands above the Worker.
write .env 'CLOUDFLARE_ENV=staging
CLOUDFLARE_INCLUDE_PROCESS_ENV=true
TOKEN=above
MORE=above'
write app/.env 'TOKEN=own'
start dev --cwd "$scratch" -c app
check "a Worker's own .env wins over the program's" "$(http GET /)" "200 staging own  above"
explained=$("$isolane" explain --cwd "$scratch" -c app 2>/dev/null)
check "and explain says which it was" "$explained" "*env.TOKEN*app/.env:1*"
check "of both" "$(grep env.MORE <<<"$explained")" "* .env:4*"
write .env 'TOKEN=above
MORE=edited'
becomes "an edit of the program's is taken, too" "200 top own  edited"

write app/flags/own.env 'TOKEN=flagged'
start dev --cwd "$scratch" -c app --env-file flags/own.env
check "--env-file is relative to the configuration" "$(http GET /)" "200 top flagged*"
start dev --cwd "$scratch" -c app --env-file gone.env
check "and told if it is not there" "$(cat "$scratch/log")" \
  '*The file "app/gone.env" given with --env-file does not exist.*'

export WHICH=process MORE=process
leveled() { # LEVEL: what check says
  write .env "WRANGLER_LOG=$1"
  "$isolane" check --cwd "$scratch" -c app 2>&1
}
check "the log level may stand there" "$(TOKEN=x leveled error)" "No errors in 1 Worker: app"
check "and is told if there is none such" "$(TOKEN=x leveled Loud)" \
  '*Unrecognised WRANGLER_LOG value "loud", expected "none" | "error" | "warn" | "info" | "log" | "debug", defaulting to "log"...*'

cp -r samples/mixed-graph "$scratch/mixed"
cp "$scratch/app/index.js" "$scratch/mixed/edge/src/index.js"
cp "$scratch/app/wrangler.toml" "$scratch/mixed/edge/wrangler.toml"
sed -i 's/^name.*/name = "edge"/; s/^main.*/main = "src\/index.js"/' "$scratch/mixed/edge/wrangler.toml"
write mixed/.env 'TOKEN=beside'
start dev --cwd "$scratch/mixed" -c edge -c vercel.json
check "a Worker beside a vercel.json has it as well" "$(http GET /)" "200 top beside process process"
