#!/usr/bin/env bash
# The rules of the house that no other tool knows.
set -uo pipefail
cd "$(dirname "$0")/../.."
broken=0
# rule TEXT PATTERN PATH… : no line of the paths may match.
rule() {
  local text=$1 pattern=$2 found; shift 2
  if found=$(git grep -nE "$pattern" -- "$@"); then printf '%s:\n%s\n' "$text" "$found"; broken=1; fi
}

rule "no nginx header in core/" '#include *[<"]ngx' core
rule "no client library in module/" '#include *<(libpq-fe|hiredis|curl|jansson|cjose)' module
rule "no capturing lambda coroutine" '\[[^]]+\][^;]*-> *Task<' core module
rule "Redis commands by argument vector only" 'redisAsyncCommand\(|redisvAsyncCommand\(|redisCommand\(' core
rule "no blocking libpq call" '\bPQ(exec|execParams|connectdb|cancel|prepare)\(' core module

# Files and folders of a size, no circles, and what a folder shows to others.
/usr/bin/python3 tests/lint/structure.py || broken=1
# The reference says what the code says.
/usr/bin/python3 tests/lint/directives.py || broken=1
# What is said to be tested is.
/usr/bin/python3 tests/lint/attacks.py || broken=1
exit $broken
