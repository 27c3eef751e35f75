# SPDX-License-Identifier: LGPL-3.0-or-later
"""Finds the verb, opens the database, prints what came of it.

Standard output has the result only; Odoo's log goes to standard error. A failure is one
sentence and exit code 1.
"""

import argparse
import functools
import importlib
import json
import logging
import pkgutil
import sys
import threading

import psycopg2

from odoo import api
from odoo.exceptions import AccessDenied, UserError
from odoo.modules.registry import Registry
from odoo.tools import config

from .. import failures
from . import database

_logger = logging.getLogger(__name__)

ADMIN_ID = 2
SILENT = "no further message"
# Options that are Odoo's own, passed on as they are.
ODOO_OPTIONS = (
    (("-c", "--config"), "configuration file"),
    (("--addons-path",), "folders of modules"),
    (("-D", "--data-dir"), "folder of Odoo's files"),
    (("--db_host",), "database server"),
    (("--db_port",), "port of the database server"),
    (("-r", "--db_user"), "user of the database server"),
    (("-w", "--db_password"), "password of that user"),
    (("--log-level",), "how much to log on standard error (default: warn)"),
)


def verbs():
    """{name: module} of all verbs in this package."""
    package = importlib.import_module(__package__)
    modules = [
        importlib.import_module(f"{__package__}.{info.name}")
        for info in pkgutil.iter_modules(package.__path__)
    ]
    return {module.NAME: module for module in modules if hasattr(module, "NAME")}


class Parser(argparse.ArgumentParser):
    """Wrong arguments are a failure like any other: with --json an object says so."""

    def __init__(self, *args, as_json=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.as_json = as_json

    def error(self, message):
        if self.as_json:
            _print_error(message)
        return super().error(message)


def main(prog, argv):
    """Run ``argv`` and end the process with its exit code."""
    args = build_parser(prog, "--json" in argv).parse_args(argv)
    try:
        failed = execute(args)
    except UserError as error:
        failed = complain(args, " ".join(str(error).split()))
    except AccessDenied:
        failed = complain(args, "Odoo's configuration forbids this (see list_db).")
    except psycopg2.OperationalError as error:
        failed = complain(
            args, f"The database server refused: {failures.words(error, SILENT)}"
        )
    except KeyboardInterrupt:
        failed = complain(args, "Interrupted; what was committed before stays.")
    except Exception as error:
        _logger.debug("Command failed", exc_info=True)
        failed = complain(
            args,
            f"{type(error).__name__}: {failures.words(error, SILENT)}. "
            "Run it again with --log-level=debug to see where.",
        )
    sys.exit(1 if failed else 0)


def build_parser(prog, as_json=False):
    parents = {wanted: [common_options(wanted)] for wanted in (True, False)}
    make = functools.partial(Parser, as_json=as_json)
    parser = make(
        prog=prog, description="Set up shops, import their orders, prove and replay."
    )
    subparsers = parser.add_subparsers(
        dest="verb", required=True, metavar="VERB", parser_class=make
    )
    for name, module in sorted(verbs().items()):
        options = parents[needs_database(module)]
        subparser = subparsers.add_parser(name, help=module.HELP, parents=options)
        module.add_arguments(subparser)
        subparser.set_defaults(module=module)
    return parser


def needs_database(module):
    return getattr(module, "NEEDS_DATABASE", True)


def common_options(database_required):
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-d", "--database", required=database_required, metavar="DB")
    common.add_argument(
        "--user", metavar="LOGIN", help="act as this user (default: the administrator)"
    )
    common.add_argument(
        "--json",
        action="store_true",
        help="print the result as one JSON object, the last line of standard output",
    )
    passed_on = common.add_argument_group("Odoo's own options")
    for flags, text in ODOO_OPTIONS:
        passed_on.add_argument(*flags, dest=odoo_dest(flags), help=text)
    return common


def odoo_dest(flags):
    return "odoo_" + flags[-1].lstrip("-").replace("-", "_")


def execute(args):
    """Run the verb in one transaction; returns whether it failed."""
    configure(args)
    module = args.module
    if not needs_database(module):
        return conclude(module, args, module.run(None, args))
    try:
        if hasattr(module, "prepare"):
            module.prepare(args)
        return run_in_database(module, args)
    except BaseException:
        if getattr(args, "database_created", False):
            database.remove(args.database)
        raise


def run_in_database(module, args):
    database.require(args.database)
    registry = Registry(args.database)
    with registry.cursor() as cr:
        env = environment(cr, args)
        result = module.run(env, args)
        env.flush_all()
    registry.signal_changes()
    return conclude(module, args, result)


def conclude(module, args, result):
    """Print the result; returns whether it is a failure."""
    output(module, args, result)
    fails = getattr(module, "failed", None)
    return bool(result.get("error") or (fails and fails(result)))


def configure(args):
    options = ["-d", args.database] if args.database else []
    options.append("--no-http")
    for flags, _text in ODOO_OPTIONS:
        value = getattr(args, odoo_dest(flags))
        if value:
            options.append(f"{flags[-1]}={value}")
    if not args.odoo_log_level:
        options.append("--log-level=warn")
    config.parse_config(options, setup_logging=True)
    threading.current_thread().dbname = args.database


def environment(cr, args):
    """The environment of --user, or of the administrator."""
    root = api.Environment(cr, api.SUPERUSER_ID, {})
    if args.user:
        user = root["res.users"].search([("login", "=", args.user)])
        if not user:
            raise UserError(root._("There is no active user %s.", args.user))
    else:
        user = root["res.users"].browse(ADMIN_ID)
    return api.Environment(cr, user.id, dict(user.context_get()))


def output(module, args, result):
    if hasattr(module, "summary"):
        text = module.summary(result)
    else:
        text = "\n".join(f"{name}: {value}" for name, value in result.items())
    lines = [text]
    if args.json:
        lines.append(json.dumps(result, ensure_ascii=False, default=str))
    sys.stdout.write("\n".join(lines) + "\n")


def complain(args, text):
    sys.stderr.write(f"error: {text}\n")
    if args.json:
        _print_error(text)
    return True


def _print_error(text):
    sys.stdout.write(json.dumps({"error": text}, ensure_ascii=False) + "\n")
