#!/usr/bin/env bash
# Fails when clang-format would change a C or C++ file of ours:   tests/checks/format.sh [--fix]
# Third-party code comes in packages, so every such file in the tree is ours.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
mapfile -d '' files < <(find . \( -name node_modules -o -path './build*' -o -name '.?*' \) -prune -o \
  -type f \( -name '*.h' -o -name '*.cc' -o -name '*.c' \) -print0)
if [ ${#files[@]} = 0 ]; then
  echo "no sources found in $PWD" >&2
  exit 1
fi
if [ "${1-}" = --fix ]; then
  clang-format -i "${files[@]}"
elif ! clang-format --dry-run --Werror "${files[@]}"; then
  echo "tests/checks/format.sh --fix would format them"
  exit 1
fi
echo "${#files[@]} files"
