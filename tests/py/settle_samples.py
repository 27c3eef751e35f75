# SPDX-License-Identifier: LGPL-3.0-or-later
"""Reports written by hand from the providers' public descriptions, not by the
generators of tests/generate: a mistake there would be the readers' mistake, too."""

V1 = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name shipment-fee-type shipment-fee-amount order-fee-type "
    "order-fee-amount fulfillment-id posted-date order-item-code "
    "merchant-order-item-id merchant-adjustment-item-id sku "
    "quantity-purchased price-type price-amount "
    "item-related-fee-type item-related-fee-amount misc-fee-amount other-fee-amount "
    "other-fee-reason-description promotion-id promotion-type promotion-amount "
    "direct-payment-type direct-payment-amount other-amount"
).split()


def amazon_v1(total, currency, *rows):
    """Flat file of one settlement; rows as {column with _ for -: text}."""
    head = {
        "settlement_id": "11223344556",
        "settlement_start_date": "2026-03-01T00:00:00+00:00",
        "settlement_end_date": "2026-03-15T00:00:00+00:00",
        "deposit_date": "2026-03-17T00:00:00+00:00",
        "total_amount": total,
        "currency": currency,
    }
    lines = ["\t".join(V1)]
    for row in (head, *rows):
        named = {"settlement_id": "11223344556", **row}
        assert {name.replace("_", "-") for name in named} <= set(V1)
        lines.append("\t".join(named.get(name.replace("-", "_"), "") for name in V1))
    return ("\n".join(lines) + "\n").encode()


def v1_row(kind, part, name, amount, order="302-1111111-2222222"):
    return {
        "transaction_type": kind,
        "order_id": order,
        "posted_date": "2026-03-04T23:30:00+00:00",
        f"{part}_type": name,
        f"{part}_amount": amount,
    }


def v1_other(kind, amount):
    return {
        "transaction_type": kind,
        "posted_date": "2026-03-15T00:00:00+00:00",
        "other_amount": amount,
    }


AMAZON_PAY = """"SettlementId","7011223344"
"SettlementStartDate","2026-02-01T00:00:00-0800"
"SettlementEndDate","2026-02-15T00:00:00-0800"

"TransactionPostedDate","SettlementId","AmazonTransactionId","SellerReferenceId",\
"TransactionType","AmazonOrderReferenceId","SellerOrderId","StoreName","CurrencyCode",\
"TransactionDescription","TransactionAmount","TransactionPercentageFee",\
"TransactionFixedFee","TotalTransactionFee","NetTransactionAmount"
"2026-02-01T20:15:00-0800","7011223344","P01-1-C1","cap-1","Capture","P01-1","SO1001",\
"Shop","USD","Capture","100.00","-2.90","-0.30","-3.20","96.80"
"2026-02-02T08:15:00-0800","7011223344","P01-2-C1","cap-2","Capture","P01-2","SO1002",\
"Shop","USD","Capture","1,050.00","30.45","0.30","30.75","1,019.25"
"2026-02-03T08:15:00-0800","7011223344","P01-1-R1","ref-1","Refund","P01-1","SO1001",\
"Shop","USD","Refund","-100.00","2.90","0.00","2.90","-97.10"
"2026-02-04T08:15:00-0800","7011223344","P01-2-B1","","Chargeback","P01-2","SO1002",\
"Shop","USD","Chargeback","-1,050.00","0","0","-20.00","-1070.00"
"2026-02-05T08:15:00-0800","7011223344","P01-2-B1","","Chargeback Reversal","P01-2",\
"SO1002","Shop","USD","won","1,050.00","0","0","0","1050.00"
"2026-02-06T08:15:00-0800","7011223344","","","Reserve","","","Shop","USD","hold",\
"-50.00","0","0","0","-50.00"
"2026-02-07T08:15:00-0800","7011223344","","","Reserve","","","Shop","USD","release",\
"20.00","0","0","0","20.00"
"2026-02-08T08:15:00-0800","7011223344","","","Authorization","P01-3","","Shop","USD",\
"fee","0","0","0","-0.10","-0.10"
"2026-02-09T08:15:00-0800","7011223344","","","Wallet Bonus","","","Shop","USD","?",\
"1.00","0","0","0","1.00"
"2026-02-15T08:15:00-0800","7011223344","","","Transfer","","","Shop","USD","bank",\
"-969.85","0","0","0","-969.85"
"""

