#!/bin/sh
# The image's entry point. "migrate" makes database, roles and tables, or brings them up to date; anything else is run.
set -eu

if [ "${1:-}" = migrate ]; then
  PGPASSWORD=$(cat "${POSTGRES_PASSWORD_FILE:-/run/secrets/postgres_password}")
  export PGPASSWORD
  exec vneidctl --postgres "${VNEID_POSTGRES:-host=/run/postgresql dbname=vneid user=postgres}" database create
fi
exec "$@"
