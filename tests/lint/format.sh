#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files '*.cpp' '*.hpp' '*.c' '*.h' | xargs clang-format-19 --dry-run --Werror
