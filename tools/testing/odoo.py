# SPDX-License-Identifier: LGPL-3.0-or-later
"""The module's own tests inside Odoo, on a copy of the template database."""

import os
import re
import socket
import subprocess

from .command import ROOT, run_logged, show_tail

MODULE = "retail_accelerator"
RESULT = re.compile(
    r"odoo\.tests\.result: (\d+) failed, (\d+) error\(s\) of (\d+) tests"
)

# A log line of that level and the traceback below it.
COMPLAINT = re.compile(
    r"^.* (?:ERROR|FAIL|CRITICAL) (?:.*\n)(?:(?!\d{4}-).*\n){0,40}", re.M
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database(action, name):
    subprocess.run([ROOT / "tools/db", action, name], cwd=ROOT, check=True)


def module_tests():
    name = f"ra_test_{os.getpid()}"
    database("clone", name)
    try:
        code, output, log = run_logged(
            "test-odoo",
            [
                *(ROOT / "tools/odoo", "server", "-d", name, "-u", MODULE),
                *("--test-tags", f"/{MODULE}", "--stop-after-init"),
                *("--http-port", free_port(), "--max-cron-threads=0"),
            ],
            3600,
        )
    finally:
        database("drop", name)
    return judge(code, output, log)


def judge(code, output, log):
    """Odoo's own count; an error outside a test makes its exit code the judge."""
    passed = failed = 0
    for bad, errors, total in RESULT.findall(output):
        failed += int(bad) + int(errors)
        passed += int(total) - int(bad) - int(errors)
    if code and not failed:
        failed = 1
    if failed:
        complaints = COMPLAINT.findall(output)[:10]
        show_tail("".join(complaints) or output, log)
    return passed, failed
