#!/usr/bin/env bash
# samples/mixed-graph, as its README says.
. tests/e2e/lib.bash

sample=samples/mixed-graph
start dev -c $sample/edge/wrangler.toml -c $sample/vercel.json
check "a Worker calls a service, which calls both" "$(http GET /apple)" '200 {"item":"apple","price":"2 EUR","left":10}'
check "a Worker calls a program" "$(http GET /stock/pear)" '200 {"price": 3, "left": 0}'
check "which calls the Worker" "$(http GET /stock/currency)" '200 {"currency": "EUR"}'
stop
start dev -c $sample/vercel.json -c $sample/edge/wrangler.toml
check "with vercel.json first its rules are public, and it has none" "$(http GET /apple)" "404 *"
