#!/usr/bin/env bash
# The demo: builds, starts a whole province on loopback, and stops it on Ctrl-C.
#   bash config/demo/run.sh            keep running, print the URL and the sample logins
#   bash config/demo/run.sh --check    walk the whole path once, unattended; exit 0 or 1
set -euo pipefail
cd "$(dirname "$0")/../.."

case "${1:-}" in
  "" | --check) ;;
  *) echo "usage: bash config/demo/run.sh [--check]" >&2; exit 2 ;;
esac

bash config/packages.sh demo
echo "building (the first time takes a few minutes) …"
bash config/build.sh release
exec /usr/bin/python3 config/demo/demo.py "$@"
