#!/usr/bin/env bash
# The part of run.sh that runs on the bare machine. It installs and purges packages: for machines that are thrown away.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -e /etc/bare-debian ] || { echo "$0: only on a machine made by tests/bare.sh" >&2; exit 2; }

bash config/packages.sh demo
bash config/packages.sh package
bash config/package.sh
folder=build/packages/$(. /etc/os-release && echo "$VERSION_CODENAME")
# lintian, filter modules beside ours, and what completion needs; Debian's own nginx is not to start with its default page.
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
  lintian libnginx-mod-http-lua libnginx-mod-http-subs-filter bash-completion >/dev/null
lintian --fail-on error "$folder"/*.deb
rm -f /etc/nginx/sites-enabled/default
# A machine without init would keep packages from touching services (invoke-rc.d); this one is to be as any other.
printf '#!/bin/sh\nexit 0\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
exec /usr/bin/python3 tests/packages/life.py "$folder"
