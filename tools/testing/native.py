# SPDX-License-Identifier: LGPL-3.0-or-later
"""C tests: cmocka programs and libFuzzer targets, both built by the Makefile."""

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

from .command import ROOT, RUN, run_logged, show_tail

PROGRAMS = RUN / "build" / "tests"
FUZZ_SECONDS = 10
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


def compile_programs(target):
    code, output, log = run_logged(
        target, ["make", "--no-print-directory", f"-j{os.cpu_count()}", target], 1800
    )
    if code:
        show_tail(output, log)
    return code == 0


def run_all(names, run_one):
    """Sum of (passed, failed) over all programs, run on all cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(run_one, names))
    return sum(passed for passed, _ in results), sum(failed for _, failed in results)


def unit_tests():
    if not compile_programs("programs-c"):
        return 0, 1
    return run_all(
        sorted(path.stem for path in ROOT.glob("tests/c/test_*.c")), run_unit_test
    )


def run_unit_test(name):
    code, output, log = run_logged(
        name, [ROOT / "tools/env", PROGRAMS / name], 900, SANITIZERS
    )
    passed = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", output, re.M)))
    failed = sum(map(int, re.findall(r"^\[  FAILED  \] (\d+) test", output, re.M)))
    if passed + failed == 0 or (code and not failed):
        failed += 1
    print(f"   {name}: {passed} ok, {failed} not ok", flush=True)
    if failed:
        show_tail(output, log)
    return passed, failed


def fuzzers():
    if not compile_programs("programs-fuzz"):
        return 0, 1
    return run_all(
        sorted(path.stem for path in ROOT.glob("tests/fuzz/fuzz_*.c")), run_fuzzer
    )


def run_fuzzer(name):
    """The committed corpus and ten seconds of new inputs, kept in the run folder."""
    found = RUN / "fuzz" / name
    shutil.rmtree(found, ignore_errors=True)
    (found / "corpus").mkdir(parents=True)
    command = [
        PROGRAMS / name,
        f"-max_total_time={FUZZ_SECONDS}",
        "-timeout=25",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
        f"-artifact_prefix={found}/",
        found / "corpus",
    ]
    corpus = ROOT / "tests/fuzz/corpus" / name.removeprefix("fuzz_")
    if corpus.is_dir():
        command.append(corpus)
    code, output, log = run_logged(name, command, 300, SANITIZERS)
    runs = re.search(r"number_of_executed_units: (\d+)", output)
    good = code == 0 and runs is not None and int(runs.group(1)) > 0
    print(f"   {name}: {runs.group(1) if runs else 'no'} inputs", flush=True)
    if not good:
        show_tail(output, log)
    return int(good), int(not good)
