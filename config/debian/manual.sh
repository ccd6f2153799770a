#!/bin/sh
# The manual pages, from what users read elsewhere too: config/vneidctl.md around the text of "vneidctl --help", and
# config/directives.md with config/errors.md. Usage: manual.sh VNEIDCTL FOLDER, from the top of the sources
set -eu
vneidctl=$1 folder=$2
mkdir -p "$folder"

# page NAME SECTION: markdown on standard input. Unadjusted, or narrow columns of tables cannot be set; "\|" is a bar in a
# table of markdown, and a backslash too much in the page.
page() {
  { printf "'\\\\\" t\n"
    lowdown -s -tman --parse-no-intraemph -m title="$1" -m section="$2" -m source="$("$vneidctl" --version)" -m date="$date" |
      sed -e 's/\\e|/|/g' -e '/^\.TH/a .ad l\n.nh'
  } >"$folder/$1.$2"
}

date=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%F)
while IFS= read -r line; do
  if [ "$line" = '<!-- vneidctl --help -->' ]; then printf '```\n%s\n```\n' "$("$vneidctl" --help)"
  else printf '%s\n' "$line"; fi
done <config/vneidctl.md | page vneidctl 1
{ printf '# NAME\n\nngx_http_vneid_module - move the citizens of a portal to VNeID\n\n'; cat config/directives.md config/errors.md; } |
  page ngx_http_vneid_module 7
