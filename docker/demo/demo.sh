#!/bin/sh
# What stands around a province's portal, one each: demo portal | provider | population; demo import makes secrets and data.
set -eu
secrets=/run/vneid origin=http://localhost:8080 fixtures=/srv/fixtures data=/srv/data

case ${1:-} in
  import)
    umask 077
    for name in client_secret population_secret; do echo "demo-$name-of-no-value" >"$secrets/$name"; done
    [ -e "$secrets/keys" ] || vneidctl keys generate "$secrets/keys"
    PGPASSWORD=$(cat /run/secrets/postgres_password)
    VNEID_POSTGRES="host=/run/postgresql dbname=vneid user=postgres" VNEID_KEYS=$secrets/keys
    export PGPASSWORD VNEID_POSTGRES VNEID_KEYS
    vneidctl import accounts $data/accounts.csv
    vneidctl import vault $data/vault.csv
    ;;
  portal)
    exec $fixtures/portal/run --port 8082 --accounts $data/portal.json --vneid $origin/vneid/ ;;
  provider)
    exec $fixtures/identity_provider/run --port 9001 --issuer http://localhost:9000 --people $data/people.json \
      --client-id portal --client-secret-file $secrets/client_secret \
      --redirect-uri $origin/vneid/callback/bca --post-logout-redirect-uri $origin/vneid/signed-out \
      --backchannel-uri $origin/vneid/backchannel-logout/bca ;;
  population)
    exec $fixtures/population/run --port 8083 --people $data/population.json --user tinh-mau \
      --secret-file $secrets/population_secret --officer canbo.mau ;;
  *)
    echo "usage: demo import|portal|provider|population" >&2; exit 2 ;;
esac
