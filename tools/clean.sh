#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Stop this clone's servers and remove everything that was built or made.
. "$(dirname "$(readlink -f "$0")")/setup/common.sh"

if [ -d "$RA_RUN" ]; then
    "$RA_PYTHON" "$RA_ROOT/tools/demo.py" stop
    [ ! -f "$RA_PGDATA/postmaster.pid" ] || "$RA_ROOT/tools/setup/postgres.sh" stop
fi
rm -rf "$RA_RUN" "$RA_SOCKET" "$RA_ROOT/dist"
