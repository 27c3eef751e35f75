# SPDX-License-Identifier: LGPL-3.0-or-later
"""The wheel an admin installs holds module and engine, and both load from it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ["csrc", "odoo_addon", "setup.py", "pyproject.toml", "README.rst", "LICENSE"]
MODULE = "odoo/addons/retail_accelerator"


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which the wheel, built from a copy of the sources, is installed."""
    base = tmp_path_factory.mktemp("wheel")
    source, target = base / "source", base / "target"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, source / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, source)
    # Offline: the build tools are the system's own.
    pip("wheel", "--no-build-isolation", "--no-deps", "-w", base / "dist", source)
    (wheel,) = (base / "dist").glob("odoo_addon_retail_accelerator-19.0.*.whl")
    pip("install", "--no-deps", "--no-index", "--target", target, wheel)
    return target


def run_installed(target, code):
    """Standard output of Python with the installed folder first and not our build."""
    ours = str(ROOT / ".run/build/python")
    rest = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p != ours]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(target), *rest])},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_wheel_engine_imports_from_the_installed_folder(installed):
    code = "import retail_accelerator_native as native; print(native.__file__)"
    assert run_installed(installed, code).startswith(f"{installed}/")


def test_wheel_module_is_found_beside_odoo(installed):
    code = (
        "import odoo.addons, odoo.modules.module as modules\n"
        "print(*odoo.addons.__path__, sep='\\n')\n"
    )
    assert f"{installed}/odoo/addons" in run_installed(installed, code).splitlines()


def test_wheel_holds_every_file_of_the_module(installed):
    def files(folder):
        return {
            str(path.relative_to(folder))
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }

    ours = files(ROOT / "odoo_addon/retail_accelerator")
    assert ours
    assert files(installed / MODULE) == ours
