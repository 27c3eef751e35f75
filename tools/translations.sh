#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Write the template of the module's translatable strings, odoo_addon/…/i18n/*.pot, anew.
# Usage: translations.sh [FILE]   with FILE the template goes there instead
. "$(dirname "$(readlink -f "$0")")/setup/common.sh"

module=retail_accelerator
target=${1:-$RA_ROOT/odoo_addon/$module/i18n/$module.pot}
export_dir=$(as_worker mktemp -d)
trap 'as_worker rm -rf "$export_dir"' EXIT
"$RA_ROOT/tools/odoo" i18n export -d ra_template -o "$export_dir/all.po" "$module" \
    >"$export_dir/log" 2>&1 </dev/null ||
    { tail -n 30 "$export_dir/log" >&2; die "Odoo could not export the strings"; }
mkdir -p "$(dirname "$target")"
# The dates say when it was made, which is no change of a string.
grep -vE '^"(POT-Creation-Date|PO-Revision-Date):' "$export_dir/all.po" >"$target"
