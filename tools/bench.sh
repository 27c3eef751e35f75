#!/usr/bin/env bash
# Run the benchmarks; results are printed and appended to bench/results.jsonl.
# Usage: bench.sh full | quick
. "$(dirname "$(readlink -f "$0")")/setup/common.sh"

mkdir -p "$RA_ROOT/bench"
[ "$(id -u)" -ne 0 ] || chown "$RA_USER:$RA_USER" "$RA_ROOT/bench"
exec "$RA_ROOT/tools/env" "$RA_PYTHON" "$RA_ROOT/tests/bench/run.py" "--${1:?full or quick}"