STL_HEAD = (
    '"CH","Transaction ID","Invoice ID","PayPal Reference ID",'
    '"PayPal Reference ID Type","Transaction Event Code","Transaction Initiation Date",'
    '"Transaction Completion Date","Transaction  Debit or Credit",'
    '"Gross Transaction Amount","Gross Transaction Currency","Fee Debit or Credit",'
    '"Fee Amount","Fee Currency","Custom Field","Consumer ID","Payment Tracking ID",'
    '"Store ID","Bank Reference ID","Credit Transactional Fee",'
    '"Credit Promotional Fee","Credit Term"\n'
)


def stl_section(account, count, *rows):
    """A section of PayPal's settlement report; rows (id, event code, CR or DR, amount,
    currency, fee): the fee is what PayPal kept, negative what it gave back."""
    day = "2026/03/10 {} -0700"
    body = ""
    for name, code, side, amount, currency, fee in rows:
        sign = "" if not fee else "DR" if fee > 0 else "CR"
        first, last = day.format("21:30:00"), day.format("21:30:05")
        body += (
            f'"SB","{name}","I-{name}","","","{code}",{first},{last},"{side}",{amount},'
            f'"{currency}","{sign}",{abs(fee) if fee else ""},'
            f'"{currency if fee else ""}","S-{name}","C","","","",,,\n'
        )
    start, end = day.format("00:00:00"), day.format("23:59:59")
    return (
        f'"SH",{start},{end},"{account}",""\n{STL_HEAD}{body}'
        f'"SF","USD",1,1,1,1,"CR",0,"CR",0\n"SC",{count}\n'
    )


def stl(*sections):
    return (
        '"RH",2026/03/11 02:44:19 -0700,"A","ABC",009,\n"FH",01\n'
        + "".join(sections)
        + '"RF","USD",1,1,1,1\n"RC",9\n"FF",9\n'
    ).encode()


SHOPIFY_2017 = """Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,\
Payout Date,Available On,Amount,Fee,Net,Checkout
2017-03-01 10:00:00 -0500,charge,#1001,visa,online,paid,2017-03-04,2017-03-03,\
21.83,0.93,\
20.90,#111
2017-03-01 23:30:00 -0500,charge,#1002,visa,online,paid,2017-03-04,2017-03-03,\
10.00,0.59,\
9.41,#112
2017-03-02 10:00:00 -0500,refund,#1001,visa,online,paid,2017-03-04,2017-03-03,\
-5.00,0.00,\
-5.00,#111
"""

SHOPIFY_DOLLARS = """Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,\
Payout Date,Available On,Amount,Fee,Net,Checkout,Payment Method Name,Currency
2026/6/12,charge,#1001,visa,online,paid,2026/6/15,2026/6/14,"$1,021.83",$0.93,\
"$1,020.90",\
#111,card,USD
2026/6/12,refund,#1001,visa,online,paid,2026/6/15,2026/6/14,$5.00,$0.00,$5.00,\
#111,card,USD
2026/6/12,adjustment,,,,paid,2026/6/15,2026/6/14,($5.00),$0.00,($5.00),,,USD
2026/6/12,chargeback,#1001,visa,online,paid,2026/6/15,2026/6/14,"-$1,021.83",$15.00,\
"-$1,036.83",#111,card,USD
2026/6/13,chargeback won,#1001,visa,online,paid,2026/6/15,2026/6/14,"$1,021.83",\
-$15.00,\
"$1,036.83",#111,card,USD
2026/6/13,mystery,#1001,visa,online,paid,2026/6/15,2026/6/14,1.00-,0,1.00-,#111,card,USD
"""

SHOPIFY_VAT = """Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,\
Payout Date,Payout ID,Available On,Amount,Fee,Net,Checkout,Payment Method Name,\
Presentment Amount,Presentment Currency,Currency,VAT
2026-03-01 10:00:00 +0100,charge,#1001,visa,online,paid,2026-03-04,901,\
2026-03-03,100.00,\
2.98,97.02,abc,card,100.00,EUR,EUR,0.48
2026-03-01 10:05:00 +0100,charge,#1002,visa,online,paid,2026-03-04,901,\
2026-03-03,50.00,\
1.79,48.21,abd,card,54.00,USD,EUR,0.29
2026-03-02 10:05:00 +0100,refund,#1001,visa,online,paid,2026-03-05,902,\
2026-03-03,-100.00,\
0.00,-100.00,abc,card,-100.00,EUR,EUR,0.00
2026-03-03 10:05:00 +0100,charge,#1003,visa,online,pending,,,2026-03-09,20.00,\
0.88,19.12,\
abe,card,20.00,EUR,EUR,0.14
2026-03-03 10:05:00 +0100,payout,,,,paid,2026-03-04,901,,-145.23,0.00,-145.23,,,,,EUR,
"""

