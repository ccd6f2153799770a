#!/usr/bin/env bash
# Which lines of core/ the tests run: those of unit/, drivers/ and the doctor's. Prints a table, a line a file, and the
# files with the most lines that nothing ran.
#   tests/coverage.sh           builds, runs, prints
#   tests/coverage.sh report    prints again
set -euo pipefail
cd "$(dirname "$0")/.."
build=$PWD/build/coverage
profiles=$build/profiles
if [ "${1:-}" != report ]; then
  bash config/packages.sh test
  cmake --preset coverage >/dev/null
  cmake --build "$build"
  rm -rf "$profiles"
  export LLVM_PROFILE_FILE=$profiles/%p-%m.profraw
  for program in "$build"/tests/unit_* "$build"/tests/drivers; do
    [ -x "$program" ] && [ -f "$program" ] && "$program" --gtest_brief=1
  done
  VNEID_BUILD=$build PYTHONPATH=config/demo /usr/bin/python3 -m unittest discover -s tests/module -p 'doctor_*_test.py'
fi
llvm-profdata-19 merge -sparse "$profiles"/*.profraw -o "$build/all.profdata"
objects=("$build/core/vneidctl")
for program in "$build"/tests/unit_* "$build"/tests/drivers; do
  if [ -x "$program" ] && [ -f "$program" ]; then objects+=(-object "$program"); fi
done
llvm-cov-19 report "${objects[@]}" -instr-profile="$build/all.profdata" -ignore-filename-regex='/(tests|build|usr)/' \
  -show-region-summary=false -show-branch-summary=false | tee "$build/coverage.txt" | tail -n 1
echo "most lines that nothing ran (lines, of, file):"
awk '$1 ~ /\.(cpp|hpp)$/ && $6 > 0 { print $6, $5, $1 }' "$build/coverage.txt" | sort -rn | head -25
