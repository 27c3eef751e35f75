#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Run parts of the test suite, one after the other, and close with one line of counts.

Usage: run_tests.py PART…   with PART one of c, fuzz, py, odoo, parity,
once, crash, browser.
A part that executes no test counts as a failure.
"""

import sys
import time

from testing import native, odoo, python

PARTS = {
    "c": native.unit_tests,
    "fuzz": native.fuzzers,
    "py": python.engine_tests,
    "odoo": odoo.module_tests,
    "parity": python.parity_tests,
    "once": python.once_tests,
    "crash": python.crash_tests,
    "browser": python.browser_tests,
}


def run_part(name):
    print(f"== {name}", flush=True)
    start = time.monotonic()
    passed, failed = PARTS[name]()
    if passed + failed == 0:
        print(f"== {name}: executed no test")
        failed = 1
    seconds = time.monotonic() - start
    print(f"== {name}: {passed} ok, {failed} not ok, {seconds:.0f} s", flush=True)
    return passed, failed


def main(names):
    unknown = [name for name in names if name not in PARTS]
    if unknown or not names:
        sys.exit(f"usage: run_tests.py PART…, PART one of {', '.join(PARTS)}")
    counts = [run_part(name) for name in names]
    passed = sum(count[0] for count in counts)
    failed = sum(count[1] for count in counts)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
