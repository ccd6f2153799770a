#!/usr/bin/env bash
# Runs a command on a machine that has nothing: a bare Debian (debootstrap's minbase) with a clone of this tree in
# root's home, which only root may enter.
#   tests/bare.sh bookworm|trixie [COMMAND…]      without a command: bash config/demo/run.sh --check
# What is cloned is the last commit. The machine is gone afterwards; KEEP=1 leaves its folder and says where.
#   BARE_CCACHE=FOLDER   a compiler cache that the machine may use
# Debian's base system and downloaded packages are cached below ${XDG_CACHE_HOME:-~/.cache}/bare-debian.
# Exit status: the command's; 77 with the reason on the last line where such a machine cannot be made.
set -euo pipefail
tree=$(cd "$(dirname "$0")/.." && pwd)
cannot() { echo "no bare Debian: $*"; exit 77; }

suite=${1:-}
case $suite in
  bookworm | trixie) shift ;;
  *) echo "usage: $0 bookworm|trixie [COMMAND…]" >&2; exit 2 ;;
esac
(($#)) || set -- bash config/demo/run.sh --check

[ ! -e /etc/bare-debian ] || cannot "this is one already"
[ "$(id -u)" -eq 0 ] || cannot "only root can make one"
unshare --mount --pid --ipc --fork true 2>/dev/null || cannot "this machine does not allow root to mount (unshare --mount)"
command -v apt-get >/dev/null || cannot "debootstrap and its packages come from Debian's apt-get"
command -v debootstrap >/dev/null || { apt-get update && apt-get install -y --no-install-recommends debootstrap; } >/dev/null 2>&1 ||
  cannot "debootstrap is missing and apt-get does not install it"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/bare-debian
packages=$cache/packages-$suite
mkdir -p "$packages"
root=$(mktemp -d "$cache/$suite.XXXX")
machine=
leave() {
  if [ -n "$machine" ]; then
    kill -KILL "$machine" 2>/dev/null
    wait "$machine" 2>/dev/null
  fi || true
  cp -ln "$root"/var/cache/apt/archives/*.deb "$packages" 2>/dev/null || true  # for the next machine
  if [ -n "${KEEP:-}" ]; then echo "kept: $root"; else rm -rf --one-file-system "$root"; fi
}
trap leave EXIT
trap 'echo "tests/bare.sh: line $LINENO failed" >&2' ERR
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# mirror NAME DEFAULT: where this machine takes the suite NAME (bookworm, bookworm-security) of Debian from.
sources=$(apt-get --print-uris update 2>/dev/null || true)
mirror() {
  local found
  found=$(sed -nE "s#^'(\S+)/dists/$1/InRelease' .*#\1#p" <<<"$sources")
  echo "${found:-$2}" | sed -n 1p
}
here=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
main=$(mirror "$here" http://deb.debian.org/debian)
security=$(mirror "$here-security" "$main-security")

# The base system. It is unpacked from a tar, so that every machine begins alike.
if [ ! -f "$cache/$suite.tar" ]; then
  debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$root" "$main" >"$cache/$suite.log" 2>&1 ||
    cannot "debootstrap failed: $(tail -1 "$cache/$suite.log")"
  tar -C "$root" -cf "$root.tar" . && mv "$root.tar" "$cache/$suite.tar"
else
  trouble=$(tar -C "$root" -xf "$cache/$suite.tar" 2>&1) || cannot "its base system cannot be unpacked: ${trouble%%$'\n'*}"
fi
chmod 755 "$root"
chmod 700 "$root/root"
echo "made by tests/bare.sh" >"$root/etc/bare-debian"
cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
rm -f "$root/etc/apt/sources.list.d/debian.sources"
printf 'deb %s %s main\n' "$main" "$suite" "$main" "$suite-updates" >"$root/etc/apt/sources.list"
printf 'deb %s %s-security main\n' "$security" "$suite" >"$root/etc/apt/sources.list.d/security.list"
apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries|ForceIPv)' >"$root/etc/apt/apt.conf.d/99machine" || true
cp -l "$packages"/*.deb "$root/var/cache/apt/archives" 2>/dev/null || true
# What this machine trusts beside Debian's CAs, say of the proxy that it reaches npm's registry through.
cp -r /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates" 2>/dev/null || true
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/bare"  # it is thrown away: no need to wait for the disk

# A bundle, and not the folder: the clone is complete, and git asks nobody whose folder it was.
git -c safe.directory='*' -C "$tree" bundle create -q "$root/tmp/tree.bundle" HEAD
git clone -q -c advice.detachedHead=false "$root/tmp/tree.bundle" "$root/root/project"
rm "$root/tmp/tree.bundle"

environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" CI=true)
if [ -n "$(ls "$root/usr/local/share/ca-certificates")" ]; then
  environment+=(NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt)
fi
for name in http_proxy https_proxy no_proxy; do [ -z "${!name:-}" ] || environment+=("$name=${!name}"); done
if [ -n "${BARE_CCACHE:-}" ]; then
  mkdir -p "$BARE_CCACHE" "$root/ccache"
  environment+=(CCACHE_DIR=/ccache CCACHE_BASEDIR=/root/project CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
    CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

# Mounts are made in a namespace of the machine's own: they end with it, however it ends. Its first process stays a
# bash, which waits for the processes that lost their parent.
setpriv --pdeathsig KILL unshare --mount --pid --ipc --fork --kill-child bash -euc '
  root=$1 ccache=$2; shift 2
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  [ -z "$ccache" ] || mount --bind "$ccache" "$root/ccache"
  chroot "$root" "$@" || exit $?' \
  bash "$root" "${BARE_CCACHE:-}" env -i --default-signal "${environment[@]}" bash -euc '
  update-ca-certificates >/dev/null
  # Not every mirror carries the security suite.
  apt-get update --error-on=any >/dev/null 2>&1 || {
    rm /etc/apt/sources.list.d/security.list
    echo "(this mirror has no security suite, or not now)"
    apt-get update -qq
  }
  [ -z "${CCACHE_DIR:-}" ] || apt-get install -y -qq --no-install-recommends ccache >/dev/null
  cd /root/project
  exec "$@"' bash "$@" <&0 &
machine=$!
status=0
wait "$machine" || status=$?
machine=
exit "$status"
