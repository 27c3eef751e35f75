#!/usr/bin/env bash
# Everything a bare machine needs, in order. Each step returns at once when it has nothing to do.
# Usage: all.sh [--no-databases]
. "$(dirname "$0")/common.sh"

steps=$RA_ROOT/tools/setup
lock_setup
"$steps/system_packages.sh"
make_run_dirs
"$steps/fetch_odoo.sh"
"$steps/postgres.sh" start
"$steps/build_engine.sh"
[ "${1:-}" = --no-databases ] || "$steps/databases.sh"
