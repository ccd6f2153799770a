#!/bin/sh
# Makes the secrets that compose.yaml mounts, those that are missing, in docker/secrets; as root, who alone shall read them.
# The client secret is the identity provider's to give: put it into secrets/client_secret.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
for name in postgres_password worker_password; do
  [ -s "secrets/$name" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$name"
done
if [ ! -s secrets/vneid_keys ]; then
  docker run --rm -v "$PWD/secrets:/secrets" "${IMAGE:-vneid-nginx}" vneidctl keys generate /secrets/vneid_keys
fi
[ -e secrets/client_secret ] || echo "Put what the identity provider gave you into $PWD/secrets/client_secret."
