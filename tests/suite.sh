# Runs the parts of tests/run.sh and adds up their counts. Sourced.
passed=0
failed=0
logs=$(mktemp -d)

count() { passed=$((passed + $1)); failed=$((failed + $2)); }

# heading NAME SECONDS OUTCOME
heading() { printf '%-28s %5ss  %s\n' "$1" "$2" "$3"; }

# A program that is one test: it passes when it exits 0.
suite() {
  local name=$1 start=$SECONDS; shift
  if "$@" >"$logs/$name" 2>&1; then count 1 0; heading "$name" $((SECONDS - start)) ok
  else count 0 1; heading "$name" $((SECONDS - start)) FAILED; tail -n 60 "$logs/$name"; fi
}

# A GoogleTest program; a crash counts as one failure more.
gtest() {
  local name start=$SECONDS status=0 good bad; name=$(basename "$1")
  ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 timeout 900 "$@" >"$logs/$name" 2>&1 || status=$?
  good=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p' "$logs/$name" | tail -1)
  bad=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) test.*/\1/p' "$logs/$name" | tail -1)
  [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ] && bad=1
  [ "${good:-0}" -eq 0 ] && [ "${bad:-0}" -eq 0 ] && bad=1  # a program that ran no test has failed
  count "${good:-0}" "${bad:-0}"
  report "$name" $((SECONDS - start)) "${good:-0}" "${bad:-0}"
}

# Python's unittest: a file, or a folder with *_test.py.
python_tests() {
  local name=$1 target=$2 start=$SECONDS ran bad
  if [ -d "$target" ]; then set -- -m unittest discover -v -s "$target" -p '*_test.py'
  else set -- "$target" -v; fi
  local status=0
  PYTHONPATH=config/demo PYTHONDONTWRITEBYTECODE=1 timeout 1500 /usr/bin/python3 "$@" >"$logs/$name" 2>&1 || status=$?
  ran=$(sed -nE 's/^Ran ([0-9]+) test.*/\1/p' "$logs/$name" | tail -1)
  bad=$(grep -cE '^(FAIL|ERROR): ' "$logs/$name")
  [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
  [ "${ran:-0}" -eq 0 ] && [ "$bad" -eq 0 ] && bad=1
  local good=$((${ran:-0} - bad)); [ "$good" -lt 0 ] && good=0
  count "$good" "$bad"
  report "$name" $((SECONDS - start)) "$good" "$bad"
}

# node's test runner on *.test.mjs, with the packages of its package-lock.json.
node_tests() {
  local name=$1 folder=$2 start=$SECONDS good bad status=0
  { (cd "$folder" && npm ci --no-audit --no-fund) && timeout 900 node --test --test-reporter=tap "$folder"/*.test.mjs; } \
    >"$logs/$name" 2>&1 || status=$?
  good=$(sed -nE 's/^# pass ([0-9]+).*/\1/p' "$logs/$name" | tail -1)
  bad=$(sed -nE 's/^# fail ([0-9]+).*/\1/p' "$logs/$name" | tail -1)
  [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ] && bad=1
  count "${good:-0}" "${bad:-0}"
  report "$name" $((SECONDS - start)) "${good:-0}" "${bad:-0}"
}

report() {
  heading "$1" "$2" "$3 passed, $4 failed"
  if [ "$4" -ne 0 ]; then tail -n 80 "$logs/$1"; fi
}

finish() {
  echo "$passed passed, $failed failed"
  if [ "$failed" -eq 0 ]; then rm -rf "$logs"; exit 0; fi
  exit 1
}
