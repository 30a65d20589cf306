#!/usr/bin/env bash
# Who may include whom. Modules: only what their CMakeLists.txt names in DEPS, directly or through
# another module. Heavy libraries: only in the files named here.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

faults=()
modules="router common/base common/async common/model common/codec common/dynamo common/mongo common/control \
common/eventlog common/state forward backward rollout sync"

# dependencies FOLDER: the module names after DEPS
dependencies() {
  tr '\n' ' ' <"$1/CMakeLists.txt" |
    sed -nE 's/.*crossfade_module\([a-z]+[^)]*DEPS ([a-z ]+).*/\1/p'
}

folder_of() {
  case $1 in
    router | forward | backward | rollout | sync) echo "$1" ;;
    *) echo "common/$1" ;;
  esac
}

# reachable FOLDER: the folder and all that it may include
reachable() {
  local name
  echo "$1"
  for name in $(dependencies "$1"); do reachable "$(folder_of "$name")"; done
}

# includes_of FOLDER: "file:line:#include ..." of all headers of the project that it uses
includes_of() { git grep --untracked -nE '^ *#include "' -- "$1/*.h" "$1/*.cc"; }

check_module() {
  local allowed line header
  allowed=$(reachable "$1" | sort -u)
  while IFS= read -r line; do
    header=$(sed -E 's/.*#include "([^"]+)".*/\1/' <<<"$line")
    grep -qxF "${header%/*}" <<<"$allowed" || faults+=("$(cut -d: -f1,2 <<<"$line") includes $header")
  done < <(includes_of "$1")
}

# only_in WHAT PATTERN PLACES: #include lines that match PATTERN stand only in files that match PLACES
only_in() {
  local line
  while IFS= read -r line; do
    faults+=("$1 in $line")
  done < <(git grep --untracked -nE "^ *#include [<\"]$2" -- '*.h' '*.cc' | cut -d: -f1,2 | grep -vE "^($3)")
}

for module in $modules; do check_module "$module"; done

[ -z "$(dependencies common/base)" ] || faults+=("common/base depends on another module")
! reachable forward | grep -qx backward || faults+=("forward depends on backward")
! reachable backward | grep -qx forward || faults+=("backward depends on forward")

only_in Beast 'boost/beast' 'common/dynamo/http[a-z_]*\.cc|sync/admin[a-z_]*\.cc|tests/'
only_in libmongoc 'mongoc/' 'common/mongo/[a-z_0-9]+\.cc|tests/'
only_in libbson 'bson/' '(common/mongo|common/codec)/[a-z_0-9]+\.cc|tests/'
only_in simdjson 'simdjson' 'common/codec/|tests/'
only_in nlohmann 'nlohmann/json\.hpp' '[a-z_/0-9]+\.cc'
only_in spdlog 'spdlog' 'common/base/log[a-z_]*\.cc'
only_in RE2 're2/' 'sync/subject\.cc'

[ ${#faults[@]} -eq 0 ] && { echo "ok module_rules"; exit; }
echo "FAIL module_rules: $(printf '%s; ' "${faults[@]}" | sed 's/; $//')"
exit 1
