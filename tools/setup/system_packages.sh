#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-3.0-or-later
# Install the Debian packages of the build, Odoo, PostgreSQL and the tests that are missing.
. "$(dirname "$0")/common.sh"

build="gcc make pkg-config util-linux python3-dev python3-venv python3-setuptools python3-wheel python3-pip
    libyajl-dev libcsv-dev libutf8proc-dev libmsgpack-dev libxxhash-dev libpq-dev"
checks="libcmocka-dev clang-14 libclang-rt-14-dev clang-tidy-14 clang-format-14 cppcheck
    shellcheck binutils git python3-hypothesis python3-msgpack python3-pytest"
database="postgresql-15 postgresql-client-15"
browser="chromium chromium-driver python3-selenium python3-websocket fonts-font-awesome fonts-roboto-unhinted
    libjs-jquery libjs-jquery-form libjs-underscore"
odoo="python3-asn1crypto python3-babel python3-cbor2 python3-chardet python3-cryptography
    python3-dateutil python3-decorator python3-docutils python3-freezegun python3-geoip2
    python3-gevent python3-greenlet python3-idna python3-jinja2 python3-libsass python3-lxml
    python3-markupsafe python3-num2words python3-ofxparse python3-openpyxl python3-openssl
    python3-passlib python3-pil python3-polib python3-psutil python3-psycopg2 python3-pydot
    python3-pypdf2 python3-qrcode python3-renderpm python3-reportlab python3-requests
    python3-rjsmin python3-serial python3-stdnum python3-tz python3-urllib3 python3-usb
    python3-vobject python3-werkzeug python3-xlrd python3-xlsxwriter python3-xlwt python3-zeep"

command -v dpkg-query >/dev/null ||
    die "this set-up knows Debian's packages only (Debian 12 or 13, Ubuntu 24.04)"

missing=()
for package in $build $checks $database $browser $odoo; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
        missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

say "installing ${#missing[@]} system packages"
mkdir -p "$RA_LOGS"
log=$RA_LOGS/apt.log
as_admin apt-get -qq update >>"$log" 2>&1 ||
    die "cannot read the package lists (see $log): is the network reachable?"
# The system-wide cluster is not wanted: the project runs a private one.
as_admin mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
    printf 'create_main_cluster = false\n' |
        as_admin tee /etc/postgresql-common/createcluster.conf >/dev/null
as_admin apt-get -qq install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
    die "cannot install: ${missing[*]} (see $log)"
