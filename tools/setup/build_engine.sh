#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Build the Python extension retail_accelerator_native into the run folder.
. "$(dirname "$0")/common.sh"

cd "$RA_ROOT"
log=$RA_RUN/build/extension.log
mkdir -p "$RA_RUN/build"
"$RA_PYTHON" setup.py -q build_ext --build-lib .run/build/python --build-temp .run/build/extension \
    >"$log" 2>&1 || { tail -n 40 "$log" >&2; die "the C engine does not build (all of it: $log)"; }
