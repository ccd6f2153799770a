#!/usr/bin/env bash
# clang-tidy over the core and the module, with the compile commands of the release build.
#   tests/lint/tidy.sh                  what changed lately, the newest first
#   tests/lint/tidy.sh --since COMMIT   what changed since that commit
#   tests/lint/tidy.sh --all            everything, and so what only includes a header that changed
#   --minutes N                         begins no further file after N minutes; what is left is said, and the
#                                       exit status is 77 unless something was found
# A header that changed is looked at through one source that includes it. "Lately" is since the newest commit of the
# main line that is a day older than the last one: every push is looked at by its own CI, on a machine that has a
# clone and nothing else to go by.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/release

since=$(git rev-list -1 --first-parent --before="$(($(git log -1 --format=%ct) - 86400))" HEAD)
minutes=
while (($#)); do
  case $1 in
    --all) since= ;;
    --since) since=$(git rev-parse --verify "$2^{commit}"); shift ;;
    --minutes) minutes=$2; shift ;;
    *) echo "usage: $0 [--all | --since COMMIT] [--minutes N]" >&2; exit 2 ;;
  esac
  shift
done

# What changed, the newest first.
changes() {
  git diff --name-only HEAD
  git ls-files --others --exclude-standard
  git log --format= --name-only "$since"..HEAD
}

# The sources among the changes, and for each header one source that includes it, by its own name if there is one;
# ninja knows what was included.
affected() {
  ninja -C "$build" -t deps | awk -v root="$PWD/" -v changes="${changed[*]}" '
    /^[^ ]/ { source = "" }
    /^ / {
      sub(root, "", $1); sub(/^(\.\.\/)+/, "", $1)
      if (source == "") source = $1
      if (!($1 in through)) through[$1] = source
    }
    END {
      n = split(changes, change, " ")
      for (i = 1; i <= n; i++) {
        file = change[i]
        if (sub(/\.hpp$/, ".cpp", file) && !(file in through)) file = through[change[i]]
        if (file ~ /\.cpp$/ && !(file in said)) { print file; said[file] }
      }
    }'
}

mapfile -t files < <(git ls-files 'core/*.cpp' 'module/*.cpp')
everything=${#files[@]}
if [ -n "$since" ]; then
  mapfile -t changed < <(changes | awk '!said[$0]++')
  # What decides about every file: then every file is looked at.
  if ! printf '%s\n' "${changed[@]}" | grep -qE '^\.clang-tidy$'; then
    mapfile -t files < <(affected | while read -r file; do
      if [[ $file == core/* || $file == module/* ]] && [ -f "$file" ]; then echo "$file"; fi
    done)
  fi
fi
echo "clang-tidy: ${#files[@]} of $everything files${since:+, those that changed since ${since:0:7}}"
((${#files[@]})) || exit 0

left=$(mktemp)
trap 'rm -f "$left"' EXIT
export build left deadline=$((${minutes:-100000} * 60 + $(date +%s)))
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 1 bash -c '
  if (($(date +%s) < deadline)); then exec clang-tidy-19 -p "$build" --quiet "$1"; fi
  echo "$1" >>"$left"' bash
if [ -s "$left" ]; then
  echo "$(wc -l <"$left") of ${#files[@]} changed files not looked at within $minutes minutes: tests/lint/tidy.sh has no such limit"
  exit 77
fi
