#!/usr/bin/env bash
# samples/hello, as its README starts it.
. tests/e2e/lib.bash

start dev -c samples/hello/wrangler.toml
check "greets the world" "$(http GET /)" "200 Hello, world!"
check "greets by name" "$(http GET '/?name=Ada')" "200 Hello, Ada!"

start dev -c samples/hello/wrangler.toml --var GREETING:Salut
check "takes another greeting from --var" "$(http GET /)" "200 Salut, world!"
