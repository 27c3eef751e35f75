# SPDX-License-Identifier: LGPL-3.0-or-later
"""One measured run inside Odoo, in a process of its own.

Prints ``ready`` when Odoo's registry is loaded, waits for a line, runs, prints one JSON
object. Time and memory before that line belong to no measure.
"""

import argparse
import contextlib
import json
import logging
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

CHANNEL = "bench"
MIB = 1 << 20


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=("native", "validated", "batch", "expert"))
    parser.add_argument("--database", required=True)
    parser.add_argument("--file", required=True)
    parser.add_argument(
        "--profile", action="store_true", help="time by part of a chunk"
    )
    parser.add_argument(
        "--no-duplicates", action="store_true", help="do not look for duplicates"
    )
    return parser.parse_args()


def load_registry(name):
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", os.environ["ODOO_RC"], "-d", name, "--no-http"])
    logging.getLogger().setLevel(logging.ERROR)
    return Registry(name)


def status_bytes(field):
    """VmRSS or VmHWM of this process."""
    with open("/proc/self/status") as handle:
        for line in handle:
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {field}")


def server_seconds(env):
    """{pid: processor time} of the server's processes that work for this database."""
    env.cr.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend'"
    )
    return {pid: process_seconds(pid) for (pid,) in env.cr.fetchall()}


def process_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def main():
    args = parse_arguments()
    registry = load_registry(args.database)
    from odoo import SUPERUSER_ID, api

    with contextlib.closing(registry.cursor()) as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        run = prepare(env, args)
        cr.commit()
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(measure(env, run)), flush=True)


def prepare(env, args):
    """The function to measure; it returns a dictionary with at least ``orders``."""
    if args.way in ("native", "validated"):
        import bench_native

        return bench_native.prepare(env, CHANNEL, args)
    import bench_orm

    return bench_orm.prepare(env, args.file, args.way)


def measure(env, run):
    Path("/proc/self/clear_refs").write_text("5")  # sets VmHWM back to VmRSS
    idle = status_bytes("VmRSS")
    server, client = server_seconds(env), time.process_time()
    queries, started = env.cr.sql_log_count, time.perf_counter()
    result = run()
    seconds, client = time.perf_counter() - started, time.process_time() - client
    queries = env.cr.sql_log_count - queries
    spent = {pid: s - server.get(pid, 0.0) for pid, s in server_seconds(env).items()}
    return {
        "seconds": seconds,
        "queries": queries,
        "client_seconds": client,
        "server_seconds": sum(spent.values()),
        "peak_mib": (status_bytes("VmHWM") - idle) / MIB,
        **result,
    }


if __name__ == "__main__":
    main()
