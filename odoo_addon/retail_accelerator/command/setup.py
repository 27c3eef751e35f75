# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail setup``: make a shop's channel and fill it from the shop's own exports."""

from odoo.exceptions import UserError

from ..setup.channel_setup import ChannelSetup
from ..setup.exports import Exports
from . import database

NAME = "setup"
HELP = "set up a shop, from its exports of products, taxes and customers"
EXPORTS = {
    "products": "list of the shop's products",
    "variations": "variations by product id",
    "taxes": "list of the shop's tax rates",
    "customers": "list of the shop's customers",
}


def add_arguments(parser):
    parser.add_argument("--channel", required=True, metavar="CODE")
    parser.add_argument("--kind", choices=("woocommerce", "csv"), default=None)
    parser.add_argument("--name", help="name of the shop (default: its code)")
    parser.add_argument("--company", metavar="NAME|ID", help="company of the shop")
    parser.add_argument(
        "--currency", metavar="X", help="currency of the shop, e.g. EUR"
    )
    parser.add_argument(
        "--tax-included",
        action="store_true",
        default=None,
        help="prices are entered with tax in the shop",
    )
    for name, text in EXPORTS.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=f"JSON: {text}")


def prepare(args):
    # Read first: a wrong file should not leave a new database behind.
    args.exports = Exports(**{name: getattr(args, name) for name in EXPORTS})
    args.database_created = database.ensure(args.database)


def run(env, args):
    company = _company(env, args.company)
    if args.database_created and args.currency:
        _set_company_currency(company, args.currency)
    setup = ChannelSetup.for_code(
        env,
        args.channel,
        company=company if args.company else None,
        kind=args.kind,
        name=args.name,
        currency=args.currency,
        tax_included=args.tax_included,
    )
    return {
        "database": args.database,
        "database_created": args.database_created,
        **setup.load(args.exports),
    }


def _company(env, name):
    if not name:
        return env.company
    company = env["res.company"].search([("name", "=ilike", name)], limit=1)
    if not company and name.isdecimal():
        company = env["res.company"].search([("id", "=", int(name))])
    if not company:
        raise UserError(env._("There is no company %s.", name))
    return company


def _set_company_currency(company, code):
    """A new database has no entry yet, so that its books can be in the shop's money."""
    currency = ChannelSetup.currency(company.env, code)
    if company.currency_id != currency:
        company.currency_id = currency


def summary(result):
    """The result in plain words."""
    lines = [
        "channel {channel} {state}".format(
            state="set up" if result["channel_created"] else "updated", **result
        )
    ]
    if result["database_created"]:
        lines.insert(0, "database {database} made".format(**result))
    for kind in ("products", "taxes", "customers"):
        if kind in result:
            counts = ", ".join(
                f"{count} {name}" for name, count in result[kind].items() if count
            )
            lines.append(f"  {kind}: {counts or 'none'}")
    lines += [f"  note: {warning}" for warning in result["warnings"]]
    return "\n".join(lines)
