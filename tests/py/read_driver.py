# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs driver_read, the readers behind a pipe, for the differential tests."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRIVER = ROOT / ".run" / "build" / "tests" / "driver_read"
SAMPLES = ROOT / "tests" / "data" / "woocommerce"


def run(mode, data, *arguments):
    """Standard output of the driver, which must not fail."""
    command = [str(DRIVER), mode, *arguments]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def read(data, file_format="json", *arguments, mode="orders"):
    """The records, and how the stream ended."""
    output = run(mode, data, file_format, *arguments)
    lines = [json.loads(line) for line in output.decode().split("\n")[:-1]]
    return lines[:-1], lines[-1]["ended"]
