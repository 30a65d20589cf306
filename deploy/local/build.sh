#!/usr/bin/env bash
# Builds build/release/crossfade; prints nothing but, if the build fails, the end of its log.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
log=build/release-build.log

# The compiler's cache serves every checkout of the same sources, wherever it lies.
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD
mkdir -p build
if ! { cmake --preset release && ninja -C build/release -j "$(nproc)" crossfade; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "the build failed; all of it is in $PWD/$log" >&2
  exit 1
fi
