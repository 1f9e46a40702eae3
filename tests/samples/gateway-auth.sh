#!/usr/bin/env bash
# samples/gateway-auth, as its README starts it.
. tests/e2e/lib.bash

configs=()
for name in gateway auth application; do configs+=(-c "samples/gateway-auth/$name/wrangler.toml"); done

for command in dev serve; do
  start "$command" "${configs[@]}"
  check "$command: auth refuses without the token" "$(http GET /private)" \
    "403 x-custom-token does not match, request not allowed"
  check "$command: the application answers with it" \
    "$(http GET /private 'x-custom-token: open-sesame')" \
    '200 {"application":true,"method":"GET","pathname":"/private","body":""}'
  check "$command: a body that auth was shown a copy of arrives" \
    "$(http POST /private 'x-custom-token: open-sesame' -- 'some text')" \
    '200 {"application":true,"method":"POST","pathname":"/private","body":"some text"}'
  large=$(printf 'y%.0s' {1..100000})
  check "$command: a large one as well" \
    "$(http POST /private 'x-custom-token: open-sesame' -- "$large" | wc -c)" "1000[67]?"
done

check "the table of Workers is printed" "$(cat "$scratch/log")" "*gateway*env.AUTH (auth)*Ready on http://*"
check "each request has a line" "$(grep -c 'POST /private 200' "$scratch/log")" 2

cp -r samples/gateway-auth "$scratch/copy"
start dev -c "$scratch/copy/gateway" -c "$scratch/copy/auth" -c "$scratch/copy/application"
says() { [[ $(http GET / "x-custom-token: $1") == "$2 "* ]]; } # TOKEN STATUS
echo SECRET_TOKEN=other >"$scratch/copy/auth/.dev.vars"
check "a secret is another token, which opens at once" "$(await says other 200 && echo yes)" yes
check "and the first one opens no more" "$(http GET / 'x-custom-token: open-sesame')" "403 *"
rm "$scratch/copy/auth/.dev.vars"
check "until the secret is gone" "$(await says open-sesame 200 && echo yes)" yes

start dev "${configs[@]}"
http GET / 'x-custom-token: open-sesame' >/dev/null
http GET / >/dev/null
stop
check "the line of a request shows its way" "$(cat "$scratch/log")" \
  "*GET / 200 OK ([0-9]*ms)  gateway → (AUTH [0-9.]*ms, APPLICATION [0-9.]*ms)*GET / 403 Forbidden ([0-9]*ms)  gateway → AUTH 403 [0-9.]*ms*"
