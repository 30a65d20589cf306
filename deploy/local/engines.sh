#!/usr/bin/env bash
# Starts and stops a real DynamoDB (DynamoDB Local with Streams) and a real MongoDB (a replica set of
# one member) for development, tests and demonstrations. Data are thrown away on stop.
#
#   eval "$(engines.sh start)"    starts what is not running, prints two export lines and nothing else
#   engines.sh status             says what runs; exit code 1 unless all of it does
#   engines.sh stop               ends what start began in that folder, by process id, and removes its data
#
#   --dir D                       another pair, apart from the others
#   --only dynamodb|mongodb       one engine of the pair
#   --own                         start our own even if the environment names engines
#
# CROSSFADE_DYNAMODB_ENDPOINT and CROSSFADE_MONGODB_URI name engines that are there already: these are
# used as they are and never stopped. A mongod on PATH is preferred to the downloaded one.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

note() { echo "engines: $*" >&2; }
fail() { note "$*"; exit 1; }

# shellcheck source=deploy/local/download.sh
. "$here/download.sh"

probe() { /usr/bin/python3 "$here/engines_probe.py" "$@"; }

# ---- processes: DIR/NAME.pid holds "PID START-TIME PORT", so that a re-used pid is not taken for ours

start_time() { # of a process that lives; a dead one nobody has collected yet has none
  local stat fields
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
  read -r -a fields <<<"${stat##*) }"
  [ "${fields[0]}" = Z ] || echo "${fields[19]}"
}

port_of() { # prints the port if the engine $1 of this folder runs
  local pid started port
  [ -f "$dir/$1.pid" ] && read -r pid started port <"$dir/$1.pid" || return 1
  [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ] || return 1
  echo "$port"
}

launch() { # launch NAME PORT COMMAND...: outlives this shell, holds none of its files open
  local name=$1 port=$2 pid
  shift 2
  (cd "$dir" && exec setsid "$@" </dev/null >"$dir/$name.log" 2>&1 9>&-) &
  pid=$!
  echo "$pid $(start_time "$pid") $port" >"$dir/$name.pid"
}

signal() { # signal NAME TERM|KILL, if it runs
  local pid
  port_of "$1" >/dev/null || return 1
  read -r pid _ <"$dir/$1.pid"
  kill "-$2" "$pid" 2>/dev/null
}

halt() { # halt NAME...: SIGTERM to all, SIGKILL to those still there after ten seconds
  local name tries=0
  for name in "$@"; do signal "$name" TERM || true; done
  for name in "$@"; do
    while port_of "$name" >/dev/null; do
      [ $((tries += 1)) -le 200 ] || signal "$name" KILL || true
      sleep 0.05
    done
    rm -rf "${dir:?}/$name.pid" "$dir/$name.log" "${dir:?}/$name"
  done
}

# ---- the two engines

launch_dynamodb() {
  local folder port
  folder=$(dynamodb_folder) || exit 1
  port=$(probe free-port)
  launch dynamodb "$port" java -Xmx1g "-Djava.library.path=$folder/DynamoDBLocal_lib" \
    -jar "$folder/DynamoDBLocal.jar" -port "$port" -inMemory -disableTelemetry
}

launch_mongodb() {
  local program port
  program=$(mongod_program) || exit 1
  port=$(probe free-port)
  mkdir -p "$dir/mongodb"
  launch mongodb "$port" "$program" --bind_ip 127.0.0.1 --port "$port" --dbpath "$dir/mongodb" \
    --replSet rs0 --wiredTigerCacheSizeGB 1 --oplogSize 8192 --nounixsocket \
    --setParameter diagnosticDataCollectionEnabled=false \
    --setParameter ttlMonitorSleepSecs=1 \
    --setParameter shutdownTimeoutMillisForSignaledShutdown=100
}

wait_dynamodb() { probe wait-dynamodb "$1"; }
wait_mongodb() { probe initiate-mongodb "$1"; }

address() { # address NAME PORT
  case $1 in
    dynamodb) echo "http://127.0.0.1:$2" ;;
    mongodb) echo "mongodb://127.0.0.1:$2/?replicaSet=rs0" ;;
  esac
}

variable() {
  case $1 in
    dynamodb) echo CROSSFADE_DYNAMODB_ENDPOINT ;;
    mongodb) echo CROSSFADE_MONGODB_URI ;;
  esac
}

from_outside() { # from_outside NAME: prints the address that the environment gives
  local name
  name=$(variable "$1")
  [ "$own" = no ] && [ -n "${!name:-}" ] && echo "${!name}"
}

# ---- the three verbs

ensure_ready() { # ensure_ready NAME: launched engines must answer; a failed one shows its log
  local port
  port=$(port_of "$1") && "wait_$1" "$port" && port_of "$1" >/dev/null && return
  [ ! -f "$dir/$1.log" ] || tail -n 5 "$dir/$1.log" >&2
  halt "$1"
  fail "$1 did not start"
}

start() {
  local name ours=() fresh=()
  for name in $engines; do
    from_outside "$name" >/dev/null || ours+=("$name")
  done
  if [ ${#ours[@]} -gt 0 ]; then
    bash "$here/setup.sh" engines >&2
    mkdir -p "$dir"
    exec 9>"$dir/lock"
    flock 9
    for name in "${ours[@]}"; do
      port_of "$name" >/dev/null || { "launch_$name"; fresh+=("$name"); }
    done
    for name in "${fresh[@]}"; do ensure_ready "$name"; done
  fi
  for name in $engines; do
    printf "export %s='%s'\n" "$(variable "$name")" \
      "$(from_outside "$name" || address "$name" "$(port_of "$name")")"
  done
}

stop() {
  [ -d "$dir" ] || return 0
  exec 9>"$dir/lock"
  flock 9
  # shellcheck disable=SC2086
  halt $engines
  if ! compgen -G "$dir/*.pid" >/dev/null; then
    rm -f "$dir/lock"
    rmdir "$dir" 2>/dev/null || true
  fi
}

status() {
  local name port code=0
  for name in $engines; do
    if port=$(port_of "$name"); then
      echo "$name running at $(address "$name" "$port")"
    elif from_outside "$name" >/dev/null; then
      echo "$name given from outside"
    else
      echo "$name not running"
      code=1
    fi
  done
  return $code
}

usage() { sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2; }

verb=${1:-}
[[ "$verb" =~ ^(start|stop|status)$ ]] || usage
shift
dir=${TMPDIR:-/tmp}/crossfade-engines-$(id -u)
engines="dynamodb mongodb"
own=no
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=${2:?--dir needs a folder}; shift ;;
    --only) [[ "${2:-}" =~ ^(dynamodb|mongodb)$ ]] || usage; engines=$2; shift ;;
    --own) own=yes ;;
    *) usage ;;
  esac
  shift
done
dir=$(realpath -m "$dir")
"$verb"
