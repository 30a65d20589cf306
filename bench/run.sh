#!/usr/bin/env bash
# Measures everything on fresh engines and prints the figures beside their targets; exit code 0 only
# if all are met. Takes about ten minutes; leave the machine alone meanwhile.
#   --write-readme    also puts the table into bench/README.md
#   --remark TEXT     a sentence about the circumstances, below the table
#   --keep DIR        leaves the raw results (load.json, lag.json) there
# CROSSFADE_BIN names another binary than build/release/crossfade, which is brought up to date first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=
report=()
while [ $# -gt 0 ]; do
  case $1 in
    --write-readme) report+=(--write-readme) ;;
    --remark) report+=(--remark "${2:?--remark needs a sentence}"); shift ;;
    --keep) results=${2:?--keep needs a folder}; shift ;;
    *) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' bench/run.sh >&2; exit 2 ;;
  esac
  shift
done

bash deploy/local/setup.sh
if [ -z "${CROSSFADE_BIN:-}" ]; then
  echo "bench: building build/release/crossfade" >&2
  [ -f build/release/build.ninja ] || cmake --preset release >/dev/null
  ninja -C build/release -j "$(nproc)" --quiet crossfade
fi

if [ -z "$results" ]; then
  results=$(mktemp -d)
  trap 'rm -rf "$results"' EXIT
fi
mkdir -p "$results"
/usr/bin/python3 bench/load.py --json "$results/load.json" >/dev/null
/usr/bin/python3 bench/lag.py --json "$results/lag.json" >/dev/null
/usr/bin/python3 bench/report.py "$results/load.json" "$results/lag.json" "${report[@]}"
