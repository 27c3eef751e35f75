#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Build the wheel with the Odoo module and the compiled engine into dist/.
. "$(dirname "$(readlink -f "$0")")/setup/common.sh"

cd "$RA_ROOT"
work=.run/build/wheel
rm -rf "$work" dist
mkdir -p "$work"
"$RA_PYTHON" setup.py -q egg_info -e "$work" build -b "$work/build" bdist_wheel -d dist \
    >"$work/wheel.log" 2>&1 || { tail -n 40 "$work/wheel.log" >&2; die "the wheel does not build"; }
printf '%s\n' dist/*.whl
