#!/usr/bin/env bash
# What the module costs, in one table: builds as users do and compares with baseline.json (table.py).
set -euo pipefail
cd "$(dirname "$0")/../.."
bash config/build.sh release
PYTHONPATH=config/demo exec /usr/bin/python3 tests/bench/table.py --check "$@"
