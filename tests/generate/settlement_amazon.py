# SPDX-License-Identifier: LGPL-3.0-or-later
"""Amazon's flat files: several rows an order, the settlement's sum in the first."""

V2 = (
    *("settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date"),
    *("total-amount", "currency", "transaction-type", "order-id", "merchant-order-id"),
    *("adjustment-id", "shipment-id", "marketplace-name", "amount-type"),
    *("amount-description", "amount", "fulfillment-id", "posted-date"),
    *("posted-date-time", "order-item-code", "sku", "quantity-purchased"),
)
V1 = (
    *("settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date"),
    *("total-amount", "currency", "transaction-type", "order-id", "merchant-order-id"),
    *("adjustment-id", "posted-date", "sku", "quantity-purchased", "price-type"),
    *("price-amount", "item-related-fee-type", "item-related-fee-amount"),
    *("misc-fee-amount", "other-fee-amount", "other-fee-reason-description"),
    *("promotion-type", "promotion-amount", "other-amount"),
)
TYPES = {
    "capture": "Order",
    "refund": "Refund",
    "chargeback": "Chargeback Refund",
    "chargeback_reversal": "A-to-z Guarantee Reversal",
    "reserve": "Current Reserve Amount",
    "release": "Previous Reserve Amount Balance",
}
SETTLEMENT = "16001"
KINDS = ("capture", "refund", "chargeback", "chargeback_reversal", "reserve", "release")


def _settled(rows):
    """All of them in one settlement, whose sum is what they come to."""
    rows = [row for row in rows if row.kind != "payout"]
    return rows, sum(row.net for row in rows)


def _file(columns, lines):
    texts = ["\t".join(columns)]
    texts += ["\t".join(line.get(name, "") for name in columns) for line in lines]
    return ("\n".join(texts) + "\n").encode()


def flat_file_v2(rows, number):
    """(content, owners, kinds)"""
    rows, total = _settled(rows)
    first = {
        "settlement-id": SETTLEMENT,
        "settlement-end-date": "30.04.2026 00:00:00 UTC",
        "deposit-date": "02.05.2026 00:00:00 UTC",
        "total-amount": number(total).replace(".", ""),
        "currency": "EUR",
    }
    lines, owners = [first], [None]
    for row in rows:
        base = {
            "settlement-id": SETTLEMENT,
            "order-id": row.order,
            "adjustment-id": row.id if row.parent else "",
            "posted-date-time": row.time("%d.%m.%Y %H:%M:%S UTC"),
            "sku": 'pan-12"',
        }
        held = row.kind in ("reserve", "release")
        lines.append(
            {
                **base,
                "transaction-type": "other-transaction" if held else TYPES[row.kind],
                "amount-type": "other-transaction" if held else "ItemPrice",
                "amount-description": TYPES[row.kind] if held else "Principal",
                "amount": number(row.gross).replace(".", ""),
            }
        )
        owners.append(row.index)
        if row.fee:
            lines.append(
                {
                    **base,
                    "transaction-type": TYPES[row.kind],
                    "amount-type": "ItemFees",
                    "amount-description": "Commission",
                    "amount": number(row.fee).replace(".", ""),
                }
            )
            owners.append(None)
    return _file(V2, lines), owners, KINDS


def flat_file_v1(rows, number):
    """(content, owners, kinds)"""
    rows, total = _settled(rows)
    first = {
        "settlement-id": SETTLEMENT,
        "settlement-end-date": "2026-04-30T00:00:00+00:00",
        "deposit-date": "2026-05-02T00:00:00+00:00",
        "total-amount": number(total),
        "currency": "EUR",
    }
    lines, owners = [first], [None]
    for row in rows:
        base = {
            "settlement-id": SETTLEMENT,
            "transaction-type": TYPES[row.kind],
            "order-id": row.order,
            "adjustment-id": row.id if row.parent else "",
            "posted-date": row.time("%Y-%m-%dT%H:%M:%S+00:00"),
        }
        if row.kind == "capture":
            lines.append({**base, "quantity-purchased": "1"})
            owners.append(None)
        if row.kind in ("reserve", "release"):
            amount = {"other-amount": number(row.gross)}
        else:
            amount = {"price-type": "Principal", "price-amount": number(row.gross)}
        lines.append({**base, **amount})
        owners.append(row.index)
        if row.fee:
            lines.append(
                {
                    **base,
                    "item-related-fee-type": "Commission",
                    "item-related-fee-amount": number(row.fee),
                }
            )
            owners.append(None)
    return _file(V1, lines), owners, KINDS
