#!/usr/bin/env bash
# samples/rpc, as its README starts it.
. tests/e2e/lib.bash

start dev -c samples/rpc/shop/wrangler.toml -c samples/rpc/carts/wrangler.toml
check "a method call gives an object, with the props of the binding" "$(http GET /price/apple)" \
  '200 {"name":"apple","price":3,"currency":"EUR"}'
check "an object of the other Worker is used through a stub, and calls back" "$(http GET /cart/apple/pear)" \
  '200 {"items":\["apple","pear"\],"totals":\[3,7\]}'
check "calls wait for each other" "$(http GET /total/apple/apple)" "200 6"
check "an error keeps type and message" "$(http GET /price/stone)" \
  '400 {"error":"RangeError: nobody sells stone","remote":true}'
stop
check "the end of the block disposes of the cart" "$(cat "$scratch/log")" "*a cart of 2 was left*"
