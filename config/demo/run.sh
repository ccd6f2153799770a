#!/usr/bin/env bash
# The demo: builds, starts a whole province on loopback, and stops it on Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'TEXT'
usage: bash config/demo/run.sh [--check | --people | --help]
  (nothing)   build, start everything, say where to go, and stop it on Ctrl-C
  --check     walk the whole path once, unattended; exit 0 or 1
  --people    all invented people, by theme, and what each of them shows
  --help      this
TEXT
}

if [ $# -gt 1 ]; then echo "$0: one option at a time; --help tells which" >&2; exit 2; fi
case "${1:-}" in
  "" | --check) ;;
  --people) [ -x /usr/bin/python3 ] || bash config/packages.sh demo; exec /usr/bin/python3 config/demo/demo.py --people ;;
  --help | -h) usage; exit 0 ;;
  *) echo "$0: unknown option \"$1\"; --help tells which there are" >&2; exit 2 ;;
esac

bash config/packages.sh demo
[ -e build/release/module/ngx_http_vneid_module.so ] || echo "building: the first time takes a few minutes"
bash config/build.sh release
exec /usr/bin/python3 config/demo/demo.py "$@"