EBAY_HEAD = (
    "Transaction creation date,Type,Order number,Legacy order ID,Buyer username,"
    "Buyer name,Ship to city,Ship to province/region/state,Ship to zip,Ship to country,"
    "Net amount,Payout currency,Payout date,Payout ID,Payout method,Payout status,"
    "Reason for hold,Item ID,Transaction ID,Item title,Custom label,Quantity,"
    "Item subtotal,Shipping and handling,Seller collected tax,eBay collected tax,"
    "Final Value Fee - fixed,Final Value Fee - variable,Regulatory operating fee,"
    '"Very high ""item not as described"" fee",Below standard performance fee,'
    "International fee,Charity donation,Deposit processing fee,"
    "Gross transaction amount,Transaction currency,Exchange rate,Reference ID,"
    "Description"
)


def ebay(*rows):
    """eBay's transaction report; rows (type, day of August, order, net, fixed and
    variable fee, gross, reference) and, of foreign sales, currency and rate."""
    text = 'Transaction report\nSeller: shop\nStart date: "Aug 1, 2026"\n' + "--\n" * 6
    text += EBAY_HEAD + "\n"
    for number, row in enumerate(rows, 7788):
        kind, day, order, net, fixed, variable, gross, reference, *foreign = row
        currency, rate = foreign or ("EUR", "--")
        text += ",".join(
            [
                f'"Aug {day}, 2026"',
                *(kind, order, "--,bob,Bob Z,--,--,--,DE", f'"{net}"', "EUR"),
                *('"Aug 15, 2026"', "6001,Bank,Succeeded,--,44", str(number)),
                *("Mug,M,1,--,--,--,--", fixed, variable, "--,--,--,--,--,--"),
                *(f'"{gross}"', currency, rate, reference, "--"),
            ]
        )
        text += "\n"
    return text.encode("utf-8-sig")


BRAINTREE = """Transaction ID,Transaction Type,Transaction Status,Created Datetime,\
Created Timezone,Settlement Date,Disbursement Date,Currency ISO Code,Amount Authorized,\
Amount Submitted For Settlement,Settlement Currency,Settlement Amount,Order ID,\
Refunded Transaction ID,Settlement Batch ID
b1,sale,settled,03/04/2026 10:00:00 PM,CST,03/05/2026,03/06/2026,EUR,100.00,100.00,EUR,\
100.00,SO1,,2026-03-05_shop
b2,sale,authorized,03/04/2026 10:00:00 AM,CST,,,EUR,55.00,,,,SO2,,
b3,credit,settled,03/14/2026 10:00:00 AM,CST,03/15/2026,03/16/2026,EUR,40.00,40.00,EUR,\
40.00,SO1,b1,2026-03-15_shop
b4,sale,submitted_for_settlement,03/14/2026 10:00:00 AM,CST,,,EUR,40.00,40.00,,,SO4,,
b5,sale,settled,03/14/2026 10:00:00 AM,CST,03/15/2026,03/16/2026,USD,"1,040.00",\
"1,040.00",EUR,956.80,SO5,,2026-03-15_shop
b6,sale,settling,03/14/2026 10:00:00 AM,CST,,,EUR,41.00,41.00,,,SO6,,
b7,sale,settlement_pending,03/14/2026 10:00:00 AM,CST,,,EUR,42.00,42.00,,,SO7,,
"""

