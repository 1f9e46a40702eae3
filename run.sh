#!/usr/bin/env bash
# Builds isolane and runs it:   ./run.sh [ARGUMENTS OF isolane]
# Without arguments it serves the sample application of samples/gateway-auth. A first run installs what is missing.
set -euo pipefail
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/third_party/setup.sh"

isolane_setup
isolane_build release isolane
if [ $# = 0 ]; then
  sample=$isolane_root/samples/gateway-auth
  set -- dev -c "$sample/gateway/wrangler.toml" -c "$sample/auth/wrangler.toml" -c "$sample/application/wrangler.toml"
fi
exec "$isolane_root/build/isolane" "$@"
