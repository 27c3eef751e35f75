# Paths and helpers shared by every set-up script. Sourced, never run.
# SPDX-License-Identifier: LGPL-3.0-or-later
# shellcheck shell=bash disable=SC2034 # the scripts that source this file use the variables
set -euo pipefail
umask 022

RA_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
RA_RUN=$RA_ROOT/.run
RA_ODOO=$RA_RUN/odoo          # unpacked Odoo 19 when none is installed
RA_STAMPS=$RA_RUN/stamps      # one file per finished step, holding what it was made from
RA_LOGS=$RA_RUN/logs
RA_DATA=$RA_RUN/data          # Odoo data_dir (filestore, sessions)
RA_PGDATA=$RA_RUN/postgres
RA_PGPORT=5469
RA_USER=${RA_USER:-retail-accel}
RA_PYTHON=/usr/bin/python3    # Debian's own: the python3-* packages of Odoo belong to it

export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# A unix socket path may hold 107 bytes; deep clones get a short folder instead.
ra_socket_dir() {
    local dir=$RA_RUN/socket
    if [ ${#dir} -gt 80 ]; then
        dir=/tmp/ra-$(printf '%s' "$RA_ROOT" | sha256sum | cut -c1-12)
    fi
    printf '%s' "$dir"
}
RA_SOCKET=$(ra_socket_dir)

# Run a command with administrator rights: directly as root, else through sudo.
as_admin() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo --preserve-env=DEBIAN_FRONTEND,LC_ALL "$@"
    else
        die "this step needs administrator rights: run as root or install sudo"
    fi
}

# How root becomes RA_USER, in the array `worker_prefix`. Below a folder that is closed to
# others, such as /root, one capability lets that user read the clone without opening the folder;
# no_setuid_fixup makes it count in access(2) too, by which Odoo judges its addons path. With
# RA_RIGHTS=read it has that capability wherever the clone is, for the files root names.
find_worker_prefix() {
    local plain=(setpriv "--reuid=$RA_USER" "--regid=$RA_USER" --init-groups) cap
    local caps=('' dac_read_search dac_override)
    [ "${RA_RIGHTS:-}" != read ] || caps=(dac_read_search '' dac_override)
    for cap in "${caps[@]}"; do
        worker_prefix=("${plain[@]}")
        [ -z "$cap" ] || worker_prefix+=("--inh-caps=+$cap" "--ambient-caps=+$cap"
            --securebits=+no_setuid_fixup)
        "${worker_prefix[@]}" /usr/bin/test -r "$RA_ROOT/tools/setup/common.sh" 2>/dev/null &&
            return
    done
    die "the user $RA_USER cannot read $RA_ROOT and this system gives no capability" \
        "(CAP_DAC_READ_SEARCH) to let it: move the clone to a folder others may enter"
}

# PostgreSQL and Odoo refuse root: run the command as RA_USER when we are root.
as_worker() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    else
        [ -n "${worker_prefix[*]-}" ] || find_worker_prefix
        HOME=$RA_RUN/home "${worker_prefix[@]}" "$@"
    fi
}

# stamp_fresh NAME CONTENT: true when step NAME already ran for exactly CONTENT.
stamp_fresh() { [ -f "$RA_STAMPS/$1" ] && [ "$(cat "$RA_STAMPS/$1")" = "$2" ]; }
stamp_write() { mkdir -p "$RA_STAMPS"; printf '%s' "$2" >"$RA_STAMPS/$1"; }

make_run_dirs() {
    mkdir -p "$RA_RUN" "$RA_STAMPS" "$RA_LOGS" "$RA_DATA" "$RA_SOCKET" "$RA_RUN/home" \
        "$RA_RUN/screenshots"
    if [ "$(id -u)" -eq 0 ]; then
        id "$RA_USER" >/dev/null 2>&1 ||
            useradd --system --user-group --home-dir "$RA_RUN/home" --no-create-home \
                --shell /usr/sbin/nologin "$RA_USER"
        chown "$RA_USER:$RA_USER" "$RA_LOGS" "$RA_DATA" "$RA_SOCKET" "$RA_RUN/home" \
            "$RA_RUN/screenshots" "$RA_RUN"
        find_worker_prefix
    elif [ ! -O "$RA_RUN" ]; then
        die "$RA_RUN belongs to another user: run as that user, or remove it as that user"
    fi
    chmod 700 "$RA_SOCKET"
}
