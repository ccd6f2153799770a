#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors and sanitizers, runs every test against real
# PostgreSQL, Redis, nginx and a headless Chromium, and the demo on bare Debians. The last line is "N passed, N failed",
# with ", N skipped" if any were, and the reasons above it.
set -uo pipefail
cd "$(dirname "$0")/.."
source tests/suite.sh

bash config/packages.sh test || exit 1
# What this machine has compiled a bare one of the same Debian need not compile again (tests/bare.sh).
export BARE_CCACHE=${BARE_CCACHE-${XDG_CACHE_HOME:-$HOME/.cache}/bare-debian/ccache}
export CCACHE_DIR=${CCACHE_DIR-$BARE_CCACHE} CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
suite "format"   bash tests/lint/format.sh
suite "rules"    bash tests/lint/rules.sh
bash config/build.sh release || exit 1  # as users build it
bash config/build.sh asan || exit 1     # warnings are errors
for program in build/asan/tests/unit_* build/asan/tests/drivers; do
  gtest "$program"
done
# Machines that have nothing, beside the tests here: half of their time they wait for packages.
begins "bare bookworm" bash tests/bare.sh bookworm
python_tests fixtures tests/fixtures/check.py
VNEID_BUILD=$PWD/build/asan python_tests module tests/module
ended  "bare bookworm"
begins "bare trixie" bash tests/bare.sh trixie
python_tests flows    tests/flows
python_tests broken   tests/broken
ended  "bare trixie"
python_tests chaos    tests/chaos
node_tests   browser  tests/browser
suite "cost"     env PYTHONPATH=config/demo /usr/bin/python3 tests/bench/table.py --brief --check
suite "demo"     bash config/demo/run.sh --check
suite "tidy"     bash tests/lint/tidy.sh --minutes 8
finish
