#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Template databases that tests, demo and benchmarks copy instead of installing again:
#   ra_base      Odoo's sales, stock and accounting, generic chart of accounts
#   ra_template  the same with retail_accelerator; made anew when the module's files change
. "$(dirname "$0")/common.sh"

base_modules=sale_management,sale_stock,account
db=$RA_ROOT/tools/db

# install DATABASE MODULES: into an existing or a new database; a bad log line is a failure.
install() {
    local log=$RA_LOGS/install-$1.log
    as_worker touch "$log"
    "$RA_ROOT/tools/odoo" server -d "$1" -i "$2" --stop-after-init --no-http \
        --max-cron-threads=0 --log-level=warn </dev/null >"$log" 2>&1 ||
        { tail -n 30 "$log" >&2; die "Odoo could not install $2 (all of it: $log)"; }
    ! grep -qE ' (ERROR|CRITICAL) ' "$log" ||
        { grep -E -A20 ' (ERROR|CRITICAL) ' "$log" | tail -n 40 >&2
          die "Odoo reported errors when it installed $2 (all of it: $log)"; }
    # A module that Odoo does not find is only a warning to it.
    local missing
    missing=$("$RA_ROOT/tools/env" psql -XAtq -d "$1" -v "modules=$2" <<<"
        select name from unnest(string_to_array(:'modules', ',')) name
         where name not in (select name from ir_module_module where state = 'installed')")
    [ -z "$missing" ] || die "Odoo did not install $missing (see $log)"
}

# Made under another name first, so an interrupted run leaves no half database behind.
replace() {
    "$db" drop "$1"
    "$db" rename "$1_new" "$1"
}

addon_hash() {
    (cd "$RA_ROOT/odoo_addon" && find . -type f ! -name '*.pyc' -print0 | sort -z |
        xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

if ! { stamp_fresh ra_base "$base_modules" && "$db" exists ra_base; }; then
    say "installing Odoo's sales, stock and accounting into a template database (about a minute)"
    "$db" drop ra_base_new
    install ra_base_new "$base_modules"
    replace ra_base
    stamp_write ra_base "$base_modules"
    rm -f "$RA_STAMPS/ra_template"
fi

[ -f "$RA_ROOT/odoo_addon/retail_accelerator/__manifest__.py" ] || exit 0
wanted=$(addon_hash)
if ! { stamp_fresh ra_template "$wanted" && "$db" exists ra_template; }; then
    say "installing retail_accelerator into a template database"
    "$db" drop ra_template_new
    "$db" clone ra_template_new ra_base
    install ra_template_new retail_accelerator
    replace ra_template
    stamp_write ra_template "$wanted"
fi
