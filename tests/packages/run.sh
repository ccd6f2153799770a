#!/usr/bin/env bash
# Builds the Debian packages on bare machines and walks their life there: install, login, upgrade under load, remove, purge.
# Usage: tests/packages/run.sh [SUITE…]      default: bookworm trixie
set -euo pipefail
cd "$(dirname "$0")/../.."
(($#)) || set -- bookworm trixie
for suite; do
  echo "== $suite"
  bash tests/bare.sh "$suite" bash tests/packages/on_this_machine.sh
done
