#!/usr/bin/env bash
# Configures and builds with a preset. Usage: config/build.sh PRESET [cmake options]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1; shift
log=$(mktemp)
if ! { cmake --preset "$preset" "$@" && cmake --build --preset "$preset"; } >"$log" 2>&1; then
  grep -E 'error|Error|FAILED|refuse' "$log" | head -40 >&2
  echo "$0: the build failed (whole log: $log)" >&2
  exit 1
fi
rm -f "$log"
