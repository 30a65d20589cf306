#!/usr/bin/env bash
# Sets up, builds and runs every test of the project against real engines.
# The last line is "N passed, N failed" over all suites; the exit code is 0 only without a failure.
#   --only unit|asan|live|clients|integration|checks   one suite
#   -k PATTERN        only integration tests whose names match (pytest -k)
#   --handoffs N      only hand-offs, N of them, with the service killed at random; prints the seed
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() { sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2; }

suites="unit asan live clients integration checks"
pattern=
handoffs=
while [ $# -gt 0 ]; do
  case "$1 ${2:-}" in
    "--only "?*) [[ " $suites " == *" $2 "* ]] || usage; suites=$2 ;;
    "-k "?*) pattern=$2 ;;
    "--handoffs "?*) handoffs=$2 suites=handoffs ;;
    *) usage ;;
  esac
  shift 2
done

# The compiler's cache serves every checkout of the same sources, wherever it lies.
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD

# Tests that wait for something most of the time; they share the engines, which have no more to do.
INTEGRATION_PROCESSES=2

results=$(mktemp -d)
passed=0
failed=0

finish() {
  bash deploy/local/engines.sh stop --dir "$results/engines"
  rm -rf "$results"
}
trap finish EXIT
trap 'exit 130' INT TERM

# heading TITLE STARTED: one line for what just ended and the seconds it took
heading() { echo "== $1 ($((SECONDS - $2)) s)"; }

count() { passed=$((passed + $1)) failed=$((failed + $2)); }

# quietly COMMAND...: shows the output only if it fails
quietly() {
  "$@" >"$results/output" 2>&1 && return
  tail -n 60 "$results/output"
  return 1
}

start_engines() {
  local exports
  exports=$(bash deploy/local/engines.sh start --dir "$results/engines") && eval "$exports"
}

# programs PRESET FOLDER: the test programs of a folder, as the build knows them
programs() { ninja -C "build/$1" -t targets all | sed -n "s#^\($2/test_[a-z_0-9]*\): .*#\1#p"; }

# build PRESET [FOLDER]: once; with a FOLDER only the test programs of that folder
build() {
  local started=$SECONDS
  [ -z "${built[$1]:-}" ] || return "${built[$1]}"
  # shellcheck disable=SC2046
  quietly cmake --preset "$1" &&
    quietly ninja -C "build/$1" -j "$(nproc)" --quiet $([ -z "${2:-}" ] || programs "$1" "$2")
  built[$1]=$?
  heading "build $1" "$started"
  return "${built[$1]}"
}

# add_results TITLE STARTED CODE FILE...: a program that ends badly without naming a failed test crashed
add_results() {
  local title=$1 started=$2 code=$3 good bad
  shift 3
  read -r good bad < <(/usr/bin/python3 tests/count_results.py "$@")
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
    echo "failed: $title ended with exit code $code"
    bad=1
  fi
  count "$good" "$bad"
  heading "$title: $good passed, $bad failed" "$started"
}

# run_gtests PRESET FOLDER TITLE: every test program of the folder, each with a quarter of an hour
run_gtests() {
  local started=$SECONDS program files=() code=0 name
  for program in $(programs "$1" "$2"); do
    name=$results/$1-${program##*/}
    files+=("$name.xml")
    timeout --kill-after=10 900 "build/$1/$program" --gtest_brief=1 "--gtest_output=xml:$name.xml" \
      >"$name.log" 2>&1 && continue
    code=1
    echo "-- ${program##*/}"
    tail -n 80 "$name.log"
  done
  add_results "$3" "$started" "$code" "${files[@]:-$results/none.xml}"
}

build_failed() {
  count 0 1
  echo "failed: build $1"
}

suite_unit() {
  build dev || { build_failed dev; return; }
  run_gtests dev tests/unit "unit and property tests"
}

suite_asan() {
  export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
  build asan tests/unit || { build_failed asan; return; }
  run_gtests asan tests/unit "unit and property tests under ASan and UBSan"
}

suite_live() {
  build dev || { build_failed dev; return; }
  run_gtests dev tests/live "clients against the real engines"
}

# run_pytest TITLE SECONDS FOLDER [OPTION...]
run_pytest() {
  local started=$SECONDS code title=$1 limit=$2 file=$results/pytest-$RANDOM.xml
  shift 2
  timeout --kill-after=30 "$limit" /usr/bin/python3 -m pytest "$@" -q --tb=short \
    -p no:cacheprovider "--junitxml=$file"
  code=$?
  add_results "$title" "$started" "$code" "$file"
}

suite_clients() {
  run_pytest "the applications' router in Python" 600 tests/clients
}

suite_integration() {
  build dev || { build_failed dev; return; }
  run_pytest "integration tests" 2400 tests/integration -n "$INTEGRATION_PROCESSES" \
    --dist loadgroup ${pattern:+-k "$pattern"}
}

suite_handoffs() {
  build dev || { build_failed dev; return; }
  CROSSFADE_HANDOFFS=$handoffs run_pytest "hand-offs with random kills" 7200 \
    tests/integration/test_rollout_random.py
}

suite_checks() {
  local started=$SECONDS check good=0 bad=0
  for check in tests/checks/*.sh; do
    if bash "$check"; then good=$((good + 1)); else bad=$((bad + 1)); fi
  done
  count "$good" "$bad"
  heading "checks: $good passed, $bad failed" "$started"
}

declare -A built=()
if ! bash deploy/local/setup.sh; then
  count 0 1
elif [ "$suites" != checks ] && ! start_engines; then
  count 0 1
else
  for suite in $suites; do "suite_$suite"; done
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
