#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Run the benchmarks; results are printed and appended to bench/results.jsonl.
# Usage: bench.sh full | quick [OPTION OF run.py …]
. "$(dirname "$(readlink -f "$0")")/setup/common.sh"

mkdir -p "$RA_ROOT/bench"
[ "$(id -u)" -ne 0 ] || chown "$RA_USER:$RA_USER" "$RA_ROOT/bench"
cd "$RA_ROOT"
tools/setup/python_packages.sh link-venv tests/bench/requirements-link.txt ||
    say "other linkage libraries cannot be installed: the bench goes without them"
exec tools/env "$RA_PYTHON" tests/bench/run.py "--${1:?full or quick}" "${@:2}"
