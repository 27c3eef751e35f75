#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# A private PostgreSQL cluster: own data folder, socket and port, no TCP, unprivileged owner.
# Usage: postgres.sh start | stop | status
. "$(dirname "$0")/common.sh"

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || die "PostgreSQL's server programs are missing: run make setup"

create() {
    say "creating a private PostgreSQL cluster"
    as_admin_dir "$RA_PGDATA"
    as_worker "$bin/initdb" -D "$RA_PGDATA" -U odoo --auth=trust --encoding=UTF8 \
        --locale=C.UTF-8 >"$RA_LOGS/initdb.log" 2>&1 || die "initdb failed, see $RA_LOGS/initdb.log"
    as_worker tee -a "$RA_PGDATA/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
port = $RA_PGPORT
max_connections = 60
shared_buffers = 256MB
maintenance_work_mem = 128MB
max_wal_size = 4GB
checkpoint_timeout = 30min
log_min_messages = warning
CONF
}

as_admin_dir() {
    mkdir -p "$1"
    [ "$(id -u)" -ne 0 ] || chown "$RA_USER:$RA_USER" "$1"
    chmod 700 "$1"
}

running() { as_worker "$bin/pg_ctl" -D "$RA_PGDATA" status >/dev/null 2>&1; }

case ${1:-start} in
    start)
        make_run_dirs
        [ -f "$RA_PGDATA/PG_VERSION" ] || create
        running && exit 0
        as_worker "$bin/pg_ctl" -D "$RA_PGDATA" -w -t 60 -l "$RA_LOGS/postgres.log" \
            -o "-k '$RA_SOCKET'" start >/dev/null ||
            die "PostgreSQL did not start, see $RA_LOGS/postgres.log"
        ;;
    stop) ! running || as_worker "$bin/pg_ctl" -D "$RA_PGDATA" -w -m fast stop >/dev/null ;;
    status) running ;;
    *) die "usage: postgres.sh start | stop | status" ;;
esac
