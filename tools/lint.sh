#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Every linter, each over all of its files; all of them run, the exit code tells if one complained.
. "$(dirname "$(readlink -f "$0")")/setup/common.sh"
cd "$RA_ROOT"

venv=$RA_RUN/lint-venv
failures=()

# check NAME COMMAND…
check() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf 'ok      %s\n' "$name"
    else
        printf 'FAILED  %s\n%s\n' "$name" "$output"
        failures+=("$name")
    fi
}

mapfile -t c_all < <(git ls-files -co --exclude-standard -- 'csrc/*.[ch]' 'tests/*.[ch]')
mapfile -t engine < <(git ls-files -co --exclude-standard -- 'csrc/*.c')
mapfile -t scripts < <(git ls-files -co --exclude-standard -- tools .ci |
    while IFS= read -r file; do
        case $(head -c 60 "$file" | head -n 1) in *bash* | *"shared by every"*) printf '%s\n' "$file" ;; esac
    done)
read -ra c_flags <<<"$(make -s print-cflags)"

banned_functions() {
    ! grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|alloca|strtok)[[:space:]]*\(' \
        "${c_all[@]}"
}

exports_only_init() {
    local extension symbols
    extension=$(ls .run/build/python/retail_accelerator_native*.so)
    symbols=$(nm -D --defined-only "$extension" | awk '{ print $3 }' | grep -vE '^(_init|_fini)$')
    [ "$symbols" = PyInit_retail_accelerator_native ] ||
        { printf 'exported symbols:\n%s\n' "$symbols"; return 1; }
}

# Not the binding: cppcheck does not see through the macros of Python.h; clang-tidy does.
run_cppcheck() {
    local plain
    mapfile -t plain < <(printf '%s\n' "${engine[@]}" | grep -v '^csrc/python/')
    cppcheck --quiet --std=c17 --language=c -j "$(nproc)" --error-exitcode=1 --inline-suppr \
        --enable=warning,portability,performance --suppress=legacyUninitvar -Icsrc -D_GNU_SOURCE "${plain[@]}"
}

run_clang_tidy() {
    printf '%s\0' "${engine[@]}" |
        xargs -0 -n 4 -P "$(nproc)" -I{} clang-tidy-14 --quiet {} -- -std=c17 "${c_flags[@]}" 2>/dev/null
}

run_pylint() { "$venv/bin/pylint" --rcfile=.pylintrc odoo_addon/retail_accelerator; }

tools/setup/python_packages.sh lint-venv tools/lint-requirements.txt
check "strict compile" make -s -k -j"$(nproc)" programs-strict
check "exported symbols" exports_only_init
check "banned functions" banned_functions
check "clang-format" clang-format-14 --dry-run -Werror "${c_all[@]}"
check "cppcheck" run_cppcheck
check "clang-tidy" run_clang_tidy
check "ruff" "$venv/bin/ruff" check --no-cache --quiet .
check "ruff format" "$venv/bin/ruff" format --no-cache --check --quiet .
check "pylint-odoo" run_pylint
check "shellcheck" shellcheck -x -P SCRIPTDIR "${scripts[@]}"
[ ${#failures[@]} -eq 0 ] || die "${#failures[@]} linters complained: ${failures[*]}"
