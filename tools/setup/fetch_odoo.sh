#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Provide Odoo 19: the installed one when there is one, else Debian's package odoo-19
# (architecture all, in unstable) unpacked under the run folder. The download goes through a
# private apt state, so the system's own sources and package lists stay untouched.
. "$(dirname "$0")/common.sh"

suite=sid
package=odoo-19

installed_odoo() {
    "$RA_PYTHON" - <<'PY'
import sys
try:
    import odoo.release as release
except ImportError:
    sys.exit(1)
sys.exit(0 if release.version_info[0] == 19 else 1)
PY
}

# The machine's first Debian source: "URI KEYRING".
debian_source() {
    "$RA_PYTHON" - <<'PY'
import glob
import os
import re

DEFAULT_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def sources():
    for path in sorted(glob.glob("/etc/apt/sources.list.d/*.sources")):
        with open(path) as handle:
            for stanza in re.split(r"\n\s*\n", handle.read()):
                fields = dict(re.findall(r"(?m)^([A-Za-z-]+):\s*(.+)$", stanza))
                for uri in fields.get("URIs", "").split():
                    yield uri, fields.get("Signed-By", "")
    paths = ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*.list"))]
    for path in paths:
        if not os.path.exists(path):
            continue
        with open(path) as handle:
            for line in handle:
                found = re.match(r"\s*deb\s+(?:\[([^]]*)\]\s*)?(\S+)", line)
                if found:
                    key = re.search(r"signed-by=(\S+)", found.group(1) or "")
                    yield found.group(2), key.group(1) if key else ""


for uri, keyring in sources():
    if re.search(r"/debian/?$", uri):
        if not keyring.startswith("/") or not os.path.exists(keyring):
            keyring = DEFAULT_KEYRING
        print(uri.rstrip("/"), keyring)
        break
PY
}

download() {
    local state=$1 uri keyring
    read -r uri keyring < <(debian_source) ||
        die "no Debian mirror in this machine's apt sources: install Odoo 19 yourself, then run again"
    mkdir -p "$state"/{lists/partial,cache/archives/partial,deb}
    : >"$state/status"
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$suite" >"$state/sources.list"
    local options=(
        -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State=$state" -o "Dir::State::Lists=$state/lists"
        -o "Dir::State::Status=$state/status" -o "Dir::Cache=$state/cache"
        -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3
    )
    [ "$(id -u)" -eq 0 ] || options+=(-o Debug::NoLocking=1)
    apt-get "${options[@]}" -qq update ||
        die "cannot read Debian's package lists from its $suite suite: is the network reachable?"
    (cd "$state/deb" && apt-get "${options[@]}" -qq download "$package") ||
        die "Debian's package $package is not to be had: install Odoo 19 yourself, then run again"
}

# The package's static files are relative links into its own usr/share; give them targets.
link_static() {
    local share=$RA_ODOO/usr/share name
    for name in javascript fonts fonts-font-awesome; do
        [ -e "$share/$name" ] || ln -s "/usr/share/$name" "$share/$name"
    done
    # A library that Debian leaves out; its absence is a console error, which fails any tour.
    local empty=$RA_ODOO/usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation
    mkdir -p "$empty"
    [ -e "$empty/selfie_segmentation.js" ] || : >"$empty/selfie_segmentation.js"
}

if installed_odoo; then
    stamp_write odoo-python-path ""
    say "using the installed Odoo 19"
    exit 0
fi
if ! stamp_fresh odoo "$package"; then
    say "fetching Odoo 19 (Debian package $package, about 120 MB)"
    state=$(mktemp -d "${TMPDIR:-/tmp}/ra-apt.XXXXXX")
    trap 'rm -rf "$state"' EXIT
    download "$state"
    rm -rf "$RA_ODOO"
    mkdir -p "$RA_ODOO"
    dpkg -x "$state"/deb/*.deb "$RA_ODOO"
    [ -d "$RA_ODOO/usr/lib/python3/dist-packages/odoo" ] ||
        die "the package $package does not hold Odoo where expected"
    link_static
    stamp_write odoo "$package"
fi
stamp_write odoo-python-path "$RA_ODOO/usr/lib/python3/dist-packages"
