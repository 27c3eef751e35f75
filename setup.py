# SPDX-License-Identifier: LGPL-3.0-or-later
"""Build the C engine and the wheel that holds it together with the Odoo module."""

import ast
import os
import shlex
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
os.chdir(ROOT)
MODULE = "retail_accelerator"
ADDON = Path("odoo_addon") / MODULE

# header, names of its pkg-config file, linker name, Debian package
LIBRARIES = [
    ("yajl/yajl_parse.h", ["yajl"], "yajl", "libyajl-dev"),
    ("csv.h", [], "csv", "libcsv-dev"),
    ("utf8proc.h", ["libutf8proc"], "utf8proc", "libutf8proc-dev"),
    ("msgpack.h", ["msgpack-c", "msgpack"], "msgpackc", "libmsgpack-dev"),
    ("xxhash.h", ["libxxhash"], None, "libxxhash-dev"),
    # Only the types: the functions come from the copy that psycopg2 has loaded.
    ("libpq-fe.h", ["libpq"], None, "libpq-dev"),
]
COMPILE_FLAGS = [
    "-std=c17",
    "-O2",
    "-fvisibility=hidden",
    "-fstack-protector-strong",
    "-D_GNU_SOURCE",
    "-Wall",
    "-Wextra",
]
LINK_FLAGS = ["-Wl,-z,relro,-z,now", "-Wl,--as-needed", "-pthread"]


def pkg_config(option, names):
    for name in names:
        try:
            command = ["pkg-config", option, name]
            found = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise SystemExit(
                "error: pkg-config is missing (Debian package pkg-config)"
            ) from None
        if found.returncode == 0:
            return shlex.split(found.stdout)
    return []


def parallel_compile(compiler):
    """The compiler's own `compile`, with the sources of one call spread over cores."""
    compile_one = compiler.compile

    def compile_all(sources, **options):
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [pool.submit(compile_one, [name], **options) for name in sources]
            return [path for job in jobs for path in job.result()]

    return compile_all


class BuildEngine(build_ext):
    def build_extension(self, ext):
        self._find_libraries(ext)
        self.compiler.compile = parallel_compile(self.compiler)
        super().build_extension(ext)

    def _find_libraries(self, ext):
        """Add each library's flags; say which Debian package brings a missing one."""
        missing = []
        for header, names, library, package in LIBRARIES:
            flags = pkg_config("--cflags", names)
            if not self._compiles(header, flags):
                missing.append(package)
            ext.extra_compile_args += flags
            ext.extra_link_args += [f"-l{library}"] if library else []
        if missing:
            raise SystemExit(
                "error: C headers are missing; install them with:\n"
                f"    apt-get install {' '.join(missing)}"
            )

    def _compiles(self, header, flags):
        with tempfile.TemporaryDirectory() as folder:
            probe = Path(folder, "probe.c")
            probe.write_text(f"#include <stddef.h>\n#include <{header}>\n")
            command = [*self.compiler.compiler_so, *flags, "-fsyntax-only", str(probe)]
            done = subprocess.run(command, capture_output=True, check=False)
        return done.returncode == 0


def addon_packages():
    """The module's folders as packages below Odoo's namespace, each with its files."""
    packages, data = {}, {}
    for folder in sorted([ADDON, *(p for p in ADDON.rglob("*") if p.is_dir())]):
        if "__pycache__" in folder.parts:
            continue
        name = ".".join(["odoo", "addons", MODULE, *folder.relative_to(ADDON).parts])
        packages[name] = str(folder)
        data[name] = [
            path.name
            for path in folder.iterdir()
            if path.is_file() and path.suffix != ".pyc"
        ]
    return packages, data


def manifest():
    path = ADDON / "__manifest__.py"
    return ast.literal_eval(path.read_text()) if path.exists() else {}


package_dir, package_data = addon_packages()
setup(
    version=manifest().get("version", "19.0.1.0.0"),
    packages=list(package_dir),
    package_dir=package_dir,
    package_data=package_data,
    ext_modules=[
        Extension(
            "retail_accelerator_native",
            sources=sorted(str(path) for path in Path("csrc").rglob("*.c")),
            depends=sorted(str(path) for path in Path("csrc").rglob("*.h")),
            include_dirs=["csrc"],
            libraries=["dl", "m"],
            extra_compile_args=list(COMPILE_FLAGS),
            extra_link_args=list(LINK_FLAGS),
        )
    ],
    cmdclass={"build_ext": BuildEngine},
    zip_safe=False,
)
