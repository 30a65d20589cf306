#!/usr/bin/env bash
# A mongod for one test that needs another kind than the one of the environment.
#   own_mongod.sh start DIR standalone     prints its connection string
#   own_mongod.sh start DIR small-oplog    a replica set of one member that forgets within megabytes
#   own_mongod.sh kill DIR                 SIGKILL, by process id; its data stay
#   own_mongod.sh again DIR                starts it on its data and its port
#   own_mongod.sh stop DIR                 ends it, by process id, and removes DIR
set -euo pipefail
local_engines=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../deploy/local" && pwd)

note() { echo "own_mongod: $*" >&2; }
fail() { note "$*"; exit 1; }

# shellcheck source=deploy/local/download.sh
. "$local_engines/download.sh"

probe() { /usr/bin/python3 "$local_engines/engines_probe.py" "$@"; }

launch() { # launch DIR PORT KIND
  local program options=()
  program=$(mongod_program)
  [ "$3" = standalone ] || options=(--replSet rs0 --oplogSize 8 --syncdelay 1)
  setsid "$program" --bind_ip 127.0.0.1 --port "$2" --dbpath "$1/data" --nounixsocket \
    --wiredTigerCacheSizeGB 0.25 --setParameter diagnosticDataCollectionEnabled=false \
    "${options[@]}" </dev/null >>"$1/log" 2>&1 &
  echo $! >"$1/pid"
}

start() { # start DIR KIND
  local port
  port=$(probe free-port)
  mkdir -p "$1/data"
  echo "$port $2" >"$1/how"
  launch "$1" "$port" "$2"
  if [ "$2" = standalone ]; then
    echo "mongodb://127.0.0.1:$port/"
  else
    probe initiate-mongodb "$port" || { tail -n 5 "$1/log" >&2; stop "$1"; exit 1; }
    echo "mongodb://127.0.0.1:$port/?replicaSet=rs0"
  fi
}

end() { # end DIR
  local pid
  pid=$(cat "$1/pid")
  kill -KILL "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}

again() { # again DIR
  local port kind
  read -r port kind <"$1/how"
  launch "$1" "$port" "$kind"
}

stop() { # stop DIR
  end "$1"
  rm -rf "${1:?}"
}

case "${1:-} ${3:-}" in
  "start standalone" | "start small-oplog") start "$2" "$3" ;;
  "kill ") end "$2" ;;
  "again ") again "$2" ;;
  "stop ") stop "$2" ;;
  *) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
