# SPDX-License-Identifier: LGPL-3.0-or-later
"""Odoo's server on a copy of the template database, and headless Chromium on it."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import payouts
import pytest
from screen import Screen
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
CHROMIUM_SWITCHES = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1400,900",
    "--lang=en-US",
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_served(url, server):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/web/health", timeout=5):
                return
        except OSError:
            assert server.poll() is None, "Odoo's server ended, see the log"
            assert time.monotonic() < deadline, "Odoo's server does not answer"
            time.sleep(0.3)


@pytest.fixture(scope="module")
def database(request):
    """A database of its own for each file of tests."""
    name = f"ra_browser_{os.getpid()}_{request.module.__name__}"
    subprocess.run([ROOT / "tools/db", "clone", name], check=True)
    yield name
    subprocess.run([ROOT / "tools/db", "drop", name], check=True)


@pytest.fixture(scope="module")
def retail(database):
    """Call the module's command line on the test's database."""

    def run(*arguments):
        command = [ROOT / "tools/odoo", "retail", arguments[0], "-d", database]
        subprocess.run([*command, *map(str, arguments[1:])], check=True)

    return run


@pytest.fixture(scope="module")
def shell(database):
    """Run a script in Odoo's shell on the test's database."""

    def run(path):
        with open(path) as script:
            command = [ROOT / "tools/odoo", "shell", "-d", database, "--no-http"]
            subprocess.run(command, stdin=script, check=True)

    return run


@pytest.fixture(scope="module")
def orders():
    return payouts.paid_orders()


@pytest.fixture(scope="module")
def shop(retail, database, orders, tmp_path_factory):
    payouts.set_up_shop(retail, database, orders, tmp_path_factory.mktemp("orders"))


@pytest.fixture(scope="module")
def payout(orders):
    return payouts.payout_of(orders)


@pytest.fixture(scope="module")
def report(payout, tmp_path_factory):
    return payouts.write_report(payout, tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def served(database):
    """Address of a running Odoo with one cron thread, which runs the imports."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with open(ROOT / ".run/logs/browser-server.log", "wb") as log:
        server = subprocess.Popen(
            [
                *(ROOT / "tools/odoo", "server", "-d", database),
                *("--db-filter", f"^{database}$", "--http-port", str(port)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_until_served(url, server)
            yield url
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for switch in CHROMIUM_SWITCHES:
        options.add_argument(switch)
    profile = tmp_path_factory.mktemp("chromium")
    options.add_argument(f"--user-data-dir={profile}")
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def signed_in(chromium, served):
    screen = Screen(chromium, served, ROOT / ".run/screenshots")
    chromium.delete_all_cookies()  # of the database before
    screen.sign_in("admin", "admin")
    return screen


@pytest.fixture
def screen(signed_in, request):
    """The signed-in browser; a picture is kept of the state a test ends in."""
    yield signed_in
    signed_in.picture(request.node.name)
