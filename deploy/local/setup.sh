#!/usr/bin/env bash
# Installs the Debian packages that are missing, and says in one line which.
#   setup.sh           everything that building, testing and the engines need
#   setup.sh engines   only what deploy/local/engines.sh needs
# Safe to run again: with nothing missing it does nothing and prints nothing. Never asks a question.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() { echo "setup: $*" >&2; exit 1; }

wanted_packages() {
  local lists=("$here/engine-packages.txt")
  [ "$1" = engines ] || lists+=("$here/packages.txt")
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "${lists[@]}"
  # Debian's npm conflicts with the nodejs of other publishers, which bring their own.
  command -v npm >/dev/null || echo npm
}

missing_packages() {
  local wanted installed
  wanted=$(wanted_packages "$1" | sort -u)
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' $wanted 2>/dev/null |
    awk '$1 == "ii" {print $2}' | sort -u) || true
  comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$installed")
}

# apt-get as root, without a question, with its output kept for the case that it fails.
apt() {
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "installing packages needs root: run it as root"
    sudo -n true 2>/dev/null || fail "installing packages needs root: run it with sudo"
    root=(sudo -n)
  fi
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o DPkg::Lock::Timeout=600 "$@" </dev/null >>"$log" 2>&1
}

[ $# -le 1 ] && [[ "${1:-all}" =~ ^(all|engines)$ ]] || fail "usage: setup.sh [engines]"
command -v apt-get >/dev/null || fail "this script knows Debian 12 (apt-get) only"

missing=$(missing_packages "${1:-all}")
[ -n "$missing" ] || exit 0

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "setup: installing with apt-get:" $missing
# shellcheck disable=SC2086
if ! { apt update && apt install --no-install-recommends $missing; }; then
  tail -n 20 "$log" >&2
  fail "apt-get could not install the packages"
fi
