#!/usr/bin/env bash
# Installs by the documents on a machine of tests/bare.sh and walks a login.
#   tests/bare.sh bookworm|trixie bash tests/install/run.sh package|source
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -e /etc/bare-debian ]; then
  # For the portal and the identity provider of the test, which a real machine has elsewhere.
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openssl procps python3 python3-authlib python3-flask \
    python3-qrcode python3-cryptography gunicorn >/dev/null
fi
exec /usr/bin/python3 tests/install/installation.py "$@"
