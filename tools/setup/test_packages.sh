#!/usr/bin/env bash
# Python packages that only the tests need, in a virtual environment of their own.
. "$(dirname "$0")/common.sh"

venv=$RA_RUN/venv
requirements=$RA_ROOT/tests/py/requirements.txt
wanted=$(sha256sum <"$requirements")
stamp_fresh test-packages "$wanted" && [ -d "$venv/lib" ] && exit 0
say "installing the Python packages of the tests"
rm -rf "$venv"
"$RA_PYTHON" -m venv "$venv"
"$venv/bin/pip" -q --disable-pip-version-check install --no-deps -r "$requirements" ||
    die "cannot install the Python packages of the tests: is the network reachable?"
chmod -R a+rX "$venv"
stamp_write test-packages "$wanted"
