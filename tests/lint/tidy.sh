#!/usr/bin/env bash
# clang-tidy over the core and the module, with the compile commands of the release build.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files 'core/*.cpp' 'module/*.cpp' | xargs -P "$(nproc)" -n 4 clang-tidy-19 -p build/release --quiet
