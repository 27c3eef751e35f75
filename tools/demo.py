#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""The demonstration: two real web shops imported into Odoo, their payouts booked, Odoo
served.

Usage: demo.py start | stop
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import demo_settle

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / ".run"
STATE = RUN / "demo.json"  # {"pid", "port"} of the running server
DATABASE = "retail_demo"
FIRST_PORT = 8069
START_SECONDS = 90
STOP_SECONDS = 20
SHOPS = [
    ("ex", "CAD", "prices without tax, Canadian dollars"),
    ("inc", "EUR", "prices with tax, euros"),
]
CATALOGUE = ("products", "variations", "taxes", "customers")


def fail(message):
    sys.exit(f"error: {message}")


def odoo(*arguments):
    """Standard output of the project's Odoo; its messages are shown when it fails."""
    done = subprocess.run(
        [ROOT / "tools/odoo", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout[-2000:] + done.stderr[-4000:], file=sys.stderr)
        fail(f"tools/odoo {' '.join(map(str, arguments))} failed")
    return done.stdout


def retail(verb, *arguments):
    output = odoo("retail", verb, "-d", DATABASE, "--json", *arguments)
    return json.loads(output.strip().splitlines()[-1])


def prepare_database():
    """Make the demo's database, or update the one kept from an earlier version."""
    wanted = (RUN / "stamps/ra_template").read_text()
    stamp = RUN / "stamps/demo"
    database = [ROOT / "tools/db"]
    if subprocess.run([*database, "exists", DATABASE], check=False).returncode:
        subprocess.run([*database, "clone", DATABASE], check=True)
    elif not stamp.exists() or stamp.read_text() != wanted:
        stop()
        odoo("server", "-d", DATABASE, "-u", "retail_accelerator", "--stop-after-init")
    stamp.write_text(wanted)


def export_of(code):
    """Folder of the shop's exported records."""
    return ROOT / "tests/data/woocommerce" / code


def import_shop(code, currency):
    folder = export_of(code)
    catalogue = [
        word for name in CATALOGUE for word in (f"--{name}", folder / f"{name}.json")
    ]
    retail(
        *("setup", "--channel", code, "--kind", "woocommerce"),
        *("--currency", currency, *catalogue),
    )
    refunds = ("--refunds", folder / "refunds.json")
    return retail("import", "--channel", code, *refunds, folder / "orders.json")


def describe(code, about, result):
    seconds = f"{result['seconds']:.1f} s"
    print(f"\nShop {code} ({about}): {result['read']} records in {seconds}")
    for outcome in ("created", "updated", "unchanged", "skipped", "rejected"):
        if result[outcome]:
            print(f"  {result[outcome]:6} {outcome}")
    if result["refunds"]:
        print(f"  {result['refunds']:6} refunds noted on their orders")
    for reason, count in sorted(result["reasons"].items()):
        print(f"         {reason}: {count}")
    lanes = ", ".join(f"{lane} {count}" for lane, count in result["lanes"].items())
    if any(result["lanes"].values()):
        print(f"         written by lane: {lanes}")


def settle():
    """Book the shops' payouts; returns the reports left for the user to read."""
    settlements = demo_settle.Settlements(
        ROOT / "tools", DATABASE, RUN / "demo-payouts"
    )
    settlements.prepare(
        [
            (code, currency, export_of(code) / "orders.json")
            for code, currency, _ in SHOPS
        ]
    )
    for code, _currency, _about in SHOPS:
        files = settlements.files(code)
        result = retail("settle", "--channel", code, "--post", *files)
        demo_settle.describe(code, result)
    return settlements.later()


def answers(port):
    try:
        address = f"http://127.0.0.1:{port}/web/health"
        with urllib.request.urlopen(address, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def is_demo_server(pid):
    """The process is there and still the one we started."""
    command = Path(f"/proc/{pid}/cmdline")
    return command.exists() and DATABASE.encode() in command.read_bytes()


def running():
    """{"pid", "port"} of the demo's server when it still is there and answers."""
    if not STATE.exists():
        return None
    state = json.loads(STATE.read_text())
    return state if is_demo_server(state["pid"]) and answers(state["port"]) else None


def free_port():
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return fail(f"no free port from {FIRST_PORT} on")


def serve():
    state = running()
    if state:
        return state
    port = free_port()
    log = RUN / "logs/demo-server.log"
    with open(log, "ab") as output:
        server = subprocess.Popen(
            [
                *(ROOT / "tools/odoo", "server", "-d", DATABASE, "--no-database-list"),
                *("--db-filter", f"^{DATABASE}$", "--http-port", str(port)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    state = {"pid": server.pid, "port": port}
    STATE.write_text(json.dumps(state))
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            fail(f"Odoo's server did not start, see {log}")
        time.sleep(0.5)
    return state


def start():
    prepare_database()
    for code, currency, about in SHOPS:
        describe(code, about, import_shop(code, currency))
    later = settle()
    state = serve()
    print(f"\nOdoo is running:  http://127.0.0.1:{state['port']}/odoo")
    print("  user admin, password admin; open the menu Retail")
    print("  Imports: the orders. Settlements, Payouts: each with its proof;")
    print("  Settlements, Exceptions: rows to match by hand or to write off")
    for path in later:
        print(f"  to read yourself with Settlements, Read Reports (channel ex): {path}")
    print("  stop it with: make demo-stop")


def stop():
    if not STATE.exists():
        return
    pid = json.loads(STATE.read_text())["pid"]
    if is_demo_server(pid):
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while is_demo_server(pid) and time.monotonic() < deadline:
            time.sleep(0.2)
        print("the demo's server is stopped")
    STATE.unlink()


if __name__ == "__main__":
    actions = {"start": start, "stop": stop}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        sys.exit(__doc__)
    actions[sys.argv[1]]()
