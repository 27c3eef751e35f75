# SPDX-License-Identifier: LGPL-3.0-or-later
"""Run a command with its output in a log file."""

import os
import signal
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
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            end_group(process)
            output.write(f"\nended after {timeout} s\n".encode())
            code = 124
        except KeyboardInterrupt:
            end_group(process)
            raise
    return code, log.read_text(errors="replace"), log


def end_group(process):
    """The command and everything it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def show_tail(output, log):
    print("\n".join(output.splitlines()[-TAIL_LINES:]))
    print(f"   (all of it: {log.relative_to(ROOT)})", flush=True)
