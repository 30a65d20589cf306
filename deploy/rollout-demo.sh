#!/usr/bin/env bash
# Moves the users of a shop from DynamoDB to MongoDB, back, and forth again, while a fleet of workers
# writes all the time, and compares every acknowledged write with both stores after every step. Sets
# up, builds and starts the engines by itself. Exit code 0 only if nothing is missing anywhere.
#   --subjects N     users of the shop (2,000)
#   --rate N         writes a second (300)
#   --workers N      processes that write (4)
#   --quick          fewer users and steps, for a first look
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
options=()
while [ $# -gt 0 ]; do
  case "$1 ${2:-}" in
    "--quick "*) options+=(--quick) ;;
    "--subjects "?* | "--rate "?* | "--workers "?*) options+=("$1" "$2"); shift ;;
    *) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
  shift
done

echo "Crossfade rollout"
bash "$here/local/setup.sh"
started=$SECONDS
bash "$here/local/build.sh"
printf '  %-18s %s\n' build "build/release/crossfade in $((SECONDS - started)) s"

dir=$(mktemp -d "${TMPDIR:-/tmp}/crossfade-rollout-XXXXXX")
finish() {
  bash "$here/local/engines.sh" stop --dir "$dir/engines"
  if [ "$code" -eq 0 ]; then rm -rf "$dir"; else echo "  log and configuration are in $dir" >&2; fi
}
code=1
trap finish EXIT
trap 'exit 130' INT TERM
exports=$(bash "$here/local/engines.sh" start --dir "$dir/engines" --own)
eval "$exports"

export CROSSFADE_BIN=$root/build/release/crossfade PYTHONDONTWRITEBYTECODE=1
code=0
/usr/bin/python3 "$here/rollout/main.py" --folder "$dir/service" "${options[@]}" || code=$?
exit "$code"
