# SPDX-License-Identifier: LGPL-3.0-or-later
"""Python code in a process of its own, where a crash can be told from a failure."""

import os
import subprocess
import sys
from pathlib import Path


def run_python(code, timeout=60):
    """Run `code`; fail with its output unless it ends by itself with status 0."""
    paths = [str(Path(__file__).parent), *sys.path]
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"ended with {done.returncode}\n{done.stderr[-4000:]}"
    return done.stdout
