#!/usr/bin/env bash
# Installs from Debian's packages what is missing. Usage: config/packages.sh build|package|demo|test
set -euo pipefail

build=(clang-19 lld-19 cmake ninja-build pkg-config nginx nginx-dev libpcre2-dev zlib1g-dev libssl-dev
  libhiredis-dev libpq-dev libcurl4-openssl-dev libcjose-dev libjansson-dev libsodium-dev libutf8proc-dev
  libxml2-dev libkainjow-mustache-dev libcli11-dev)
package=(build-essential debhelper lowdown)
demo=(redis-server redis-tools postgresql python3 python3-authlib python3-flask python3-qrcode python3-cryptography
  gunicorn curl)
test=(ccache clang-tidy-19 clang-format-19 libclang-rt-19-dev llvm-19 libgtest-dev libgmock-dev chromium firefox-esr
  nodejs npm nghttp2-client libnginx-mod-http-subs-filter procps poppler-utils openssl python3-jsonschema python3-django
  php-cgi node-cookie ruby-rack tomcat10-common valgrind strace)

case "${1:-}" in
  build) wanted=("${build[@]}") ;;
  package) wanted=("${build[@]}" "${package[@]}") ;;
  demo) wanted=("${build[@]}" "${demo[@]}") ;;
  test) wanted=("${build[@]}" "${demo[@]}" "${test[@]}") ;;
  *) echo "usage: $0 build|package|demo|test" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  # A node that is not Debian's serves as well; Debian's npm would bring Debian's node.
  case "$package" in nodejs) command -v node >/dev/null && continue ;; npm) command -v npm >/dev/null && continue ;; esac
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
((${#missing[@]} == 0)) && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "$0: these packages are missing, and there is no sudo to install them: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# The distribution's own nginx, redis and postgresql must not start because we installed them.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod +x "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "$0: apt-get could not install the packages (whole log: $log)" >&2
  exit 1
fi
rm -f "$log"
