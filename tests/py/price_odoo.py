# SPDX-License-Identifier: LGPL-3.0-or-later
"""A throw-away Odoo database and a way to run a script in it.

The script runs in ``odoo shell`` with ``CASES`` (what the test wrote) and puts its
answer into ``ANSWER``; both travel as JSON, doubles included (their repr reads back
exactly).
"""

import json
import os
import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATE = os.environ.get("RA_TEMPLATE_DB", "ra_base")

RUNNER = """
import json
import sys
sys.path.insert(0, {folder!r})
with open({cases!r}) as stream:
    CASES = json.load(stream)
ANSWER = None
with open({script!r}) as stream:
    exec(compile(stream.read(), {script!r}, "exec"), globals())
with open({answer!r}, "w") as stream:
    json.dump(ANSWER, stream)
"""


@contextmanager
def database():
    name = f"ra_price_{uuid.uuid4().hex[:12]}"
    subprocess.run(["createdb", "-T", TEMPLATE, name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["dropdb", "--force", name], check=True)


def run_in_odoo(name, script, cases, folder):
    """What `script` leaves in ANSWER for `cases`; it commits itself, if it has to."""
    paths = {key: str(folder / f"{key}.json") for key in ("cases", "answer")}
    paths["folder"] = str(Path(__file__).parent)
    paths["script"] = f"{paths['folder']}/{script}"
    Path(paths["cases"]).write_text(json.dumps(cases))
    done = subprocess.run(
        [ROOT / "tools/odoo", "shell", "-d", name, "--no-http", "--log-level=error"],
        input=RUNNER.format(**paths),
        capture_output=True,
        text=True,
    )
    answer = Path(paths["answer"])
    assert answer.exists(), done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(answer.read_text())