KLARNA = """type,capture_date,sale_date,order_id,short_order_id,capture_id,\
merchant_reference1,amount,posting_currency,refund_id,tax_amount,payment_reference,\
payout_date,settlement_currency,detailed_type
SALE,2026-03-01T10:00:00Z,,o-1,S1,c-1,SO1,119.00,EUR,,19.00,PR1,\
2026-03-10T04:00:00Z,EUR,X
FEE,2026-03-01T10:00:00Z,,o-1,S1,c-1,SO1,-3.57,EUR,,,PR1,2026-03-10T04:00:00Z,EUR,PCT
FEE,2026-03-01T10:00:00Z,,o-1,S1,c-1,SO1,-0.35,EUR,,,PR1,2026-03-10T04:00:00Z,EUR,FIX
TAX,2026-03-01T10:00:00Z,,o-1,S1,c-1,SO1,-0.74,EUR,,,PR1,2026-03-10T04:00:00Z,EUR,TAX
RETURN,2026-03-03T10:00:00Z,,o-1,S1,,SO1,-50.00,EUR,r-1,,PR1,2026-03-10T04:00:00Z,EUR,X
REVERSAL,2026-03-03T10:00:00Z,,o-1,S1,,SO1,-20.00,EUR,,,PR1,2026-03-10T04:00:00Z,EUR,X
REVERSAL_MERCHANT_PROTECTION,2026-03-04T10:00:00Z,,o-1,S1,,SO1,20.00,EUR,,,PR1,\
2026-03-10T04:00:00Z,EUR,X
HOLDBACK,2026-03-03T10:00:00Z,,,,,,-10.00,EUR,,,PR1,2026-03-10T04:00:00Z,EUR,X
RELEASE,2026-03-03T10:00:00Z,,,,,,4.00,EUR,,,PR1,2026-03-10T04:00:00Z,EUR,X
FEE_REFUND,2026-03-03T10:00:00Z,,o-1,S1,,SO1,0.50,EUR,,,PR1,2026-03-10T04:00:00Z,EUR,X
SALE,2026-03-01T10:00:00Z,,o-2,S2,c-2,SO2,1000.00,SEK,,200.00,PR2,2026-03-10T04:00:00Z,\
SEK,X
BONUS,2026-03-01T10:00:00Z,,o-2,S2,c-2,SO2,1.00,SEK,,,PR2,2026-03-10T04:00:00Z,SEK,X
"""

WOOPAYMENTS = """"Transaction Id","Date / Time (UTC)","Type","Channel","Paid Currency",\
"Amount Paid","Payout Currency","Amount","Fees","Net","Order #","Payout ID",\
"Payout date",\
"Payout status"
"t1","2026-03-01 10:00:00","Charge","Online","EUR","100.00","EUR","100.00","-2.90",\
"97.10","1001","po_1","2026-03-05","paid"
"t2","2026-03-01 11:00:00","Charge","Online","USD","110.00","EUR","100.00","-4.40",\
"95.60","1002","po_1","2026-03-05","paid"
"t3","2026-03-02 10:00:00","Refund","Online","EUR","-40.00","EUR","-40.00","0.00",\
"-40.00","1001","po_1","2026-03-05","paid"
"t4","2026-03-02 10:00:00","Dispute","Online","EUR","-60.00","EUR","-60.00","-15.00",\
"-75.00","1001","po_1","2026-03-05","paid"
"t5","2026-03-02 10:00:00","Dispute Reversal","Online","EUR","60.00","EUR","60.00",\
"15.00","75.00","1001","po_1","2026-03-05","paid"
"t6","2026-03-02 10:00:00","Loan Repayment","","EUR","-5.00","EUR","-5.00","0.00",\
"-5.00","","po_1","2026-03-05","paid"
"""

SQUARE = """Date,Time,Time Zone,Gross Sales,Total Collected,Cash,Square Gift Card,\
Other Tender,Fees,Net Total,Transaction ID,Payment ID,Event Type,Deposit ID,\
Deposit Date,\
Order Reference ID
03/14/2026,19:05:10,Eastern Time (US & Canada),"$1,234.50","$1,234.50",$0.00,\
$0.00,$0.00,\
-$43.36,"$1,191.14",tx1,pay1,Payment,D1,03/16/2026,SO1
03/14/2026,20:05:10,Eastern Time (US & Canada),$20.00,$20.00,$20.00,$0.00,$0.00,$0.00,\
$20.00,tx2,pay2,Payment,,,
03/15/2026,09:05:10,Eastern Time (US & Canada),-$100.00,-$100.00,$0.00,$0.00,\
$0.00,$0.95,\
-$99.05,tx3,pay3,Refund,D1,03/16/2026,SO1
03/15/2026,09:05:10,Eastern Time (US & Canada),$30.00,$30.00,$5.00,$5.00,$10.00,-$0.50,\
$29.50,tx4,pay4,Payment,D1,03/16/2026,SO4
"""
