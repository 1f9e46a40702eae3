#!/usr/bin/env bash
# samples/vercel-orders, as its README says.
. tests/e2e/lib.bash

start dev samples/vercel-orders
check "the inventory answers through orders" "$(http GET /api/items)" '200 {"apple": 10, "pear": 3}'
check "an order takes what it needs" "$(http POST /api/orders -- '{"item":"pear","count":2}')" '201 {"order":1,"left":1}'
check "and no more than there is" "$(http POST /api/orders -- '{"item":"pear","count":2}')" '409 {"detail":"Only 1 left."}'
check "the inventory calls orders" "$(http GET /api/report)" \
  '200 {"stock": {"apple": 10, "pear": 1}, "sold": \[{"item": "pear", "count": 2}\]}'
check "files are served" "$(http GET /)" "200 *<title>Orders</title>*"
check "the inventory has no route" "$(http GET /items)" "404 *"
