# SPDX-License-Identifier: LGPL-3.0-or-later
"""pytest runs: engine and drivers, lanes compared, exactly once, kill -9, screens."""

import re

from .command import ROOT, RUN, run_logged, show_tail
from .native import compile_programs


def engine_tests():
    if not compile_programs("programs-c"):
        return 0, 1
    return run_pytest("py", 3600)


def parity_tests():
    return run_pytest("parity", 3600, {"RA_EXTRA_ADDONS": str(ROOT / "tests/addons")})


def once_tests():
    return run_pytest("once", 1800)


def crash_tests():
    return run_pytest("crash", 1800)


def browser_tests():
    return run_pytest("browser", 1800)


def run_pytest(folder, timeout, environment=None):
    code, output, log = run_logged(
        f"test-{folder}",
        [
            ROOT / "tools/env",
            "/usr/bin/python3",
            *("-m", "pytest", "-q", "--durations=5", "--color=no"),
            f"tests/{folder}",
        ],
        timeout,
        {
            "HYPOTHESIS_STORAGE_DIRECTORY": str(RUN / "home" / "hypothesis"),
            **(environment or {}),
        },
    )
    closing = output.splitlines()[-1] if output.strip() else ""
    counts = {word: int(n) for n, word in re.findall(r"(\d+) ([a-z]+)", closing)}
    passed = counts.get("passed", 0)
    failed = counts.get("failed", 0) + counts.get("error", 0) + counts.get("errors", 0)
    if code not in (0, 5) and not failed:  # 5: pytest collected no test
        failed = 1
    print(f"   {closing}")
    if failed:
        show_tail(output, log)
    return passed, failed
