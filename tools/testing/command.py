# SPDX-License-Identifier: LGPL-3.0-or-later
"""Run a command with its output in a log file."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".run"
TAIL_LINES = 60


def run_logged(log_name, command, timeout, environment=None):
    """(exit code, output, log path); a command that hangs is ended: exit code 124."""
    log = RUN / "logs" / f"{log_name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        try:
            code = subprocess.run(
                [str(word) for word in command],
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            output.write(f"\nended after {timeout} s\n".encode())
            code = 124
    return code, log.read_text(errors="replace"), log


def show_tail(output, log):
    print("\n".join(output.splitlines()[-TAIL_LINES:]))
    print(f"   (all of it: {log.relative_to(ROOT)})", flush=True)
