#!/usr/bin/env bash
# Builds the Debian packages of this tree for the Debian that it runs on, and leaves them in build/packages/SUITE.
# Usage: config/package.sh
set -euo pipefail
cd "$(dirname "$0")/.."
tree=$PWD

bash config/packages.sh package
source /etc/os-release
folder=$tree/build/packages/$VERSION_CODENAME
source=$folder/source
rm -rf "$folder"
mkdir -p "$source"
cp -r CMakeLists.txt CMakePresets.json LICENSE README.md core module config "$source"
mv "$source/config/debian" "$source/debian"
cp CHANGELOG.md "$source/debian/changes.md"  # by its own name it would be taken for Debian's

# One version for all suites would not be upgraded together with Debian, and nginx's interface is another there.
version=$(sed -nE 's/^project\(vneid VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)+deb${VERSION_ID:-sid}
maintainer=$(sed -n 's/^Maintainer: //p' "$source/debian/control")
dated=$(git log -1 --format=%cD 2>/dev/null || date -R)
printf 'libnginx-mod-http-vneid (%s) %s; urgency=medium\n\n  * See /usr/share/doc/vneid-tools/changes.md.\n\n -- %s  %s\n' \
  "$version" "$VERSION_CODENAME" "$maintainer" "$dated" >"$source/debian/changelog"

log=$folder/build.log
echo "building $version (a few minutes; log: ${log#"$tree"/}) …"
if ! (cd "$source" && dpkg-buildpackage -b -us -uc) >"$log" 2>&1; then
  grep -E 'error|Error|FAILED' "$log" | head -40 >&2
  echo "$0: the build failed (whole log: $log)" >&2
  exit 1
fi
# What is installed stands alone; what only debuggers read, apart. Files for an upload are not needed.
mkdir "$folder/debug"
mv "$folder"/*-dbgsym_*.deb "$folder/debug"
rm -rf "$source" "$folder"/*.changes "$folder"/*.buildinfo
ls "$folder"/*.deb
