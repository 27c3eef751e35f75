#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-3.0-or-later
"""Make WooCommerce order exports of any size, the same ones for the same seed.

    tests/generate/woo_orders.py --orders 20000 --out orders.json --export shop/

``--export`` writes the shop's products, variations, taxes and customers beside the
orders, as ``tools/odoo retail setup`` reads them. Without ``--features`` all is plain:
lines with one or two taxes, for known customers. Features, singly or ``all``:

    discounts         percentage coupons       line-edits        cuts without coupon
    fees              taxed and untaxed fees   negative-fees     goodwill
    shipping          none, one or two         shipping-tax      taxes on shipping
    zero-lines        lines of no amount       fractional        half pieces
    compound          a tax on a tax           untaxed           a place without rates
    foreign           other currencies         odd-currencies    JPY and KWD
    guests            new e-mail, no account   deleted-customers same, known e-mail
    separate-address  delivered elsewhere      empty-shipping    no delivery address
    missing-address   not even an e-mail       capital-email     e-mails in capitals
    deleted-products  product 0, no SKU        empty-sku         products without SKU
    variations        variable products        scripts           names in many scripts
    statuses          cancelled, custom, …     refunds           several kinds
    metadata          every JSON type          notes             customer notes
    cents             totals one unit off
"""

import argparse
import json
import sys

from woo_order import OrderMaker
from woo_shop import Shop

FEATURES = frozenset(
    {
        "capital-email",
        "cents",
        "compound",
        "deleted-customers",
        "deleted-products",
        "discounts",
        "empty-shipping",
        "empty-sku",
        "fees",
        "foreign",
        "fractional",
        "guests",
        "line-edits",
        "metadata",
        "missing-address",
        "negative-fees",
        "notes",
        "odd-currencies",
        "refunds",
        "scripts",
        "separate-address",
        "shipping",
        "shipping-tax",
        "statuses",
        "untaxed",
        "variations",
        "zero-lines",
    }
)


def orders(shop, count, first=0, **options):
    """Yield (order, refunds) of the orders ``first`` to ``first + count``."""
    for index in range(first, first + count):
        yield OrderMaker(shop, index, **options).make()


def write(shop, count, path, refund_path=None, first=0, **options):
    """Write a JSON array, or NDJSON when the name ends so; one order in memory."""
    is_array = not str(path).endswith((".ndjson", ".jsonl"))
    refunds = {}
    encode = json.JSONEncoder(separators=(",", ":")).encode
    with open(path, "w", encoding="ascii") as handle:
        handle.write("[" if is_array else "")
        for position, (order, details) in enumerate(
            orders(shop, count, first, **options)
        ):
            if is_array and position:
                handle.write(",")
            handle.write(encode(order))
            if not is_array:
                handle.write("\n")
            if details and refund_path:
                refunds[str(order["id"])] = details
        handle.write("]\n" if is_array else "")
    if refund_path:
        with open(refund_path, "w", encoding="ascii") as handle:
            json.dump(refunds, handle)


def parse_features(text):
    names = set(filter(None, text.split(",")))
    if "all" in names:
        names = (names | FEATURES) - {"all"}
    unknown = names - FEATURES
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return frozenset(names)


def parse_arguments(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, required=True, metavar="N")
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--first", type=int, default=0, help="index of the first order")
    parser.add_argument(
        "--lines", type=int, default=3, help="product lines of an order"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--products", type=int, default=200)
    parser.add_argument("--customers", type=int, default=500, help="known customers")
    parser.add_argument("--new-customers", type=float, default=0, metavar="PER_CENT")
    parser.add_argument("--catalogue", metavar="FILE", help="a products export to use")
    parser.add_argument(
        "--currency", default="USD", help="the shop's; decides decimals"
    )
    parser.add_argument("--prices-include-tax", action="store_true")
    parser.add_argument("--round-at-subtotal", action="store_true")
    parser.add_argument("--dp", type=int, help="decimals of amounts (wc/v3's dp=)")
    parser.add_argument("--revision", type=int, default=0, help="later versions: 1, 2…")
    parser.add_argument("--features", type=parse_features, default=frozenset())
    parser.add_argument("--refunds", metavar="FILE", help="write refunds in detail")
    parser.add_argument("--export", metavar="FOLDER", help="write the shop's exports")
    return parser.parse_args(argv)


def make_shop(args):
    catalogue = None
    if args.catalogue:
        with open(args.catalogue, encoding="utf-8") as handle:
            catalogue = json.load(handle)
    return Shop(
        seed=args.seed,
        currency=args.currency,
        includes_tax=args.prices_include_tax,
        round_at_subtotal=args.round_at_subtotal,
        digits=args.dp,
        products_count=args.products,
        customers_count=args.customers,
        features=args.features,
        catalogue=catalogue,
    )


def main(argv=None):
    args = parse_arguments(argv)
    shop = make_shop(args)
    if args.export:
        shop.write_exports(args.export)
    write(
        shop,
        args.orders,
        args.out,
        args.refunds,
        first=args.first,
        lines=args.lines,
        new_customers=args.new_customers,
        revision=args.revision,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
