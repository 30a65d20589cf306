#!/usr/bin/env bash
# Shows Crossfade at work on real engines, from a bare Debian 12 on: installs what is missing, builds,
# starts DynamoDB Local and a MongoDB replica set, loads a table, keeps both sides in step while
# applications write on both, and compares everything at the end. Exit code 0 only if both sides are
# equal and no write came back.
#   --keep           leaves engines and service running, and says how to look at them
#   --stop           ends what an earlier --keep left running
#   --items N        orders in the table (25,000)
#   --writes N       writes on each side while it runs (2,500)
#   --kill SECONDS   kills the service with SIGKILL every so many seconds, and starts it again
#   --dir D          where data and logs go, to keep several runs apart
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
dir=${TMPDIR:-/tmp}/crossfade-quickstart-$(id -u)
options=()
verb=run

while [ $# -gt 0 ]; do
  case "$1 ${2:-}" in
    "--keep "*) options+=(--keep) ;;
    "--stop "*) verb=stop ;;
    "--dir "?*) dir=$2; shift ;;
    "--items "?* | "--writes "?* | "--kill "?*) options+=("$1" "$2"); shift ;;
    *) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
  shift
done

service_runs() { # whether the process noted by an earlier --keep is still that process
  local pid started stat fields
  [ -f "$dir/service.pid" ] && read -r pid started <"$dir/service.pid" || return 1
  read -r stat 2>/dev/null <"/proc/$pid/stat" || return 1
  read -r -a fields <<<"${stat##*) }"
  [ "${fields[0]}" != Z ] && [ "${fields[19]}" = "$started" ]
}

stop_all() {
  local tries=0 pid
  if service_runs; then
    read -r pid _ <"$dir/service.pid"
    kill -TERM "$pid" 2>/dev/null || true
    while service_runs; do
      [ $((tries += 1)) -ne 300 ] || kill -KILL "$pid" 2>/dev/null || true
      sleep 0.1
    done
  fi
  bash "$here/local/engines.sh" stop --dir "$dir/engines"
  rm -f "$dir/service.pid"
}

forget() { # also the service's configuration, log and data
  rm -rf "${dir:?}/service"
  rmdir "$dir" 2>/dev/null || true
}

step() { # step NAME TEXT
  printf '  %-18s %s\n' "$1" "$2"
}

# After a failure the service's files stay for reading, until the next run.
finish() {
  [ "$keep" = no ] || return 0
  stop_all
  if [ "$code" -eq 0 ]; then forget; else echo "  log and configuration are in $dir/service" >&2; fi
}

[ "$verb" = run ] || { stop_all; forget; exit; }

echo "Crossfade quickstart"
[ ! -e "$dir/service.pid" ] || { stop_all; step "left running" "ended"; }
forget
bash "$here/local/setup.sh"
started=$SECONDS
bash "$here/local/build.sh"
step build "build/release/crossfade in $((SECONDS - started)) s"

# Engines that were there before may hold other tables: ours get names of their own, and are removed.
if [ -n "${CROSSFADE_DYNAMODB_ENDPOINT:-}${CROSSFADE_MONGODB_URI:-}" ]; then
  options+=(--suffix "-$(date +%Y%m%d-%H%M%S)")
fi
mkdir -p "$dir"
keep=no
code=1
trap finish EXIT
trap 'exit 130' INT TERM
exports=$(bash "$here/local/engines.sh" start --dir "$dir/engines")
eval "$exports"

export CROSSFADE_BIN=$root/build/release/crossfade PYTHONDONTWRITEBYTECODE=1
code=0
/usr/bin/python3 "$here/quickstart/main.py" --folder "$dir" "${options[@]}" || code=$?
[ ! -e "$dir/service.pid" ] || keep=yes
exit "$code"
