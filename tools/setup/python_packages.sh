#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# A virtual environment in the run folder with exactly the packages that a file lists.
# Usage: python_packages.sh NAME REQUIREMENTS-FILE
. "$(dirname "$0")/common.sh"

venv=$RA_RUN/$1
wanted=$(sha256sum <"$2")
stamp_fresh "$1" "$wanted" && [ -x "$venv/bin/pip" ] && exit 0
say "installing the Python packages of $2"
rm -rf "$venv"
"$RA_PYTHON" -m venv "$venv"
"$venv/bin/pip" -q --disable-pip-version-check install --no-deps -r "$2" ||
    die "cannot install the Python packages of $2: is the network reachable?"
stamp_write "$1" "$wanted"
