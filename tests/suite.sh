# Runs the parts of tests/run.sh and adds up their counts. Sourced.
passed=0
failed=0
skipped=0
reasons=()
logs=$(mktemp -d)

# heading NAME SECONDS OUTCOME
heading() { printf '%-28s %5ss  %s\n' "$1" "$2" "$3"; }

# counted NAME SECONDS PASSED FAILED, and on standard input why each skipped test was skipped, a line each.
counted() {
  local name=$1 why skips=0 outcome
  while IFS= read -r why; do
    skips=$((skips + 1))
    reasons+=("$name: $why")
  done
  passed=$((passed + $3)); failed=$((failed + $4)); skipped=$((skipped + skips))
  outcome="$3 passed, $4 failed"
  if [ "$skips" -ne 0 ]; then outcome+=", $skips skipped"; fi
  heading "$name" "$2" "$outcome"
  if [ "$4" -ne 0 ]; then
    grep -nE -A 8 '^(FAIL|ERROR): |: Failure$' "$logs/$name" | head -n 80 || true
    tail -n 80 "$logs/$name"
  fi
}

# outcome NAME SECONDS STATUS: of a program that is one test. It passes when it exits 0, and was skipped when it exits 77;
# its last line says why.
outcome() {
  case $3 in
    0) counted "$1" "$2" 1 0 </dev/null ;;
    77) counted "$1" "$2" 0 0 < <(tail -n 1 "$logs/$1") ;;
    *) counted "$1" "$2" 0 1 </dev/null ;;
  esac
}

suite() {
  local name=$1 start=$SECONDS status=0; shift
  "$@" >"$logs/$name" 2>&1 || status=$?
  outcome "$name" $((SECONDS - start)) "$status"
}

# A suite that runs beside the others: begins NAME COMMAND…, and `ended NAME` waits for it and counts it.
begins() {
  local name=$1; shift
  bash -c 'SECONDS=0; "${@:2}" >"$1" 2>&1; echo "$SECONDS $?" >"$1.ended"' bash "$logs/$name" "$@" &
}

ended() {
  local seconds=0 status=1
  wait
  read -r seconds status <"$logs/$1.ended"
  outcome "$1" "$seconds" "$status"
}

# A GoogleTest program, two halves of it at a time: each has servers of its own. A crash counts as one failure more.
gtest() {
  local name start=$SECONDS status=0 good bad; name=$(basename "$1")
  printf '%s\n' 0 1 | GTEST_TOTAL_SHARDS=2 ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 xargs -P 2 -I{} \
    bash -c 'GTEST_SHARD_INDEX=$1 timeout 900 "${@:3}" >"$2.$1" 2>&1' bash {} "$logs/$name" "$@" || status=$?
  cat "$logs/$name".[01] >"$logs/$name"
  good=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p' "$logs/$name" | awk '{ all += $1 } END { print all }')
  bad=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) test.*/\1/p' "$logs/$name" | awk '{ all += $1 } END { print all }')
  [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ] && bad=1
  [ "${good:-0}" -eq 0 ] && [ "${bad:-0}" -eq 0 ] && bad=1  # a program that ran no test has failed
  counted "$name" $((SECONDS - start)) "${good:-0}" "${bad:-0}" < <(gtest_skips "$logs/$name")
}

# "FILE:LINE: Skipped", the reason, then "[  SKIPPED ] Suite.Test (0 ms)".
gtest_skips() {
  awk '/: Skipped$/ { getline why } /^\[  SKIPPED \] .* ms\)$/ { print $4 (why == "" ? "" : ": " why); why = "" }' "$1"
}

# Python's unittest: a file, or a folder with *_test.py, of which two at a time run: each has servers of its own.
python_tests() {
  local name=$1 target=$2 start=$SECONDS status=0 ran bad unrun good
  export PYTHONPATH=config/demo PYTHONDONTWRITEBYTECODE=1
  if [ -d "$target" ]; then
    find "$target" -maxdepth 1 -name '*_test.py' -printf '%f\n' | sort |
      xargs -P 2 -I{} timeout 1500 bash -c '/usr/bin/python3 -m unittest discover -v -s "$1" -p "$2" >"$3.$2" 2>&1' \
        bash "$target" {} "$logs/$name" || status=$?
    cat "$logs/$name".*_test.py >"$logs/$name"
  else
    timeout 1500 /usr/bin/python3 "$target" -v >"$logs/$name" 2>&1 || status=$?
  fi
  ran=$(sed -nE 's/^Ran ([0-9]+) test.*/\1/p' "$logs/$name" | awk '{ all += $1 } END { print all }')
  bad=$(grep -cE '^(FAIL|ERROR): ' "$logs/$name")
  unrun=$(grep -cE '^[^ ].* \.\.\. skipped ' "$logs/$name")
  [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
  [ "${ran:-0}" -eq 0 ] && [ "$bad" -eq 0 ] && bad=1
  good=$((${ran:-0} - bad - unrun)); [ "$good" -lt 0 ] && good=0
  counted "$name" $((SECONDS - start)) "$good" "$bad" < <(python_skips "$logs/$name")
}

# "test (module.Class.test) ... skipped 'reason'", a docstring on a line between; of a class in its setUpClass,
# whose tests "Ran" does not count, "skipped 'reason'" alone.
python_skips() {
  awk '/^ *[A-Za-z_0-9]+ \(/ { test = $1 }
       sub(/^skipped /, "a class: ") { print; next }
       sub(/^.* \.\.\. skipped /, "") { print test ": " $0 }' "$1"
}

# node's test runner on *.test.mjs, with the packages of its package-lock.json.
node_tests() {
  local name=$1 folder=$2 start=$SECONDS good bad status=0
  { (cd "$folder" && npm ci --no-audit --no-fund) && timeout 1800 node --test --test-reporter=tap "$folder"/*.test.mjs; } \
    >"$logs/$name" 2>&1 || status=$?
  good=$(sed -nE 's/^# pass ([0-9]+).*/\1/p' "$logs/$name" | tail -1)
  bad=$(sed -nE 's/^# fail ([0-9]+).*/\1/p' "$logs/$name" | tail -1)
  [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ] && bad=1
  [ "${good:-0}" -eq 0 ] && [ "${bad:-0}" -eq 0 ] && bad=1
  counted "$name" $((SECONDS - start)) "${good:-0}" "${bad:-0}" < <(sed -nE 's/^ *ok [0-9]+ - (.*) # SKIP ?/\1: /p' "$logs/$name")
}

finish() {
  local line="$passed passed, $failed failed"
  if [ "$skipped" -ne 0 ]; then
    printf 'skipped: %s\n' "${reasons[@]}"
    line+=", $skipped skipped"
  fi
  echo "$line"
  if [ "$failed" -eq 0 ]; then rm -rf "$logs"; exit 0; fi
  exit 1
}
