#!/usr/bin/env bash
# Configures and builds with a preset. Usage: config/build.sh PRESET [cmake options]
# Shows how far it is: on a terminal all the time, otherwise in a line every half a minute.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?"usage: $0 PRESET [cmake options]"}; shift
log=$(mktemp)

# Writes its input to the log, and tells of ninja's "[12/345] …".
progress() {
  local line last=$SECONDS shown=
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    line="building $preset: ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
    if [ -t 1 ]; then printf '\r%s' "$line"; shown=1
    elif ((SECONDS - last >= 30)); then echo "$line"; last=$SECONDS; fi
  done
  if [ -n "$shown" ]; then echo; fi
}

if ! { cmake --preset "$preset" "$@" && cmake --build --preset "$preset"; } 2>&1 | progress; then
  grep -E 'error|Error|FAILED|refuse' "$log" | head -40 >&2
  echo "$0: the build failed (whole log: $log)" >&2
  exit 1
fi
sed -n '/^CMake Warning/,/^$/p' "$log" >&2
rm -f "$log"
