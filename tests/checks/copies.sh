#!/usr/bin/env bash
# Fails when files that are copies of each other differ:   tests/checks/copies.sh
# Each conformance suite is one of its own, which runs without the rest of this repository; so they share no file.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
for copy in tests/conformance-wrangler tests/conformance-vercel; do
  cmp tests/conformance/lib/ws.mjs "$copy/lib/ws.mjs"
done
