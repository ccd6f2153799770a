#!/usr/bin/env bash
# clang-tidy over the core and the module, with the compile commands of the release build.
#   tests/lint/tidy.sh                  what changed lately, and whatever includes a header that did
#   tests/lint/tidy.sh --all            everything
#   tests/lint/tidy.sh --since COMMIT   what changed since that commit
# "Lately" is since the newest commit of the main line that is two days older than the last one: every push is
# looked at by its own CI, on a machine that has a clone and nothing else to go by.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/release

since=
case "${1:-}" in
  --all) ;;
  --since) since=$(git rev-parse --verify "$2^{commit}") ;;
  "") since=$(git rev-list -1 --first-parent --before="$(($(git log -1 --format=%ct) - 2 * 86400))" HEAD) ;;
  *) echo "usage: $0 [--all | --since COMMIT]" >&2; exit 2 ;;
esac

# Of the files, those that are or include one of the changed ones; ninja knows what was included. A file that was not
# built counts too.
affected() {
  ninja -C "$build" -t deps | awk -v root="$PWD/" -v files="${files[*]}" -v changes="${changed[*]}" '
    BEGIN { n = split(files, file, " "); m = split(changes, change, " "); for (i = 1; i <= m; i++) changed[change[i]] }
    /^[^ ]/ { source = "" }
    /^ / {
      sub(root, "", $1); sub(/^(\.\.\/)+/, "", $1)
      if (source == "") { source = $1; built[source] }
      if ($1 in changed) hit[source]
    }
    END { for (i = 1; i <= n; i++) if (file[i] in hit || !(file[i] in built)) print file[i] }'
}

mapfile -t files < <(git ls-files 'core/*.cpp' 'module/*.cpp')
everything=${#files[@]}
if [ -n "$since" ]; then
  mapfile -t changed < <(git diff --name-only "$since"; git ls-files --others --exclude-standard)
  # What decides about every file: then every file is looked at.
  if ! printf '%s\n' "${changed[@]}" | grep -qE '^\.clang-tidy$'; then
    mapfile -t files < <(affected)
  fi
fi
echo "clang-tidy: ${#files[@]} of $everything files${since:+, those that changed since ${since:0:7}}"
((${#files[@]} == 0)) || printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy-19 -p "$build" --quiet
