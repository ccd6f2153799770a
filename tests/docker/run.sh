#!/usr/bin/env bash
# Builds the images on a bare Debian, starts what compose.yaml says, and walks a login through it. No Docker is needed:
# buildah (Debian's) builds and runs, and this machine's Redis and PostgreSQL stand in for their official images.
# Usage: tests/docker/run.sh [SUITE]        default: bookworm
#   IMAGE_PACKAGES=FOLDER   take packages built before, and do not build them in the image's first stage
#   IMAGE_STORAGE=FOLDER    where images are kept; default: a folder that is thrown away
# Exit status 77 with the reason on the last line where it cannot run.
set -euo pipefail
cd "$(dirname "$0")/../.."
suite=${1:-bookworm}
cannot() { echo "no images: $*"; exit 77; }

[ "$(id -u)" -eq 0 ] || cannot "only root can build them here"
missing=()
for package in buildah docker-compose python3-yaml iproute2; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
((${#missing[@]} == 0)) || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } \
  >/dev/null 2>&1 || cannot "apt-get does not install ${missing[*]}"
unshare --net --pid --mount --fork ip link set lo up 2>/dev/null || cannot "this machine does not allow a network of one's own (unshare --net)"
bash config/packages.sh demo

# Compose itself reads the file, with its schema; that needs no Docker.
docker-compose -f docker/compose.yaml --profile demo config -q
echo "compose.yaml: read by $(docker-compose version --short)"

tar=${XDG_CACHE_HOME:-$HOME/.cache}/bare-debian/$suite.tar
[ -f "$tar" ] || bash tests/bare.sh "$suite" true || cannot "tests/bare.sh cannot make $suite"

storage=${IMAGE_STORAGE:-$(mktemp -d /var/tmp/vneid-images.XXXX)}
[ -n "${IMAGE_STORAGE:-}" ] || trap 'awk -v s="$storage/" "index(\$2, s) == 1 { print \$2 }" /proc/mounts | xargs -r umount -l; rm -rf --one-file-system "$storage"' EXIT
export IMAGE_BUILDAH="buildah --root $storage/root --runroot $storage/run --storage-driver ${IMAGE_DRIVER:-vfs}"
buildah() { command $IMAGE_BUILDAH "$@"; }

build() {
  local target=$1 name=$2; shift 2
  buildah build --isolation chroot --network host --ulimit nofile=1024:1024 --format docker --layers \
    --ignorefile docker/Dockerfile.dockerignore -f docker/Dockerfile --build-arg "BASE=localhost/vneid-base:$suite" \
    ${IMAGE_PACKAGES:+--build-context "packages=$IMAGE_PACKAGES"} ${target:+--target "$target"} -t "$name" . \
    >"$storage/$name.log" 2>&1 || { tail -40 "$storage/$name.log"; exit 1; }
}

if ! buildah inspect --type image "localhost/vneid-base:$suite" >/dev/null 2>&1; then
  base=$(buildah from scratch)
  buildah add -q "$base" "$tar" / >/dev/null
  buildah run --isolation chroot "$base" -- sh -c 'apt-get clean; rm -rf /var/lib/apt/lists/*'
  buildah commit -q --rm "$base" "localhost/vneid-base:$suite" >/dev/null
fi
start=$SECONDS
build "" vneid-nginx
build demo vneid-demo
echo "built in $((SECONDS - start)) s"
buildah images --format '{{.Name}} {{.Size}}' | grep vneid

status=0
unshare --net --pid --mount --ipc --fork --kill-child --mount-proc \
  bash -c 'ip link set lo up && exec /usr/bin/python3 tests/docker/image.py' || status=$?
exit $status
