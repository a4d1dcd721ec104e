# The services that some tests use, from Debian's packages: one function each, which starts it on a port of its own over
# an empty folder and exports its address. Sourced by .ci/run, which is root on a machine of its own.

services=$(mktemp -d)
chmod 755 "$services"

# have <command> <package>: installs the package, unless the command is there.
have() {
  command -v "$1" >/dev/null && return
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$2" >/dev/null
}

free_port() {
  node -e 'const s = net.createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

start_postgres() {
  # Else the package starts a cluster of its own on the usual port.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  have pg_ctlcluster postgresql
  local port
  port=$(free_port)
  mkdir "$services/postgres" && chown postgres "$services/postgres"
  as_postgres initdb --no-sync --username=silica --auth=trust >"$services/postgres/initdb.log"
  as_postgres pg_ctl start --wait --silent --log="$services/postgres/server.log" \
    -o "-p $port -k $services/postgres -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
  started+=(postgres)
  export SILICA_TEST_POSTGRES="postgres://silica:silica@127.0.0.1:$port/postgres"
}

stop_postgres() {
  as_postgres pg_ctl stop --silent --mode=immediate
}

# as_postgres <program> <arguments>: a program of the newest PostgreSQL here, which refuses to run as root.
as_postgres() {
  local program
  program=$(find /usr/lib/postgresql -path "*/bin/$1" | sort -V | tail -1)
  (cd "$services/postgres" && runuser -u postgres -- "$program" -D "$services/postgres/data" "${@:2}")
}

started=()
stop_services() {
  local service
  for service in "${started[@]}"; do "stop_$service"; done
  rm -rf "$services"
}
