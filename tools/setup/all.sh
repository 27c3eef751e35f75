#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Everything a bare machine needs, in order. Each step returns at once when it has nothing to do.
# Usage: all.sh [--no-databases]
. "$(dirname "$0")/common.sh"

steps=$RA_ROOT/tools/setup
run_steps() {
    "$steps/system_packages.sh"
    make_run_dirs
    "$steps/fetch_odoo.sh"
    "$steps/postgres.sh" start
    "$steps/build_engine.sh"
    [ "${1:-}" = --no-databases ] || "$steps/databases.sh"
}

# One set-up at a time in this clone, a second one waits. The steps do not get the lock's
# descriptor: the database server they start would hold it for ever.
mkdir -p "$RA_RUN"
exec 9>"$RA_RUN/setup.lock"
flock 9
run_steps "$@" 9>&-
