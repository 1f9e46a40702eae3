# Shared by ./run.sh and ./test.sh; to be sourced. Nothing here speaks or takes time when there is nothing to do.
#
#   isolane_setup [LIST...]      third-party things in place: the Debian packages of apt.txt and of LIST, the npm packages
#   isolane_build PRESET TARGET...   configured if it never was, and built; the log is shown only when that fails
#
# Both say on stderr what went wrong; isolane_setup ends the script then, isolane_build returns 1.

isolane_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

isolane_say() { printf 'isolane: %s\n' "$*" >&2; }
isolane_fail() {
  isolane_say "$*"
  exit 1
}

# Prints the names in package lists, without the comments.
isolane_package_names() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -e 's/[[:space:]]//g' "$@"; }

isolane_apt_install() {
  local as_root=() log
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      isolane_fail "as root, please: apt-get update && apt-get install --no-install-recommends $*"
    as_root=(sudo)
  fi
  isolane_say "installing Debian packages: $*"
  log=$(mktemp)
  # The lists of a fresh machine are empty or old.
  if ! { "${as_root[@]}" apt-get update -q &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -q -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    cat "$log" >&2
    isolane_fail "these Debian packages could not be installed: $* (output of apt-get above)"
  fi
  rm -f "$log"
}

isolane_check_packages() {
  # Elsewhere the packages go by other names; cmake will say what is missing.
  command -v dpkg-query >/dev/null || return 0
  local wanted missing
  mapfile -t wanted < <(isolane_package_names "$@")
  # dpkg-query fails when one is unknown, and still reports the others.
  mapfile -t missing < <(
    {
      dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true
      printf '%s wanted\n' "${wanted[@]}"
    } | awk '$2 == "installed" { have[$1] = 1 } $2 == "wanted" && !have[$1] { print $1 }'
  )
  [ ${#missing[@]} = 0 ] || isolane_apt_install "${missing[@]}"
}

isolane_check_npm_packages() {
  local directory=$isolane_root/third_party/npm stamp
  stamp=$directory/node_modules/.installed-lock
  cmp -s "$directory/package-lock.json" "$stamp" && return
  # npm of version 7 and later reads our lock file. Any such npm will do; it only unpacks.
  local version
  version=$(npm --version 2>/dev/null) || version=0
  [ "${version%%.*}" -ge 7 ] || isolane_apt_install npm
  isolane_say "installing the pinned npm packages"
  local log
  log=$(mktemp)
  if ! (cd "$directory" && npm ci --loglevel=error) >"$log" 2>&1; then
    cat "$log" >&2
    isolane_fail "npm ci failed in $directory (output above)"
  fi
  rm -f "$log"
  cp "$directory/package-lock.json" "$stamp"
}

isolane_setup() {
  local lists=("$isolane_root/third_party/apt.txt") list
  for list in "$@"; do lists+=("$isolane_root/third_party/$list"); done
  isolane_check_packages "${lists[@]}"
  isolane_check_npm_packages
}

# Prints the build directory of a preset.
isolane_build_directory() {
  if [ "$1" = release ]; then echo "$isolane_root/build"; else echo "$isolane_root/build-$1"; fi
}

isolane_build() {
  local preset=$1 directory log notice status=0
  shift
  directory=$(isolane_build_directory "$preset")
  mkdir -p "$directory"
  log=$directory/build.log
  # Two ninjas in one directory would spoil each other's work.
  exec 9>"$directory/.lock"
  flock 9
  if [ ! -e "$directory/build.ninja" ]; then
    isolane_say "configuring ${directory##*/}/"
    (cd "$isolane_root" && cmake --preset "$preset") >"$log" 2>&1 9>&- || status=$?
    if [ $status != 0 ]; then
      cat "$log" >&2
      exec 9>&-
      isolane_say "cmake failed (output above)"
      return 1
    fi
  fi
  # A build that takes a moment says so; one without work is silent.
  (
    sleep 1 8>&-
    isolane_say "building in ${directory##*/}/ (log: ${directory##*/}/build.log)" 2>&8
  ) 8>&2 >/dev/null 2>&1 9>&- &
  notice=$!
  ninja -C "$directory" "$@" >"$log" 2>&1 9>&- || status=$?
  kill "$notice" 2>/dev/null || true
  wait "$notice" 2>/dev/null || true
  exec 9>&-
  if [ $status != 0 ]; then
    # Without ninja's progress and the command lines: what the compiler said.
    grep -vE '^(-- |\[[0-9]+/[0-9]+\] |ninja: Entering|env CCACHE_|: && |/usr/bin/(c\+\+|cc) )' "$log" | tail -n 100 >&2
    isolane_say "the build failed; end of $log above"
    return 1
  fi
}
